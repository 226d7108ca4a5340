"""Profiles for what IAM Identity Center grants."""
