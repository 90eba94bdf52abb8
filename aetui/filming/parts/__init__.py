"""What stands on a frame of a GIF: each part paints once what stays, and then what is another at each epoch."""
