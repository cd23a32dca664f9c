"""Floor 3: what would go unseen: smallest detectable losses, goals, the surge, remedies, and the drill."""
