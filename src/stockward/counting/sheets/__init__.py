"""Count sheets: blank as the draw writes them, filled in as people do, and known again before a file is written over.

What a sheet says is read cell by cell, and nothing in it is guessed. Others use the functions of `stockward.counting`.
"""
