"""The list from which the user chooses a role, on a terminal."""
