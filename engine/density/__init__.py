"""Millions of points of the plane, counted exactly in the cells of any window that zooms and pans."""
