"""Models that leave: what a run can be written as for other programs."""
