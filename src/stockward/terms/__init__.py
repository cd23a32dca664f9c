"""Floor 0: the words of the field that every room shares: units, periods, verdicts, errors."""
