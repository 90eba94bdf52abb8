"""Codes by the million on a map: whose they are, how they come into the plane, what is taken from there."""
