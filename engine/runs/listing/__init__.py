"""All runs of a store at once: what a table says of them, how they are told apart, labelled, compared and removed."""
