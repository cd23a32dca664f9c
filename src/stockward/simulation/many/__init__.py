"""Many synthetic sites that send to each other, with what was truly sent, taken on the way, and received."""
