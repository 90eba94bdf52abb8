"""Ring 1: the only code that imports TensorFlow and Keras. Import `engine.nn.runtime` first and call `load`."""
