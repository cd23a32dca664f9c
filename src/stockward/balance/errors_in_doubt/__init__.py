"""What the differences say of the errors of measuring: of those that are stated, and of those that are not.

It changes no verdict.
"""
