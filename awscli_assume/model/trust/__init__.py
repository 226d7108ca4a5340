"""Evaluation of a role's trust policy: allowed, not allowed, or unknown.

``document`` reads the policy, ``callers`` and ``context`` describe the request, and
``evaluation`` returns a verdict with its evidence.
"""
