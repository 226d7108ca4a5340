"""What is asked of STS: complete and checked before any network call or question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Optional, Union

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role
from awscli_assume.model.request import limits, session_tags
from awscli_assume.model.request.identity_provider import IdentityToken, SamlAssertion


@dataclass(frozen=True)
class AssumeRoleRequest:
    """AssumeRole's parameters.

    ``duration_seconds`` is what was asked for: None leaves the default to STS
    (3600), limits.MAX_DURATION is the longest session that the role allows.
    ``is_chained`` tells that the source is known to be a role session. ``via`` are
    the roles on the way to this one, in order (role_chain.py).
    With an ``identity_token`` they are the parameters of the operation that takes it.
    """

    role: Role
    role_session_name: str
    duration_seconds: Union[int, str, None] = None
    policy: Optional[str] = None
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    external_id: Optional[str] = None
    serial_number: Optional[str] = None
    token_code: Optional[str] = field(default=None, repr=False)
    source_identity: Optional[str] = None
    provided_contexts: tuple[tuple[str, str], ...] = ()
    minimum_session_token_size: Optional[int] = None
    is_chained: bool = False
    via: tuple[Role, ...] = ()
    identity_token: Optional[IdentityToken] = None

    @property
    def operation(self) -> str:
        """The operation of STS that takes these parameters."""
        return "AssumeRole" if self.identity_token is None else self.identity_token.operation

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles on the way and this one, in order."""
        return (*self.via, self.role)

    @property
    def seconds(self) -> Union[int, str, None]:
        """What STS is going to be asked for; MAX_DURATION has to be found out before."""
        return limits.CHAINED_DURATION_MAX if self.is_clamped else self.duration_seconds

    @property
    def is_clamped(self) -> bool:
        """Return whether more was asked for than role chaining gives."""
        asked = self.duration_seconds
        is_more = isinstance(asked, int) and asked > limits.CHAINED_DURATION_MAX
        return self.is_chained and (is_more or asked == limits.MAX_DURATION)

    def chained(self, is_by_flag: bool) -> AssumeRoleRequest:
        """Return the same request of a source that is itself a role session: an hour at most.

        Raises InvalidRequest where more was asked for by ``--duration-seconds``; a
        default is shortened.
        """
        chained = replace(self, is_chained=True)
        if is_by_flag and chained.is_clamped and self.duration_seconds != limits.MAX_DURATION:
            way_out = "leave --via out" if self.via else "--profile with a source that is no role"
            raise InvalidRequest(
                f"Invalid duration {self.duration_seconds}: {self.why_chained}, "
                f"and role chaining gives at most {limits.CHAINED_DURATION_MAX} seconds. Try: "
                f"--duration-seconds {limits.CHAINED_DURATION_MAX}, or {way_out}"
            )
        return chained

    @property
    def why_chained(self) -> str:
        """What makes it role chaining, in words."""
        if self.via:
            return "the role is assumed from another one (--via)"
        return "the source is itself a role session"

    def lasting(self, seconds: int) -> AssumeRoleRequest:
        """Return the same request for so many seconds."""
        return replace(self, duration_seconds=seconds)

    def completed(self, partition: str, account_id: str) -> AssumeRoleRequest:
        """Return the same request with what its roles lack filled in: all are the caller's."""
        via = tuple(hop.completed(partition, account_id) for hop in self.via)
        return replace(self, role=self.role.completed(partition, account_id), via=via)

    def with_device(self, serial_number: str) -> AssumeRoleRequest:
        """Return the same request with the device whose code is given, or is still to be."""
        return replace(self, serial_number=serial_number)

    def with_token_code(self, code: str) -> AssumeRoleRequest:
        """Return the same request with the six digits that a person typed."""
        return replace(self, token_code=limits.token_code(code))

    def without_device(self) -> AssumeRoleRequest:
        """Return the same request for credentials that an MFA device has vouched for already."""
        return replace(self, serial_number=None, token_code=None)

    def with_identity_token(self, identity_token: IdentityToken) -> AssumeRoleRequest:
        """Return the request without what only AssumeRole takes: settings may have brought it."""
        # A session by SAML has the name that its assertion says.
        is_saml = isinstance(identity_token, SamlAssertion)
        return AssumeRoleRequest(
            self.role,
            "" if is_saml else self.role_session_name,
            self.duration_seconds,
            self.policy,
            self.policy_arns,
            identity_token=identity_token,
        )

    def parameters(self) -> dict[str, Any]:
        """Return what botocore takes: what was given, without the secret of an identity token."""
        answer: dict[str, Any] = {
            "RoleArn": self.role.arn,
            "RoleSessionName": self.role_session_name or None,
            "PrincipalArn": getattr(self.identity_token, "principal_arn", None),
            "DurationSeconds": self.seconds,
            "Policy": self.policy,
            "PolicyArns": [{"arn": arn} for arn in self.policy_arns],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "TransitiveTagKeys": list(self.transitive_tag_keys),
            "ExternalId": self.external_id,
            "SerialNumber": self.serial_number,
            "TokenCode": self.token_code,
            "SourceIdentity": self.source_identity,
            "ProvidedContexts": [
                {"ProviderArn": arn, "ContextAssertion": assertion}
                for arn, assertion in self.provided_contexts
            ],
            "MinimumSessionTokenSize": self.minimum_session_token_size,
        }
        return {name: value for name, value in answer.items() if value not in (None, [])}


# Single values that may also stand in a configuration file.
_CHECKS: dict[str, Callable[[str], Any]] = {
    "duration_seconds": limits.duration,
    "external_id": limits.external_id,
    "serial_number": limits.serial_number,
    "source_identity": limits.source_identity,
}


def build_request(role: Role, session_name: str, options: Mapping[str, Any]) -> AssumeRoleRequest:
    """Check the options, named as AssumeRole's parameters are (``external_id`` …).

    An option that is missing or None was not given. Raises InvalidRequest.
    """
    policy = _checked(options, "policy", limits.policy)
    tags = session_tags.tags(options.get("tags") or ())
    serial_number = _checked(options, "serial_number", limits.serial_number)
    token_code = _checked(options, "token_code", limits.token_code)
    return AssumeRoleRequest(
        role=role,
        role_session_name=limits.session_name(session_name),
        duration_seconds=_checked(options, "duration_seconds", limits.duration),
        policy=policy,
        policy_arns=limits.policy_arns(options.get("policy_arns") or (), policy),
        tags=tags,
        transitive_tag_keys=session_tags.transitive_tag_keys(
            options.get("transitive_tag_keys") or (), tags
        ),
        external_id=_checked(options, "external_id", limits.external_id),
        serial_number=serial_number,
        token_code=token_code,
        source_identity=_checked(options, "source_identity", limits.source_identity),
        provided_contexts=session_tags.provided_contexts(options.get("provided_contexts") or ()),
        minimum_session_token_size=_checked(
            options, "minimum_session_token_size", limits.minimum_session_token_size
        ),
        via=tuple(parse_role(text) for text in options.get("via") or ()),
    )


def check_option(name: str, value: str, is_own: bool = True) -> None:
    """Check one option of a single value by itself. Raises InvalidRequest.

    ``is_own`` tells that the value stands in a setting of ours. The CLI's own
    key of a profile has no MAX_DURATION: botocore passes over a duration_seconds that
    is no number (credentials.py, all versions).
    """
    if name == "duration_seconds" and not is_own:
        limits.duration_seconds(value)
    elif name in _CHECKS:
        _CHECKS[name](value)


def _checked(options: Mapping[str, Any], name: str, check: Callable[[str], Any]) -> Any:
    value = options.get(name)
    return None if value is None else check(str(value))
