"""Errors of measuring: what an instrument may be off by, and what records of measurements say of it.

Array mathematics alone.
"""
