"""The workbench: screens, widgets and the command line. Reaches the engine's ring 0 only, never TensorFlow."""

__version__ = "0.1.0"
