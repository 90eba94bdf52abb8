"""The engine of aetui: autoencoders, data sets, training and runs, without a screen and without importing TensorFlow."""
