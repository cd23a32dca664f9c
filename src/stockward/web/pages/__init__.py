"""What is seen: a module a group of pages. Each asks ``request.permissions`` and shows what it is given."""
