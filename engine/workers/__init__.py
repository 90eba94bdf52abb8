"""Several processes that train one run together: who they are, and how they meet."""
