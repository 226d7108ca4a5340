"""Temporary credentials as the JSON documents that AWS has for them."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional

from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials, format_time
from awscli_assume.outputs.shells import unprintable
from awscli_assume.outputs.variables import check_variables, credential_variables


def process_document(credentials: SessionCredentials, region: Optional[str] = None) -> str:
    """Return what a ``credential_process`` prints. The document knows no region."""
    return _text({"Version": 1, **_members(credentials)})


def assume_role_document(credentials: SessionCredentials, region: Optional[str] = None) -> str:
    """Return what ``aws sts assume-role`` prints; a user's session has no AssumedRoleUser."""
    answer: dict[str, Any] = {"Credentials": _members(credentials)}
    if isinstance(credentials, TemporaryCredentials):
        answer["AssumedRoleUser"] = {
            "AssumedRoleId": credentials.assumed_role_id,
            "Arn": credentials.assumed_role_arn,
        }
    return _text(answer)


def _members(credentials: SessionCredentials) -> dict[str, str]:
    # JSON would carry any value; what reads it makes headers and variables of it.
    check_variables(credential_variables(credentials), unprintable)
    members = {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
    }
    if credentials.expiration is not None:
        members["Expiration"] = format_time(credentials.expiration)
    return members


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
