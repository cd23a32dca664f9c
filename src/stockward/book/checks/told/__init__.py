"""What is used as it stands, and was most likely not meant: told in a notice with the mend, one a kind.

It must stay silent on books that are right: a false alarm teaches people to pass over the others.
"""
