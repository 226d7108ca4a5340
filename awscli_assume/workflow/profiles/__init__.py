"""Write profiles for the roles that IAM Identity Center grants."""
