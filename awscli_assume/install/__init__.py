"""The console script ``awscli-assume``: put the plugin where ``aws`` finds it, and take it back.

Nothing here imports awscli or botocore: it runs in any Python, next to no CLI at all.
"""
