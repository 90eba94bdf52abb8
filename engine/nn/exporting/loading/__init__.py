"""Programs that open an export in a process of their own, where nothing of this project can be imported.

Each is called as `python load_X.py PLACE INPUTS.npz OUTPUTS.npz`: inputs are `items` and `codes`, outputs `encode`,
`decode` and `reconstruct`, those that the export has files for.
"""
