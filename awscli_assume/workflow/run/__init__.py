"""A command run as the role."""
