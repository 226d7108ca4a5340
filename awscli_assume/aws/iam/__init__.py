"""AWS IAM: roles and policy simulation."""
