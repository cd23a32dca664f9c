"""What leads from the pages to the book: opening it, telling it of events, reading uploads, and what is shown of it."""
