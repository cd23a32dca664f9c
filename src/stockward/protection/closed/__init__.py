"""Books with a plan in them, closed as a review closes them: what is seen then, and what only they tell.

The tables of the site are changed as the plan decides; nothing is measured here but by closing. Whoever adds a measure
says in ``planned_books`` what it does to the tables. Nothing of the search for a plan is known.
"""
