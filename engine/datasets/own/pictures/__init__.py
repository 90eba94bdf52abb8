"""A folder of image files as a data set: which there are, what they are, and how they become one array."""
