"""A role's trust policy, evaluated here: pure, in three values, and never a guess.

``document`` reads the policy, ``callers`` and ``context`` say who asks for what,
``evaluation`` answers a verdict with its evidence.
"""
