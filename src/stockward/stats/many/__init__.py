"""Tests at many places taken together."""
