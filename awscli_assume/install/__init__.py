"""The console script ``awscli-assume``: enable the plugin in the AWS CLI, and disable it.

Nothing here imports awscli or botocore: it runs in any Python, also next to no CLI at all.
"""
