"""What the panel of the worst cases is made of."""
