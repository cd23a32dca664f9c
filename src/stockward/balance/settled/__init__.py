"""What is settled: losses that are confirmed, and explanations that state an amount, so that no test tells them again.

``placing`` says of which periods of which series each row is; ``settling`` takes it out of the tests.
"""
