"""A window of the plane in cells of the terminal: points, counts, and what is marked on them."""
