"""The one writer of the CLI's config and credentials files."""
