"""The series of the whole site: which inventories of the areas stand together, and their balances added up.

What passed between the areas cancels, value and error. How inventories are joined hangs on good rows alone.
"""
