"""Calls to AWS: STS, IAM, Organizations and the token endpoint of GitHub Actions."""
