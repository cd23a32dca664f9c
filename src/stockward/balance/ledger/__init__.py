"""The ledger's own arithmetic: what the books contradict in themselves, whatever was counted [``faults``].

Each module finds one kind of fault. None changes a verdict, and none is told where a row that was set aside could be
the cause [``lines.Unsure``].
"""
