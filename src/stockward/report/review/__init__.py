"""The review as page, terminal, workbook and JSON.

The page is a frozen context that one template shows; the sentences are the same in all of them.
"""
