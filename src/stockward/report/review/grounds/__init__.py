"""What stands beside the verdicts: the errors they lean on, what records of measuring show, and the ledger's arithmetic.

Each module words one of these for the page, the workbook and the terminal; none computes or decides.
"""
