"""The book of record: entries that are only ever added, on a database, under a Merkle tree with signed heads.

``entries`` says what an entry is, ``merkle`` hashes it, ``tree_heads`` signs; ``tables`` are those of the database, and
``records`` the one way to add to them; ``facts`` makes the files of a site as of any moment, ``proof`` finds what was
changed behind its back. A word of a person is nothing here but the key of an account.
"""
