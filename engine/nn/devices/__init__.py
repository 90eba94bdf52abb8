"""What `aetui doctor --device` tries: how fast each device is, and whether its libraries compute what they should."""
