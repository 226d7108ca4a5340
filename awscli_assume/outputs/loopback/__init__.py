"""A small HTTP server for processes of this machine."""
