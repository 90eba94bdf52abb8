"""Numbers of the user's own: tables and series as files hold them, and as a network sees them."""
