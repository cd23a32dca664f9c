"""Files as grids of cells, and the tables in them, found by headers that some program or person uses.

Cells may be read anew from another kind of file here; what they mean is not known yet. A file that is larger than is
read, or broken, is refused in one line before it is unpacked.
"""
