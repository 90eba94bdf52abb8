"""A training as a film: what it made of its pictures, its curve and its codes, epoch by epoch.

A `Reel` is what is shown, read once from the run's folder. `aetui.filming.film.film` writes one as a GIF, painted
with Pillow, or as a recording of a terminal for `asciinema play`.
"""
