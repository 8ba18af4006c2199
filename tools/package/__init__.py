"""Builds what is deployed: the doors, what they import, and nothing else (`make package`)."""
