"""The checks of ``aws assume explain``."""
