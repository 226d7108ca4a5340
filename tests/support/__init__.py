"""What several packages of tests share: AWS CLIs, stubs of AWS services, a user at a shell."""
