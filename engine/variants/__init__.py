"""The autoencoders, one file each; `engine.registry` lists them."""
