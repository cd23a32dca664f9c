"""How many guards the posts take: drivers, shifts of the week, net hours, and the need month by month.

Rows set aside are named where the need could hang on them. It measures, and chooses nobody.
"""
