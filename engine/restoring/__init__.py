"""Images that are spoiled and restored: kinds of corruption, methods of restoring, how good they are."""
