"""Units of a layer: what each one answers to, what it adds to the output, and which are of no use."""
