"""The network: the CLI's own session and clients talk to STS here."""
