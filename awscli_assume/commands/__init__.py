"""One module for each verb, and the registry of the verbs."""
