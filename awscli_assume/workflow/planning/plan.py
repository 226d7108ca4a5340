"""What a command line asks for, complete and checked: assume a role, or copy the source."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Callable, ClassVar, Mapping, Optional

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.sts.max_duration import expected_duration
from awscli_assume.errors import InvalidRequest
from awscli_assume.files.masking import NEW
from awscli_assume.host import region_of_variable
from awscli_assume.host.context import NO_SETTINGS, CommandContext, RequestSettings
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.model.arns import Role, parse_arn
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    TemporaryCredentials,
    UsableCredentials,
)
from awscli_assume.model.renewer import RenewableCredentials
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.outputs.summary import chaining_note, clamped_note
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import Record, read_record, record_of
from awscli_assume.profiles.source import ProfilePair, check_source_stays, holds_role_session
from awscli_assume.profiles.state import ProfileState
from awscli_assume.profiles.writer.diff import unknown_credentials
from awscli_assume.workflow.planning.attribution import is_named_by_caller, named

if TYPE_CHECKING:
    from awscli_assume.model.diagnosis import Diagnosis
    from awscli_assume.model.identity_center import IdentityCenterRole
    from awscli_assume.workflow.many_roles.engine import RoleEngine
    from awscli_assume.workflow.planning.session_scope import AgentScope


@dataclass(frozen=True)
class ObtainedCredentials:
    """Credentials for a target profile, the plan as it was carried out, and when."""

    plan: Plan
    credentials: PrincipalCredentials
    region: Optional[str]
    at: datetime


@dataclass(frozen=True)
class AssumedRole(ObtainedCredentials):
    """The credentials that STS returned for a role."""

    plan: AssumePlan
    credentials: TemporaryCredentials


class Plan:
    """How to get credentials for a target profile; nothing is called before ``obtain``.

    A dry run shows ``expected_expiry``, or None for that of ``expected_credentials``.
    """

    profile_pair: ProfilePair
    profiles: ResolvedProfiles
    # Of the record that a plan repeats.
    settings: RequestSettings
    # Whether the target gets a credential_process in place of keys.
    auto_refresh: bool = False
    # Why the session is narrowed if a coding agent runs the command.
    agent: Optional[AgentScope] = None
    expected_expiry: ClassVar[Optional[str]] = None

    @property
    def session_profiles(self) -> Mapping[str, Profile]:
        """The profiles that the CLI's session has to see other than the files have them."""
        return self.profiles.resolved

    def record(self, region: Optional[str]) -> Record:
        """Return the record for the target profile; ``region`` is the one that is written."""
        raise NotImplementedError

    def record_again(self, record: Record) -> Record:
        """Return the record of a profile that the plan repeats."""
        return record

    def with_known_role(self) -> Plan:
        """Return the plan with the account of its role, as far as it is known without a call."""
        return self

    def with_role(self, look_up: Optional[AccountLookUp]) -> tuple[Plan, Role]:
        """Return the plan, and the role for a template of the target's name.

        ``look_up`` finds an unknown account. Without it, the account remains ACCOUNT. Raises
        InvalidRequest if the plan has no role.
        """
        raise InvalidRequest(
            f"The target is the template '{self.profile_pair.target}' of a role's profile, and "
            "--copy-source assumes no role. Name the profile: --update-profile NAME"
        )

    def with_target(self, name: str) -> Plan:
        """Return the plan with another target profile."""
        raise NotImplementedError

    def check_can_refresh(self) -> None:
        """Raise InvalidRequest if ``--auto-refresh`` could not repeat the plan later."""

    def satisfied_by(
        self, existing: Optional[ProfileState], least: Optional[int], region: Optional[str]
    ) -> bool:
        """Return whether the target has these credentials for more than ``least`` seconds."""
        if existing is None or least is None:
            return False
        return existing.satisfies(self.with_known_role().record(None), least, region)

    def expected_region(self, environment: Environment) -> Optional[str]:
        """Return the region of the target, without ``--region``."""
        if self.settings.region is not None:
            return self.settings.region
        profile = self.profiles.get(self.profile_pair.configuration, {})
        region = region_of_variable(environment.variables) or profile.get("region")
        return region or self.source_region

    @property
    def identity_center_role(self) -> Optional[IdentityCenterRole]:
        """The role of IAM Identity Center that is the source, or None."""
        return self.profiles.identity_center.get(self.profile_pair.source or "")

    @property
    def source_region(self) -> Optional[str]:
        """The region of the source profile, for a target that gets none otherwise."""
        region: Optional[str] = self.profiles.get(self.profile_pair.source or "", {}).get("region")
        return region

    def expected_credentials(self, now: datetime) -> PrincipalCredentials:
        """Return what a dry run shows in place of the credentials."""
        raise NotImplementedError

    def dry_run_requests(self) -> list[dict[str, object]]:
        """Return the requests to STS, in order, as a dry run shows them."""
        raise NotImplementedError

    def notes(self) -> str:
        """Return notes on the request for the user."""
        return ""

    def agent_note(self) -> str:
        """Return the note that the session is narrowed because a coding agent runs the command."""
        return "" if self.agent is None else self.agent.note

    def warnings(self, is_explicit: bool) -> str:
        """Return notes on the source for the user, unless it was named (``is_explicit``)."""
        return ""

    def used_role(self, result: object) -> Optional[str]:
        """Return the key of the role whose credentials a step returned (AssumableRole.key)."""
        if isinstance(result, (UsableCredentials, RenewableCredentials)):
            return result.role
        return result.plan.request.role.arn if isinstance(result, AssumedRole) else None

    def obtain(self, context: CommandContext) -> ObtainedCredentials:
        """Get the credentials for a target profile. Nothing is written."""
        raise NotImplementedError

    def obtain_to_use(self, context: CommandContext) -> UsableCredentials:
        """Get the credentials for a shell or a program. Nothing is written."""
        raise NotImplementedError

    def diagnose(self, context: CommandContext, role_account_profile: Optional[str]) -> Diagnosis:
        """Return why the role can or can't be assumed. Nothing is assumed or written."""
        raise NotImplementedError

    def obtain_renewable(self, context: CommandContext) -> RenewableCredentials:
        """Get the credentials for a program that runs for long. Nothing is written.

        The caller keeps the plan's profiles in the session, because a renewal may create clients.
        """
        raise NotImplementedError

    def start_refresh(
        self, engine: RoleEngine, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Do what has to be done before concurrent requests; return the request itself.

        ``refreshed`` are the source's credentials if the same run has refreshed them.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class AssumePlan(Plan):
    """Assume a role, complete and checked.

    ``session_name`` is the name of the role session, or the template that it was made from.
    ``region`` is that of a record without a source profile. ``auto_refresh`` writes a
    credential_process in place of keys. ``has_flag`` is True if the duration comes from
    ``--duration-seconds``. ``source_identity`` is a template.
    ``reuses`` is whether a cached session serves as well; False keeps all in memory.
    """

    request: AssumeRoleRequest
    session_name: str
    profile_pair: ProfilePair
    region: Optional[str] = None
    auto_refresh: bool = False
    has_flag: bool = False
    profiles: ResolvedProfiles = field(
        default_factory=lambda: ResolvedProfiles({}, ("", "")), repr=False, compare=False
    )
    settings: RequestSettings = NO_SETTINGS
    source_identity: Optional[str] = None
    agent: Optional[AgentScope] = None
    reuses: Optional[bool] = field(default=None, compare=False)

    def with_request(self, request: AssumeRoleRequest) -> AssumePlan:
        """Return the plan with another request."""
        return replace(self, request=request)

    def completed(self, partition: str, account_id: str) -> AssumePlan:
        """Return the plan with the partition and the account that its roles lack."""
        return self.with_request(self.request.completed(partition, account_id))

    def in_account(self, account_id: str, environment: Environment) -> AssumePlan:
        """Return the plan with the ID that was found for its account's name."""
        request = replace(self.request, role=self.request.role.in_account(account_id))
        # A template may contain {account}; a name without a field stays as it is.
        return self.with_request(
            named(request, self.session_name, self.source_identity, environment)
        )

    @property
    def is_named_by_caller(self) -> bool:
        """Return whether the names of the session contain that of the caller."""
        return is_named_by_caller(self.session_name, self.source_identity)

    def with_caller(self, name: Optional[str], environment: Environment) -> AssumePlan:
        """Return the plan with the caller's name in the names of the session."""
        if not self.is_named_by_caller:
            return self
        return self.with_request(
            named(self.request, self.session_name, self.source_identity, environment, name)
        )

    def chained(self, is_role_session: bool) -> AssumePlan:
        """Return the plan, limited to one hour if its source is known to be a role session.

        Every decision on role chaining is made here, from what the profiles
        (``holds_role_session``), botocore's credentials (``is_known_role_session``) or the
        caller identity say of the source. Raises InvalidRequest for a longer
        ``--duration-seconds``.
        """
        if not is_role_session and not self.request.via:
            return self
        return self.with_request(self.request.chained(self.has_flag))

    def chained_by_profile(self) -> AssumePlan:
        """Return the plan, limited to one hour if the source profile holds a role session."""
        # With a credential_source, the role of the profile does not sign.
        is_source = self.profile_pair.credential_source is None
        source = self.profiles.get(self.profile_pair.source or "") if is_source else None
        return self.chained(self.identity_center_role is not None or holds_role_session(source))

    def with_known_role(self) -> AssumePlan:
        """Return the plan with the account of its role, as far as it is known without a call.

        What only STS can tell is PARTITION and ACCOUNT.
        """
        role, pair = self.request.role, self.profile_pair
        key_id = self.profiles.get(pair.source or "", {}).get("aws_access_key_id")
        caller = CallerCache().load(key_id) if key_id else None
        if caller is not None:
            plan = self.completed(caller.partition, caller.account_id)
            return plan.chained(caller.is_role_session)
        existing = read_record(self.profiles.written.get(pair.target))
        known = existing.role_arn if existing is not None else None
        # An account is in one partition: the record of the same account has it.
        is_known = role.account_id is not None and known is not None
        return self.completed(
            parse_arn(str(known)).partition if is_known else "PARTITION", "ACCOUNT"
        )

    def with_role(self, look_up: Optional[AccountLookUp]) -> tuple[AssumePlan, Role]:
        """Return the plan and its role. An unknown account is looked up."""
        role = self.with_known_role().request.role
        if look_up is None or (role.account_id or "").isdigit():
            return self, role
        plan = look_up(self)
        return plan, plan.request.role

    def with_target(self, name: str) -> AssumePlan:
        """Return the plan with another target profile."""
        return replace(self, profile_pair=replace(self.profile_pair, target=name))

    def check_can_refresh(self) -> None:
        """Raise InvalidRequest if ``--auto-refresh`` could not repeat the request later."""
        # A web identity needs no source: its file is read again.
        if not self.auto_refresh or self.request.identity_token is not None:
            return
        check_source_stays(self.profile_pair)
        if self.request.provided_contexts:
            raise InvalidRequest(
                "--auto-refresh has to assume the role again later, and the assertions of "
                "--provided-contexts are not kept. Leave one of the two out"
            )

    def record(self, region: Optional[str]) -> Record:
        """Return the record for the target profile; ``region`` is the one that is written."""
        return record_of(
            self.request,
            self.session_name,
            self.profile_pair.source,
            region,
            self.auto_refresh,
            self.profile_pair.credential_source,
            self.identity_center_role,
            self.source_identity,
        )

    def record_again(self, record: Record) -> Record:
        """Return the record of a profile, with what narrows this session for an agent."""
        return record.repeated(self.request)

    def expected_region(self, environment: Environment) -> Optional[str]:
        """Return the region of the first client, without ``--region``."""
        return self.start_region(environment) or super().expected_region(environment)

    def start_region(self, environment: Environment) -> Optional[str]:
        """Return the region of the record, unless a variable names one."""
        return self.region if region_of_variable(environment.variables) is None else None

    def expected_credentials(self, now: datetime) -> PrincipalCredentials:
        """Return what a dry run shows in place of the credentials."""
        name = self.request.role_session_name or NEW
        expiration = now + timedelta(seconds=expected_duration(self.request, now))
        return unknown_credentials(self.request.role, name, expiration)

    def dry_run_requests(self) -> list[dict[str, object]]:
        """Return the requests to STS; only the first has the source, the last the target."""
        requests, pair = requests_in_order(self.request), self.profile_pair
        return [
            {
                "Operation": request.operation,
                "SourceProfile": pair.source if request is requests[0] else None,
                "TargetProfile": pair.target if request is requests[-1] else None,
                "Parameters": request.shown_parameters(),
            }
            for request in requests
        ]

    def notes(self) -> str:
        """Return notes if role chaining shortens the duration, and if an agent is narrowed."""
        return clamped_note(self.request) + self.agent_note()

    def warnings(self, is_explicit: bool) -> str:
        """Return a note if AWS_PROFILE names a role session of ours as the source."""
        source = self.profile_pair.source
        profile = self.profiles.get(source or "")
        is_ours = read_record(profile) is not None and holds_role_session(profile)
        return chaining_note(source) if source and is_ours and not is_explicit else ""

    def obtain(self, context: CommandContext) -> AssumedRole:
        """Assume the role. Nothing is written."""
        # Here, because planning alone (explain, a dry run) needs no STS.
        from awscli_assume.workflow.credentials.assume_role import assume_planned_role

        return assume_planned_role(context, self)

    def obtain_to_use(self, context: CommandContext) -> UsableCredentials:
        """Assume the role, or reuse its cached session. No profile is written."""
        from awscli_assume.workflow.credentials.reuse import assume_or_reuse

        found = assume_or_reuse(context, self)
        region = context.parsed_globals.region or found.region
        pair = self.profile_pair
        source = pair.configuration if pair.is_role else pair.source
        role_arn = found.plan.record(None).role_arn
        return UsableCredentials(found.credentials, region, role_arn, source)

    def diagnose(self, context: CommandContext, role_account_profile: Optional[str]) -> Diagnosis:
        """Return the checks of each role, until one can't be assumed."""
        from awscli_assume.workflow.explain.diagnose import diagnose

        return diagnose(context, self, role_account_profile)

    def obtain_renewable(self, context: CommandContext) -> RenewableCredentials:
        """Assume the role, and return how to assume it again."""
        from awscli_assume.workflow.credentials.assume_role import obtain_renewable

        return obtain_renewable(context, self)

    def start_refresh(
        self, engine: RoleEngine, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Return the request; if it may ask for an MFA code, it is made at once."""
        return engine.start_assuming(self, refreshed)


AccountLookUp = Callable[[AssumePlan], AssumePlan]
