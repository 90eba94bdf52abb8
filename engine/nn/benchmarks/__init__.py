"""The sides of a comparison of speeds: ours, `keras.Model.fit`, JAX, PyTorch, and the products of a network alone."""
