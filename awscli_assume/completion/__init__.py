"""Tab completion: a completer that shells run, and rows for the AWS CLI's own completion index.

The package imports no other package of the plugin: the completer runs outside of ``aws``, without
site packages.
"""
