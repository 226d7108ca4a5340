"""One module a verb, and what the verbs share: arguments, environment, the road."""
