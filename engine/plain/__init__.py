"""Networks that NumPy runs: what a screen asks of a model at every key, without its engine."""
