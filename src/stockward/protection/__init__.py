"""Floor 5: the cheapest plan that meets every goal.

Each measure is a value here: what it does to the errors of a series, what it does to the books, and what it costs, each
said once. The plan is chosen over all of them, every goal being measured as a review measures it, and measured again in
books that are closed anew with the plan in them. Nothing here reads files or chooses words.
"""
