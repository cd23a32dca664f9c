"""Floor 4: need, orders, mix and selection: what the posts take, what was ordered, and who could meet it."""
