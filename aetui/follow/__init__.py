"""Runs of the store on the screen: read, followed while another process trains them, and handed over."""
