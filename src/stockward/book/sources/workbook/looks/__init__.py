"""How the cells of a sheet look, where that is otherwise than what they hold: struck, coloured, hidden, commented."""
