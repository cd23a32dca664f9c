"""Guards' rosters: a site's posts, people and rules as a problem, the search that betters a roster part by part.

It compiles the rules of ``roster.rules`` without knowing them one by one, but where a step has to do with one alone.
No roster leaves that ``roster.checker`` does not accept.
"""
