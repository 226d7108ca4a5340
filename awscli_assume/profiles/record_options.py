"""What a record holds of a request besides its role and its session name."""

from __future__ import annotations

import json
from typing import Any

from awscli_assume.model.request.request import PARAMETERS, AssumeRoleRequest

NOT_KEPT = "(not kept)"
DEVICE = "serial-number"
TOKEN_FILE, ASSERTION = "web-identity-token-file", "saml-assertion"
# The session name has a key of its own, and secrets are never recorded.
_NOT_RECORDED = ("role_session_name", "token_code", "provided_contexts")
# In place of a source profile, by the option that says so.
IDENTITY_TOKENS = {TOKEN_FILE: "WebIdentity", ASSERTION: "SAML"}


def options_of(request: AssumeRoleRequest) -> tuple[tuple[str, str], ...]:
    """Return the options of a request by their names, each on one line; no secret is in them."""
    options: dict[str, Any] = {
        "via": [hop.arn for hop in request.via],
        **{
            name.replace("_", "-"): getattr(request, name)
            for name in PARAMETERS
            if name not in _NOT_RECORDED
        },
        "tags": dict(request.tags),
        # Their assertions are signed, and good for whoever has them.
        "provided-contexts": NOT_KEPT if request.provided_contexts else None,
        TOKEN_FILE: getattr(request.identity_token, "token_file", None),
        ASSERTION: NOT_KEPT if request.operation == "AssumeRoleWithSAML" else None,
        "principal-arn": getattr(request.identity_token, "principal_arn", None),
    }
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in options.items()
        if value not in (None, (), [], {})
    )
