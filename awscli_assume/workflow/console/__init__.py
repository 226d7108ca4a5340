"""Open the AWS Management Console with the credentials of a role."""
