"""A roster in force, as it is changed from one day to the next: who stands in, and who swaps with whom.

``duties`` reads it from the site or from a file, ``judging`` holds a change against every rule by the checker, and
``loads`` says what it costs.
"""
