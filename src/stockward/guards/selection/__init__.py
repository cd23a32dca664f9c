"""Who could be chosen as a guard, and at what cost: the integer programs, their front, and the lot within groups.

People are candidates by tested, job-related standards alone. ``checking`` measures every plan again and shares no code
with what made it.
"""
