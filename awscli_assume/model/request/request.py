"""A request to STS, complete and checked before any network call or prompt."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Callable, Iterable, Mapping, Optional, Sequence, TypeVar, Union, cast

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role
from awscli_assume.model.request import limits
from awscli_assume.model.request.identity_provider import IdentityToken, SamlAssertion

Checked = TypeVar("Checked")

# The parameters of AssumeRole that are options of the command: by the field of the request,
# which is also the name in the parsed arguments. The option and the key of a record have
# dashes in place of underscores.
PARAMETERS = {
    "role_session_name": "RoleSessionName",
    "duration_seconds": "DurationSeconds",
    "policy": "Policy",
    "policy_arns": "PolicyArns",
    "tags": "Tags",
    "transitive_tag_keys": "TransitiveTagKeys",
    "external_id": "ExternalId",
    "serial_number": "SerialNumber",
    "token_code": "TokenCode",
    "source_identity": "SourceIdentity",
    "provided_contexts": "ProvidedContexts",
    "minimum_session_token_size": "MinimumSessionTokenSize",
}
# Half of the 2,048 characters that plain policies may have.
_SAFE_BYTES = 1024


@dataclass(frozen=True)
class AssumeRoleRequest:
    """AssumeRole's parameters, or with ``identity_token`` those of the operation that takes it.

    ``duration_seconds`` None is the default of STS (3600), MAX_DURATION the longest session that
    the role allows, and UP_TO with a number the longest up to that. With
    ``is_duration_configured`` a number is shortened to what the role allows. ``is_chained`` is
    whether the source is known to be a role session. ``via`` are the roles to assume before this
    one, in order. ``scope`` names what the session policies come from.
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
    scope: Optional[str] = None
    is_duration_configured: bool = field(default=False, compare=False)

    @property
    def operation(self) -> str:
        """The operation of STS that takes these parameters."""
        return "AssumeRole" if self.identity_token is None else self.identity_token.operation

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles of the role chain, in order."""
        return (*self.via, self.role)

    @property
    def seconds(self) -> Union[int, str, None]:
        """The duration to request from STS; MAX_DURATION if it is still to be found out."""
        return limits.CHAINED_DURATION_MAX if self.is_clamped else self.duration_seconds

    @property
    def is_clamped(self) -> bool:
        """Return whether the duration is more than role chaining allows."""
        seconds = limits.longest(self.duration_seconds)
        return self.is_chained and seconds > limits.CHAINED_DURATION_MAX

    def chained(self, is_by_flag: bool) -> AssumeRoleRequest:
        """Return the request for a source that is a role session: one hour at most.

        A default is shortened. Raises InvalidRequest if ``--duration-seconds`` was more.
        """
        chained = replace(self, is_chained=True)
        if is_by_flag and chained.is_clamped and isinstance(self.duration_seconds, int):
            way_out = "leave --via out" if self.via else "--profile with a source that is no role"
            raise InvalidRequest(
                f"Invalid duration {self.duration_seconds}: {self.why_chained}, "
                f"and role chaining gives at most {limits.CHAINED_DURATION_MAX} seconds. Try: "
                f"--duration-seconds {limits.CHAINED_DURATION_MAX}, or {way_out}"
            )
        return chained

    @property
    def why_chained(self) -> str:
        """Why the request is role chaining, for a message."""
        if self.via:
            return "the role is assumed from another one (--via)"
        return "the source is itself a role session"

    def lasting(self, seconds: int) -> AssumeRoleRequest:
        """Return the request with another duration."""
        return replace(self, duration_seconds=seconds)

    def completed(self, partition: str, account_id: str) -> AssumeRoleRequest:
        """Return the request with the partition and account that its roles lack."""
        via = tuple(role.completed(partition, account_id) for role in self.via)
        role = self.role.completed(partition, account_id)
        return replace(self, role=role, via=via, policy_arns=self._policy_arns_of(role))

    def _policy_arns_of(self, role: Role) -> tuple[str, ...]:
        """Return the policies: those of a scope in the role's partition, others as given."""
        if self.scope is None or role.partition is None:
            return self.policy_arns
        # Here, because most sessions have no scope.
        from awscli_assume.model.request.session_scope import in_partition

        return tuple(in_partition(arn, role.partition) for arn in self.policy_arns)

    def with_device(self, serial_number: str) -> AssumeRoleRequest:
        """Return the request with an MFA device."""
        return replace(self, serial_number=serial_number)

    def with_token_code(self, code: str) -> AssumeRoleRequest:
        """Return the request with an MFA code. Raises InvalidRequest."""
        return replace(self, token_code=limits.check("token_code", code))

    def without_device(self) -> AssumeRoleRequest:
        """Return the request for credentials that come from a sign-in with MFA."""
        return replace(self, serial_number=None, token_code=None)

    def with_identity_token(self, identity_token: IdentityToken) -> AssumeRoleRequest:
        """Return the request without the parameters that only AssumeRole has."""
        # The SAML assertion names the session.
        is_saml = isinstance(identity_token, SamlAssertion)
        return AssumeRoleRequest(
            self.role,
            "" if is_saml else self.role_session_name,
            self.duration_seconds,
            self.policy,
            self.policy_arns,
            identity_token=identity_token,
            scope=self.scope,
            is_duration_configured=self.is_duration_configured,
        )

    def parameters(self) -> dict[str, object]:
        """Return the parameters for botocore, without those that are not set.

        The secret of an identity token is not among them.
        """
        values: dict[str, object] = {
            "RoleArn": self.role.arn,
            "PrincipalArn": getattr(self.identity_token, "principal_arn", None),
            **{parameter: getattr(self, name) for name, parameter in PARAMETERS.items()},
            "DurationSeconds": self.seconds,
            "PolicyArns": [{"arn": arn} for arn in self.policy_arns],
            "Tags": _structures(self.tags, "Key", "Value"),
            "TransitiveTagKeys": list(self.transitive_tag_keys),
            "ProvidedContexts": _structures(
                self.provided_contexts, "ProviderArn", "ContextAssertion"
            ),
        }
        return {name: value for name, value in values.items() if value not in (None, "", [])}

    def shown_parameters(self) -> dict[str, object]:
        """Return the parameters as a dry run shows them, without the token code."""
        parameters = self.parameters()
        if "TokenCode" in parameters:
            parameters["TokenCode"] = "******"
            # A placeholder: only IAM knows the serial number, as with PARTITION and ACCOUNT.
            parameters.setdefault("SerialNumber", "SERIAL")
        return parameters


def _structures(pairs: Iterable[tuple[str, str]], *members: str) -> list[dict[str, str]]:
    return [dict(zip(members, pair)) for pair in pairs]


def build_request(
    role: Role, session_name: str, options: Mapping[str, object]
) -> AssumeRoleRequest:
    """Return the request that the options ask for, named as in PARAMETERS, and ``via``.

    An option that is missing or None was not given. Raises InvalidRequest.
    """

    def checked(name: str, check: Callable[[str], Checked]) -> Optional[Checked]:
        value = options.get(name)
        return None if value is None else check(str(value))

    def text(name: str) -> Optional[str]:
        return checked(name, lambda value: limits.check(name, value))

    policy = checked("policy", limits.policy)
    tags = limits.tags(_structures_in(options, "tags"))
    size = "minimum_session_token_size"
    request = AssumeRoleRequest(
        role=role,
        role_session_name=limits.check("role_session_name", session_name),
        duration_seconds=checked("duration_seconds", limits.duration),
        policy=policy,
        policy_arns=limits.policy_arns(_structures_in(options, "policy_arns"), policy),
        tags=tags,
        transitive_tag_keys=limits.transitive_tag_keys(
            _texts_in(options, "transitive_tag_keys"), tags
        ),
        external_id=text("external_id"),
        serial_number=text("serial_number"),
        token_code=text("token_code"),
        source_identity=text("source_identity"),
        provided_contexts=limits.provided_contexts(_structures_in(options, "provided_contexts")),
        minimum_session_token_size=checked(size, lambda value: limits.check_number(size, value)),
        via=tuple(parse_role(one) for one in _texts_in(options, "via")),
        scope=checked("scope", str),
    )
    return replace(request, policy_arns=request._policy_arns_of(role))


def _structures_in(options: Mapping[str, object], name: str) -> Sequence[Mapping[str, str]]:
    return cast(Sequence[Mapping[str, str]], options.get(name) or ())


def _texts_in(options: Mapping[str, object], name: str) -> Sequence[str]:
    return cast(Sequence[str], options.get(name) or ())


def check_option(name: str, value: str, is_own: bool = True) -> None:
    """Check an option of one value that a configuration file sets. Raises InvalidRequest.

    ``is_own`` is False for the CLI's own key of a profile, which can't be MAX_DURATION:
    botocore ignores a duration_seconds that is not a number (credentials.py, all versions).
    """
    if name == "duration_seconds" and is_own:
        limits.duration(value)
    elif name in limits.LIMITS and not is_template(name, is_own):
        limits.check(name, value)


def is_template(name: str, is_own: bool) -> bool:
    """Return whether an option of a configuration file may have placeholders."""
    return name == "role_session_name" or (is_own and name == "source_identity")


def requests_in_order(request: AssumeRoleRequest) -> list[AssumeRoleRequest]:
    """Return the requests of a role chain; each is signed with the credentials of the previous.

    The first has what belongs to the user: the MFA device and its code, the source
    identity and the transitive tags. The last has what belongs to its role: duration,
    policies, external ID, contexts and the other tags. Roles in between have a session
    name only, and their sessions are as short as STS allows. With a scope, the roles before the
    last may do nothing but assume the next.

    Sources: IAM User Guide, "Monitor and control actions taken with assumed roles" (a
    chain keeps its source identity), "Pass session tags in AWS STS" (all sessions that
    follow inherit transitive tags, and STS refuses to pass them again) and "Secure API
    access with MFA" (the credentials of AssumeRole have no MFA information).
    """
    if not request.via:
        return [request]
    transitive = {key.lower() for key in request.transitive_tag_keys}
    inherited = tuple(tag for tag in request.tags if tag[0].lower() in transitive)
    name, policy = request.role_session_name, _policy_in_chain(request)
    first, *others = (
        AssumeRoleRequest(role, name, limits.DURATION_MIN, policy) for role in request.via
    )
    first = replace(
        first,
        serial_number=request.serial_number,
        token_code=request.token_code,
        source_identity=request.source_identity,
        tags=inherited,
        transitive_tag_keys=request.transitive_tag_keys,
    )
    last = replace(
        request.without_device(),
        via=(),
        is_chained=True,
        source_identity=None,
        tags=tuple(tag for tag in request.tags if tag not in inherited),
        transitive_tag_keys=(),
    )
    return [first, *others, last]


def _policy_in_chain(request: AssumeRoleRequest) -> Optional[str]:
    """Return the session policy of the roles before the last, if the last has a scope."""
    if request.scope is None:
        return None
    # Here, because most sessions have no scope.
    from awscli_assume.model.request.session_scope import chain_policy

    return chain_policy(bool(request.provided_contexts))


@dataclass(frozen=True)
class PackedSize:
    """The size of session policies, policy ARNs and tags: characters, and deflated bytes.

    STS packs them into a binary format and refuses what exceeds its limit (AWS STS API
    reference, "AssumeRole", PackedPolicySize). It publishes neither the format nor the
    limit in bytes, so the deflated size is an estimate.
    """

    characters: int
    deflated: int

    @property
    def is_safe(self) -> bool:
        """Return whether the estimate is far below the limit."""
        return self.deflated <= _SAFE_BYTES


def packed_size(request: AssumeRoleRequest) -> PackedSize:
    """Return the size of the session policies, policy ARNs and tags of a request."""
    parts = [request.policy or "", *request.policy_arns]
    parts += [text for tag in request.tags for text in tag]
    text = "\n".join(part for part in parts if part)
    deflated = len(zlib.compress(text.encode(), 9)) if text else 0
    return PackedSize(sum(map(len, parts)), deflated)
