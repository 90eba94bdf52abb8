"""Queries to a trained model: what can be asked, who answers, and in which order."""
