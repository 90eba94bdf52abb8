"""Up to six runs against each other: what of them can be compared, their curves, pictures, settings and metrics."""
