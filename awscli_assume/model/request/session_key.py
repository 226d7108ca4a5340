"""The key of a role session in the AWS CLI's cache: what shapes the session is part of it.

Source: botocore/credentials.py, BaseAssumeRoleCredentialFetcher._create_cache_key (all versions),
and AssumeRoleWithWebIdentityCredentialFetcher._cache_key_args (2.38.5; older versions have no
token in their key, so they share no such session).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Mapping, Optional

from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order

_NAME = "RoleSessionName"
# What the AWS CLI itself sends for a profile with a role (credentials.py, AssumeRoleProvider and
# AssumeRoleWithWebIdentityProvider).
_WITH_TOKEN = {"RoleArn", _NAME}
_OF_THE_HOST = {*_WITH_TOKEN, "ExternalId", "SerialNumber", "DurationSeconds"}


@dataclass(frozen=True)
class SessionKey:
    """The names of one session's file in the cache, and the mark of its source.

    ``own`` is of the complete request and its source. ``shared`` is the name under which the AWS
    CLI has the same request of a profile with a role, None if it would not make this request.
    """

    own: str
    shared: Optional[str]
    source: str


def session_key(
    request: AssumeRoleRequest,
    source: str,
    is_role_profile: bool,
    has_name: bool,
    web_identity_token: Optional[str] = None,
) -> SessionKey:
    """Return the key of a complete request.

    ``source`` is all that says who signs it, and where. ``is_role_profile`` is whether a profile
    names the role and its source, ``has_name`` whether that profile names the session as well:
    the AWS CLI leaves a name of its own making out of its key.
    """
    steps = [_parameters(step) for step in requests_in_order(request)]
    mark = hashlib.sha256(source.encode()).hexdigest()
    own = host_key({"Requests": steps, "Source": mark})
    parameters = steps[-1]
    is_number = isinstance(parameters.get("DurationSeconds", 0), int)
    of_the_host = _OF_THE_HOST if web_identity_token is None else _WITH_TOKEN
    is_host = is_role_profile and len(steps) == 1 and set(parameters) <= of_the_host
    if not is_host or not is_number:
        return SessionKey(own, None, mark)
    named = {name: value for name, value in parameters.items() if has_name or name != _NAME}
    if web_identity_token is not None:
        named["WebIdentityToken"] = web_identity_token
    return SessionKey(own, host_key(named), mark)


def host_key(parameters: Mapping[str, object]) -> str:
    """Return the name that botocore makes of the parameters of AssumeRole, without ``.json``."""
    text = json.dumps(parameters, sort_keys=True)
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - botocore's, and no secret


def _parameters(request: AssumeRoleRequest) -> dict[str, object]:
    """Return the parameters of one request; its code is used once, and shapes no session."""
    parameters = request.parameters()
    parameters.pop("TokenCode", None)
    if "Policy" in parameters:
        # The order of its keys means nothing.
        parameters["Policy"] = json.loads(str(parameters["Policy"]))
    return parameters
