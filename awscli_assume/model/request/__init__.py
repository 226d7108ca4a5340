"""Requests to STS: values and rules."""
