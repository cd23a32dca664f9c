"""How rows are entered: files are uploaded, tables typed, and what is new, changed or gone is handed in."""
