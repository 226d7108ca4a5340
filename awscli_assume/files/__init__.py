"""Files on disk, in pure standard library: safe replacement, private caches, lines of INI files.

Nothing here imports another package of ours, so that the installer can use it in any Python.
"""
