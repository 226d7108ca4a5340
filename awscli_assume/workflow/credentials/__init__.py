"""From a plan to temporary credentials."""
