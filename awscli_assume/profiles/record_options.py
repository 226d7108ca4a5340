"""What a record holds of a request besides its role and its session name."""

from __future__ import annotations

import json
from typing import Any

from awscli_assume.model.request.request import AssumeRoleRequest

NOT_KEPT = "(not kept)"
DEVICE = "serial-number"
TOKEN_FILE, ASSERTION = "web-identity-token-file", "saml-assertion"
# In place of a source profile, by the option that says so.
IDENTITY_TOKENS = {TOKEN_FILE: "WebIdentity", ASSERTION: "SAML"}


def options_of(request: AssumeRoleRequest) -> tuple[tuple[str, str], ...]:
    """Return the options of a request by their names, each on one line; no secret is in them."""
    options: dict[str, Any] = {
        "via": [hop.arn for hop in request.via],
        "duration-seconds": request.duration_seconds,
        "policy": request.policy,
        "policy-arns": list(request.policy_arns),
        "tags": dict(request.tags),
        "transitive-tag-keys": list(request.transitive_tag_keys),
        "external-id": request.external_id,
        DEVICE: request.serial_number,
        "source-identity": request.source_identity,
        "minimum-session-token-size": request.minimum_session_token_size,
        # Their assertions are signed, and good for whoever has them.
        "provided-contexts": NOT_KEPT if request.provided_contexts else None,
        TOKEN_FILE: getattr(request.identity_token, "token_file", None),
        ASSERTION: NOT_KEPT if request.operation == "AssumeRoleWithSAML" else None,
        "principal-arn": getattr(request.identity_token, "principal_arn", None),
    }
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in options.items()
        if value not in (None, [], {})
    )
