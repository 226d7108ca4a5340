"""AWS IAM: roles, policies, MFA devices."""
