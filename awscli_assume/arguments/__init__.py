"""The tables of options that verbs share."""
