"""Autoencoders in a Python program, by scikit-learn's contract: `from engine import Autoencoder, load_run`."""

from engine.estimator.autoencoder import Autoencoder
from engine.estimator.loading import load_run

__all__ = ["Autoencoder", "load_run"]
