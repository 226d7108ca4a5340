"""A role with a right trust policy."""
