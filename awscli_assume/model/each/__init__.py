"""Values of ``aws assume each``: its command, its results and their file."""
