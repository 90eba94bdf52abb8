"""What a configuration's networks look like, told without TensorFlow: layers, shapes, parameters."""
