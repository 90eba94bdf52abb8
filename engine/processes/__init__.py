"""Runs that train in processes of their own, started and watched by the engine's thread."""
