"""Many sites in one run: each reviewed apart, its answer kept as rows, and what an authority asks of all of them."""
