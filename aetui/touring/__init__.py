"""`aetui tour`: what to press next, and whether it was pressed."""
