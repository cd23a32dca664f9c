"""The forms that the tables of the accounts have had."""
