"""How fast a step of training is beside others that do the same: what is asked, on which data, and what comes of it."""
