"""Privileged tasks as the root user of a member account (AssumeRoot)."""
