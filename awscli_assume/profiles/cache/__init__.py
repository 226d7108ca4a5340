"""Files of ours below the CLI's cache folder."""
