"""The request of AssumeRole: values and rules."""
