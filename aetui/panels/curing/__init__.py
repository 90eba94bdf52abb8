"""A cure on the health panel: tried beside the run, drawn as two curves, judged."""
