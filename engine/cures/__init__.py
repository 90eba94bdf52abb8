"""Faults of runs: what is wrong with one, what is to end it, and whether that helps."""
