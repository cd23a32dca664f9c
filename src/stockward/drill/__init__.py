"""Floor 5: losses taken out of copies of a site's records, each copy measured afresh and tested: how many are found.

Copies are drawn from one seed, in processes of their own. What was found is held against what was predicted.
"""
