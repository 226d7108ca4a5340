"""The program that ``credential_process`` names: runs outside of aws, in a bare Python.

It imports no other package of ours, not even files/: each process of every SDK would pay for it.
"""
