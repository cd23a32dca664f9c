"""What stands beside the verdicts: the errors they lean on, records of measuring, and the ledger's own arithmetic.

Each module words one of these for the page, the workbook and the terminal; none computes or decides.
"""
