"""The steps of ``aws assume explain``, a module each; ``diagnosing`` walks through them."""
