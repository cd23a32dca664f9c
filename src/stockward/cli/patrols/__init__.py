"""Commands on patrols."""
