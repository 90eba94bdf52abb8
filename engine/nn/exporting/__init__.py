"""Networks as other programs open them: standard layers, and the formats made of these."""
