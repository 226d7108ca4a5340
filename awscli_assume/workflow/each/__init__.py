"""Run one command in many accounts."""
