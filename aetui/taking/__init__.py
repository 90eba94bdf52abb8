"""What the screen shows, taken away: as text, as a file, and as the command that repeats the run."""
