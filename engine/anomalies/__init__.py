"""What does not fit: how strange an item is to a model, from which score on it is an anomaly, and other detectors."""
