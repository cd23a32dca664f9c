"""Patrols drawn by lot: a plan bound to its seed before, and the walks of one shift that follow from both."""
