"""Sweeps: many runs of one autoencoder whose settings are searched through, judged on validation data alone.

A coordinator asks a search for the settings of each trial, has an engine train them, and notes down what came of it.
What a trial is asked for depends on the sweep and on earlier trials alone, so that one that was killed ends as one that
was not.
"""
