"""From the command line and the profiles to a plan; no network."""
