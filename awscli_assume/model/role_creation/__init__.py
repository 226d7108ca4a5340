"""The role that create-role makes: values and rules."""
