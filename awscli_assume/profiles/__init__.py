"""The CLI's two files: what a profile says, who owns it, and the one writer."""
