"""Floor 1: frozen answers, one file a question, no behaviour: what the report and later steps may read."""
