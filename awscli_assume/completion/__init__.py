"""Tab: the completer that shells run, and the rows of ``aws assume`` in the AWS CLI's own index.

It imports no other package of ours. The completer runs outside of ``aws``, without site packages.
"""
