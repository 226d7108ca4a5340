"""Verbs for administrators: they change IAM, or act in an account of the organization."""
