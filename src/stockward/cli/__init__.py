"""The command line: a thin door, a file a command; it holds no rule of the field.

A command reads its words, asks a question, writes the answer and ends with the code that the answer comes to. What all
of them share: ``group`` (the program, which loads a command when it is asked for), and in ``kit``, ``options`` (kinds
of words), ``errors`` (each in one line), ``saying`` (what a person is told), ``reading`` and ``writing``. Data go to
standard output, progress and notices to standard error; exit codes are those of ``terms.conclusions``, and 70 (a fault
of Stockward itself), 129 (the terminal has gone), 130 (stopped by the user), 141 (whoever read the output has gone) and
143 (told to end by the system).
"""

from stockward.cli.group import main

__all__ = ["main"]
