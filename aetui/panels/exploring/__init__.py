"""What the latent explorer is made of: where it stands among the codes, and how that is shown."""
