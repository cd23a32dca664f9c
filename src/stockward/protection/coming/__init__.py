"""What may come: scenarios of a site, each held against a plan and planned for, and one plan for all of them."""
