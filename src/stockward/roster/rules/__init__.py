"""The rules of a guards' roster: each is defined once, in ``table``: its key, its words, its limit, and its form.

A form says what is counted, and writes it thrice: into a model of CP-SAT, as counts of breaches in arrays, and as a
limit of the engine. Who adds a rule adds a row to the table, and its check to ``roster.checker``, which shares no code.
"""
