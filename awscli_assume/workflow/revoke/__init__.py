"""Revoke the sessions of a role by a policy of the role."""
