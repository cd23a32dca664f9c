"""Floor 3: what would go unseen: the smallest detectable loss, and drills that try it out."""
