"""One run from its job to its end, what it leaves in its folder, and how other processes follow and steer it."""
