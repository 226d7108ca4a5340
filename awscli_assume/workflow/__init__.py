"""The use cases: from a plan to credentials and on."""
