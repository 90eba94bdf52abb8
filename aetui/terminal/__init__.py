"""What the terminal can show, and what goes to it: characters, colours, background, bytes."""
