"""What the draw panel is made of: the pad, its picture on the screen, and what a model makes of a drawing."""
