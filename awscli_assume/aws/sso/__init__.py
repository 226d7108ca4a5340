"""AWS IAM Identity Center: the login command, and the roles that a session grants."""
