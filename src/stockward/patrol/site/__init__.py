"""What the tables of a site say of its patrols: ground and thefts of a shift, and the rounds as they were walked."""
