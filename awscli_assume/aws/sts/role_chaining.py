"""Whether a source is itself a role session: role chaining, which has one hour at most.

Source: AWS STS API reference, "AssumeRole", on role chaining.
"""

from __future__ import annotations

from typing import Any

from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added

# How botocore came by the credentials (credentials.py, METHOD of each provider).
_ROLES = ("assume-role", "assume-role-with-web-identity", "sso")
# "Applications that run on EC2 instances" are exempt (AWS STS API reference):
# these are role sessions too, and only STS can say what it gives them.
_EXEMPT = ("iam-role", "container-role")


def is_role_session(credentials: Any, memory: CallerCache) -> bool:
    """Return whether botocore's credentials are known to be a role session, without any call.

    By the way they came, else by what an earlier GetCallerIdentity said of their key.
    """
    if credentials.method in _ROLES:
        return True
    if credentials.method in _EXEMPT:
        return False
    with credentials_redacted(), error_hints_added():
        access_key_id = credentials.get_frozen_credentials().access_key
    known = memory.load(access_key_id)
    return known is not None and known.is_role_session
