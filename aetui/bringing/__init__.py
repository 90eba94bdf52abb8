"""The user's own data on the screen: paths as they are typed, first looks, reading in the background."""
