"""Ratings: who gave which thing how many stars, and what simple models make of it."""
