"""Our record in a target profile: what was assumed, and how to do it again.

It is the nested block ``assumed =`` of the profile in the config file, which
botocore reads as a dict and every SDK skips. Its keys are spelled as the
command's options, with dashes: ConfigFileWriter takes a nested key for a
profile's own key of the same name (2.38.5, writer.py), so ``region`` or
``role_arn`` in the block would be hit by the next ``aws configure set region``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.request import AssumeRoleRequest

BLOCK = "assumed"
_JSON = ("policy-arns", "tags", "transitive-tag-keys")
NOT_KEPT = "(not kept)"
_AUTO_REFRESH = "auto-refresh"
_TOKEN_FILE, _ASSERTION = "web-identity-token-file", "saml-assertion"
# In place of a source profile, by the option that says so.
_PROOFS = {_TOKEN_FILE: "WebIdentity", _ASSERTION: "SAML"}
_OWN_KEYS = (
    "role-arn",
    "role-session-name",
    "source-profile",
    "credential-source",
    "target-region",
    _AUTO_REFRESH,
)


@dataclass(frozen=True)
class Record:
    """What a target profile was made from. No secret is in it.

    ``session_name`` is a template where the name was not given by hand.
    ``region`` is set where we wrote the target's region. With ``auto_refresh``
    the target has a credential_process of ours in place of keys.
    """

    role_arn: str
    session_name: str
    source_profile: Optional[str] = None
    region: Optional[str] = None
    options: tuple[tuple[str, str], ...] = ()
    auto_refresh: bool = False

    @property
    def web_identity_token_file(self) -> Optional[str]:
        """The file (or the provider) of the web identity token, where one was the proof."""
        return dict(self.options).get(_TOKEN_FILE)

    @property
    def has_proof(self) -> bool:
        """Tell whether a proof of an identity provider stood in for source credentials."""
        return self.source_profile is None and bool(_PROOFS.keys() & dict(self.options).keys())

    def to_block(self) -> dict[str, str]:
        """Answer the block's keys and values, all on one line each."""
        block = {"role-arn": self.role_arn}
        if self.session_name:
            block["role-session-name"] = self.session_name
        if self.source_profile is not None:
            block["source-profile"] = self.source_profile
        else:
            kinds = [kind for name, kind in _PROOFS.items() if name in dict(self.options)]
            block["credential-source"] = kinds[0] if kinds else "Environment"
        if self.region is not None:
            block["target-region"] = self.region
        if self.auto_refresh:
            block[_AUTO_REFRESH] = "true"
        block.update(self.options)
        return block

    def asks_the_same_as(self, other: Optional[Record]) -> bool:
        """Tell whether two records are of one request from one source."""
        return other is not None and replace(self, region=None) == replace(other, region=None)

    def to_options(self) -> dict[str, Any]:
        """Answer AssumeRole's parameters, as the command's options would have given them.

        Raises InvalidConfiguration where somebody has edited the record.
        """
        options: dict[str, Any] = {}
        for name, value in self.options:
            options[name.replace("-", "_")] = _read(name, value) if name in _JSON else value
        try:
            options["policy_arns"] = [{"arn": arn} for arn in options.get("policy_arns", ())]
            options["tags"] = [
                {"Key": key, "Value": value} for key, value in options.get("tags", {}).items()
            ]
        except (AttributeError, TypeError, ValueError):
            raise _broken("tags or policy-arns") from None
        if options.pop("provided_contexts", None) is not None:
            raise InvalidConfiguration(
                "The profile was made with --provided-contexts, whose assertions are not kept. "
                f"Assume the role again: aws assume --role-arn {self.role_arn}"
            )
        return options


def _read(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise _broken(name) from None


def _broken(what: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"The record 'assumed' of the target profile can't be read: {what} is no JSON of that "
        "kind. Assume the role again with all its options: aws assume --role-arn ARN"
    )


def record_of(
    request: AssumeRoleRequest,
    session_name: str,
    source_profile: Optional[str],
    region: Optional[str],
    auto_refresh: bool = False,
) -> Record:
    """Answer the record of a request; ``session_name`` is the name or its template."""
    options: dict[str, Any] = {
        "duration-seconds": request.duration_seconds,
        "policy": request.policy,
        "policy-arns": list(request.policy_arns),
        "tags": dict(request.tags),
        "transitive-tag-keys": list(request.transitive_tag_keys),
        "external-id": request.external_id,
        "serial-number": request.serial_number,
        "source-identity": request.source_identity,
        "minimum-session-token-size": request.minimum_session_token_size,
        # Their assertions are signed, and good for whoever has them.
        "provided-contexts": NOT_KEPT if request.provided_contexts else None,
        "web-identity-token-file": getattr(request.proof, "token_file", None),
        "saml-assertion": NOT_KEPT if request.operation == "AssumeRoleWithSAML" else None,
        "principal-arn": getattr(request.proof, "principal_arn", None),
    }
    return Record(
        role_arn=request.role.arn,
        session_name=session_name,
        source_profile=source_profile,
        region=region,
        options=tuple(
            (name, value if isinstance(value, str) else json.dumps(value))
            for name, value in options.items()
            if value not in (None, [], {})
        ),
        auto_refresh=auto_refresh,
    )


def read_record(profile: Optional[Mapping[str, Any]]) -> Optional[Record]:
    """Answer the record of a profile, or None where it carries none of ours."""
    block = (profile or {}).get(BLOCK)
    if not isinstance(block, Mapping) or "role-arn" not in block:
        return None
    return Record(
        role_arn=block["role-arn"],
        session_name=block.get("role-session-name", ""),
        source_profile=block.get("source-profile"),
        region=block.get("target-region"),
        options=tuple((name, value) for name, value in block.items() if name not in _OWN_KEYS),
        auto_refresh=block.get(_AUTO_REFRESH) == "true",
    )
