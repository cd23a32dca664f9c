"""What was ordered, how it is measured, and whether it is met: the verdict is the first of the closed list that holds.

An order on record and a question asked on the command line are one value, and are judged alike.
"""
