"""The profiles that ``aws assume profiles`` writes."""
