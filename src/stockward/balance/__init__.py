"""Floor 3: what is missing: the balances closed, the tests of loss, and the exact books of items."""
