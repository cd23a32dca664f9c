"""What tables and their columns are called: in any letter case, and by the names that people and programs use.

One list of names, by what a column holds, serves the tables of a site and the import of other programs' files. In a
site a name is read only where it can mean one column of its table; what may mean two, or two that mean one, is refused.
"""
