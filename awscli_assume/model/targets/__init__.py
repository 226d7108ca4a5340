"""The accounts that a command for many accounts runs in."""
