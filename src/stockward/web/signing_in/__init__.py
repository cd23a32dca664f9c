"""Signing in: accounts that an administrator makes, second factors, and locks after wrong tries."""
