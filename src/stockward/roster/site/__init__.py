"""Guards' rosters: a site's posts, people and rules as a problem, the search that betters a roster part by part.

``checking`` re-measures a roster from the facts alone. A rule that is added stands in the rules, the costs, and there.
"""
