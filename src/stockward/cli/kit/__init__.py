"""What the commands share: kinds of words, errors in one line, what a person is told, reading and writing.

Nothing here knows a command, and nothing is loaded that a help text does not need.
"""
