"""What a model makes of each item: what can be measured of one, and the items where it errs most."""
