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
from typing import TYPE_CHECKING, Mapping, Optional, Sequence, cast

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import NO_SETTINGS, RequestSettings
from awscli_assume.host.protocols import Profile
from awscli_assume.model.request.request import PARAMETERS, AssumeRoleRequest

if TYPE_CHECKING:
    from awscli_assume.model.identity_center import IdentityCenterRole
    from awscli_assume.model.request.root_session import RootRequest

BLOCK = "assumed"
NOT_STORED = "(not kept)"
DEVICE = "serial-number"
SCOPE = "scope"
# The template that the source identity was made from.
_IDENTITY, _IDENTITY_TEMPLATE = "source-identity", "source-identity-template"
# The session is narrower than the profile: a coding agent has refreshed it.
_NARROWED = "narrowed-for-agent"
_POLICIES = (SCOPE, "policy", "policy-arns")
TOKEN_FILE, ASSERTION = "web-identity-token-file", "saml-assertion"
# In place of a source profile, by the option that says so.
IDENTITY_TOKENS = {TOKEN_FILE: "WebIdentity", ASSERTION: "SAML"}
_JSON = ("via", "policy-arns", "tags", "transitive-tag-keys")
_AUTO_REFRESH = "auto-refresh"
_COPY_SOURCE = "copy-source"
_REGION, _ENDPOINT, _CA_BUNDLE = "sts-region", "endpoint-url", "ca-bundle"
_SSO_KEYS = ("sso-session", "sso-account-id", "sso-role-name")
_SETTINGS = "settings-profile"
# Of a privileged session on a member account (AssumeRoot).
_ROOT_ACCOUNT, _TASK_POLICY, _SECONDS = "root-account", "task-policy", "duration-seconds"
_OWN_KEYS = (
    *_SSO_KEYS,
    _SETTINGS,
    _REGION,
    _ENDPOINT,
    _CA_BUNDLE,
    "role-arn",
    "role-session-name",
    "source-profile",
    "credential-source",
    "target-region",
    _AUTO_REFRESH,
    _COPY_SOURCE,
)


# The session name has a key of its own, and secrets are never recorded.
_NOT_RECORDED = ("role_session_name", "token_code", "provided_contexts")


@dataclass(frozen=True)
class Record:
    """What a target profile was made from. No secret is in it.

    ``session_name`` is a template where the name was not given by hand.
    ``region`` is set where we wrote the target's region, ``settings`` is where the request
    was sent. With ``auto_refresh``
    the target has a credential_process of ours in place of keys. With a
    ``credential_source`` the source profile's credentials come from there only.
    If ``role_arn`` is None, the source's own credentials are copied, without AssumeRole. With
    ``identity_center`` the source is that role, and ``source_profile`` is the name of its
    profile in the CLI's session.
    """

    role_arn: Optional[str]
    session_name: str
    source_profile: Optional[str] = None
    region: Optional[str] = None
    options: tuple[tuple[str, str], ...] = ()
    auto_refresh: bool = False
    credential_source: Optional[str] = None
    settings: RequestSettings = NO_SETTINGS
    identity_center: Optional[IdentityCenterRole] = None

    @property
    def request_settings(self) -> RequestSettings:
        """Where to send the request again: to the region that we wrote if no other is recorded."""
        return replace(self.settings, region=self.settings.region or self.region)

    def sent_to(self, settings: RequestSettings, region: Optional[str]) -> Record:
        """Return the record of a request that was sent there; ``region`` is the target's."""
        other = settings.region if settings.region != region else None
        return replace(self, region=region, settings=replace(settings, region=other))

    @property
    def web_identity_token_file(self) -> Optional[str]:
        """The file (or the provider) of the web identity token, if it was one."""
        return dict(self.options).get(TOKEN_FILE)

    @property
    def via(self) -> tuple[str, ...]:
        """The ARNs of ``--via``; empty if damaged."""
        try:
            found = json.loads(dict(self.options).get("via", "[]"))
        except ValueError:
            return ()
        return tuple(map(str, found)) if isinstance(found, list) else ()

    @property
    def has_identity_token(self) -> bool:
        """Return whether an identity provider's token replaced source credentials."""
        return self.source_profile is None and self._source_kind != "Environment"

    @property
    def _source_kind(self) -> str:
        kinds = [IDENTITY_TOKENS[name] for name, _ in self.options if name in IDENTITY_TOKENS]
        return kinds[0] if kinds else "Environment"

    def to_block(self) -> dict[str, str]:
        """Return the block's keys and values, all on one line each."""
        block = {_COPY_SOURCE: "true"} if self.is_copy else {}
        if self.role_arn is not None:
            block["role-arn"] = self.role_arn
        if self.session_name:
            block["role-session-name"] = self.session_name
        block.update(self._source_block())
        if self.region is not None:
            block["target-region"] = self.region
        found = self.settings
        settings = {
            _REGION: found.region,
            _ENDPOINT: found.endpoint_url,
            _CA_BUNDLE: found.ca_bundle,
        }
        block.update({name: value for name, value in settings.items() if value is not None})
        if self.auto_refresh:
            block[_AUTO_REFRESH] = "true"
        block.update(self.options)
        return block

    def _source_block(self) -> dict[str, str]:
        """Return the keys that name the source."""
        role = self.identity_center
        if role is not None:
            block = dict(zip(_SSO_KEYS, (role.sso_session, role.account_id, role.role_name)))
            return {**block, **({_SETTINGS: role.settings} if role.settings else {})}
        block = {} if self.source_profile is None else {"source-profile": self.source_profile}
        if self.source_profile is None or self.credential_source is not None:
            block["credential-source"] = self.credential_source or self._source_kind
        return block

    @property
    def is_copy(self) -> bool:
        """Return whether the source's own credentials were copied, without a role."""
        is_other = self.identity_center is not None or self.root_account is not None
        return self.role_arn is None and not is_other

    @property
    def root_account(self) -> Optional[str]:
        """The account of a privileged session (AssumeRoot), None for other credentials."""
        return dict(self.options).get(_ROOT_ACCOUNT) if self.role_arn is None else None

    @property
    def task_policy(self) -> Optional[str]:
        """The name of a privileged session's task policy."""
        return dict(self.options).get(_TASK_POLICY)

    def is_identity_center(self, role: Optional[IdentityCenterRole]) -> bool:
        """Return whether this is the record of a role of IAM Identity Center itself."""
        return role is not None and self.role_arn is None and self.identity_center == role

    def matches(self, other: Optional[Record]) -> bool:
        """Return whether two records stand for the same request from the same source.

        A request without an MFA device also matches a record with one: the device may have
        been found, and the session is the same.
        """
        if other is None:
            return False
        ours, theirs = dict(self.options), dict(other.options)
        if DEVICE not in ours:
            theirs.pop(DEVICE, None)
        if _IDENTITY_TEMPLATE in ours:
            # The template is the request. Only STS knows the caller's name in it.
            for options in (ours, theirs):
                options.pop(_IDENTITY, None)
        wanted = replace(self, region=None, settings=NO_SETTINGS, options=_sorted(ours))
        return wanted == replace(other, region=None, settings=NO_SETTINGS, options=_sorted(theirs))

    @property
    def scope(self) -> Optional[str]:
        """The scope of the session, or None."""
        return dict(self.options).get(SCOPE)

    @property
    def source_identity(self) -> Optional[str]:
        """The source identity of the session, or None."""
        return dict(self.options).get(_IDENTITY)

    @property
    def source_identity_template(self) -> Optional[str]:
        """The template of the source identity, if it was made from one."""
        return dict(self.options).get(_IDENTITY_TEMPLATE)

    def repeated(self, request: AssumeRoleRequest) -> Record:
        """Return the record after a request that has repeated it.

        The request may have been narrowed for a coding agent, and the caller may have another
        name now.
        """
        options = dict(self._own_options())
        # Policies of its own are those of the scope (``narrowed``), and a person keeps them.
        if request.scope is not None and not any(name in options for name in _POLICIES):
            options.update(_policies_of(request), **{_NARROWED: "true"})
        if _IDENTITY_TEMPLATE in options and request.source_identity is not None:
            options[_IDENTITY] = request.source_identity
        is_same = options == dict(self.options)
        return self if is_same else replace(self, options=tuple(options.items()))

    def _own_options(self) -> tuple[tuple[str, str], ...]:
        """Return the options without those that narrow the session for an agent."""
        if _NARROWED not in dict(self.options):
            return self.options
        return tuple(one for one in self.options if one[0] not in (*_POLICIES, _NARROWED))

    def to_options(self) -> dict[str, object]:
        """Return AssumeRole's parameters, as the command's options would have given them.

        Raises InvalidConfiguration where somebody has edited the record.
        """
        options: dict[str, object] = {}
        for name, value in self._own_options():
            options[name.replace("-", "_")] = _read(name, value) if name in _JSON else value
        try:
            options["policy_arns"] = [
                {"arn": arn} for arn in cast(Sequence[str], options.get("policy_arns", ()))
            ]
            options["tags"] = [
                {"Key": key, "Value": value}
                for key, value in cast(Mapping[str, str], options.get("tags", {})).items()
            ]
        except (AttributeError, TypeError, ValueError):
            raise _broken("tags or policy-arns") from None
        via = options.get("via", [])
        if not isinstance(via, list) or not all(isinstance(role, str) for role in via):
            raise _broken("via")
        if options.pop("provided_contexts", None) is not None:
            raise InvalidConfiguration(
                "The profile was made with --provided-contexts, whose assertions are not kept. "
                f"Assume the role again: aws assume --role-arn {self.role_arn} "
                "--provided-contexts ProviderArn=ARN,ContextAssertion=ASSERTION"
            )
        return options


def _read(name: str, value: str) -> object:
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
    credential_source: Optional[str] = None,
    identity_center: Optional[IdentityCenterRole] = None,
    source_identity: Optional[str] = None,
) -> Record:
    """Return the record of a request; ``session_name`` is the name or its template.

    ``source_identity`` is the template that the request's was made from.
    """
    return Record(
        role_arn=request.role.arn,
        session_name=session_name,
        source_profile=source_profile,
        region=region,
        options=_options_of(request, source_identity),
        auto_refresh=auto_refresh,
        credential_source=credential_source,
        identity_center=identity_center,
    )


def _sorted(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options.items()))


def _policies_of(request: AssumeRoleRequest) -> dict[str, str]:
    """Return the options of a scope."""
    return {name: value for name, value in _options_of(request, None) if name in _POLICIES}


def _options_of(
    request: AssumeRoleRequest, source_identity: Optional[str]
) -> tuple[tuple[str, str], ...]:
    """Return the options of a request by their names, each on one line; no secret is in them."""
    options: dict[str, object] = {
        "via": [role.arn for role in request.via],
        SCOPE: request.scope,
        **{
            name.replace("_", "-"): getattr(request, name)
            for name in PARAMETERS
            if name not in _NOT_RECORDED
        },
        _IDENTITY_TEMPLATE: source_identity,
        "tags": dict(request.tags),
        # Their assertions are signed: whoever has one can use it.
        "provided-contexts": NOT_STORED if request.provided_contexts else None,
        TOKEN_FILE: getattr(request.identity_token, "token_file", None),
        ASSERTION: NOT_STORED if request.operation == "AssumeRoleWithSAML" else None,
        "principal-arn": getattr(request.identity_token, "principal_arn", None),
    }
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in options.items()
        if value not in (None, (), [], {})
    )


def root_options(request: RootRequest) -> tuple[tuple[str, str], ...]:
    """Return the options of a record that make a privileged session again."""
    found = ((_ROOT_ACCOUNT, request.account_id), (_TASK_POLICY, request.task_policy))
    return found if request.seconds is None else (*found, (_SECONDS, str(request.seconds)))


def read_record(profile: Optional[Profile]) -> Optional[Record]:
    """Return the record of a profile, or None where it carries none of ours."""
    block = (profile or {}).get(BLOCK)
    if not isinstance(block, Mapping):
        return None
    role = _identity_center_role(block)
    is_made = "role-arn" in block or _ROOT_ACCOUNT in block or role is not None
    if not is_made and block.get(_COPY_SOURCE) != "true":
        return None
    return Record(
        role_arn=block.get("role-arn"),
        session_name=block.get("role-session-name", ""),
        source_profile=block.get("source-profile") if role is None else role.profile,
        region=block.get("target-region"),
        settings=RequestSettings(block.get(_REGION), block.get(_ENDPOINT), block.get(_CA_BUNDLE)),
        options=tuple((name, value) for name, value in block.items() if name not in _OWN_KEYS),
        auto_refresh=block.get(_AUTO_REFRESH) == "true",
        # Without a source profile it is the environment, and nothing else.
        credential_source=block.get("credential-source") if "source-profile" in block else None,
        identity_center=role,
    )


def _identity_center_role(block: Mapping[str, str]) -> Optional[IdentityCenterRole]:
    if not all(block.get(key) for key in _SSO_KEYS):
        return None
    # Imported here, because other records don't need it.
    from awscli_assume.model.identity_center import IdentityCenterRole

    session, account_id, role_name = (str(block[key]) for key in _SSO_KEYS)
    return IdentityCenterRole(session, account_id, role_name, settings=block.get(_SETTINGS))
