"""Option tables that verbs share."""
