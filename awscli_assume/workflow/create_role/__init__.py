"""Create a role with a trust policy."""
