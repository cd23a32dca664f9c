"""Lists of people and of their absences, turned into tables that name nobody.

What no plan may rest on, such as an age or a religion, is dropped before its cells are looked at; so is every column
that is not known to be needed. Where people bear no numbers they get codes, and their names stand in a key of the site.
"""
