"""What leaves: models, curves, pictures and whole runs as files that others read."""
