"""What the screen shows, as a pure fold over events: live, finished and foreign runs go through the same code."""
