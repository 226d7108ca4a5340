"""The script of our ``credential_process``. It runs outside of aws, without site packages.

It imports no other package of ours, not even files/: each process of every SDK would pay for it.
"""
