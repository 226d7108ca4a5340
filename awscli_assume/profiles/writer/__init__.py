"""The one writer of the two files."""
