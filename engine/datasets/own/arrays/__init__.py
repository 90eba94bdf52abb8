"""Arrays of NumPy as a data set: which of a file's are meant, what their numbers are, and how they become items."""
