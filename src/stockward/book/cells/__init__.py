"""One column at a time: raw cells become values, and each that cannot be read the reason with its mend.

A type of column is a function here. None of them guesses: what a cell could mean under another convention is said in
the reason.
"""
