"""Use the source's own temporary credentials, without AssumeRole.

This happens with ``--copy-source``, without a role, and for a role of IAM Identity Center.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Callable, ClassVar, Optional

from awscli_assume.arguments.profiles import check_no_role, given_role_option
from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import region_of
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.aws.sts.source_credentials import source_credentials
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, RoleNeeded
from awscli_assume.files.masking import NEW
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import NO_SETTINGS, CommandContext, RequestSettings
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import Role
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    SessionCredentials,
    TemporaryCredentials,
    UsableCredentials,
    as_role_session,
    format_time,
    read_copy,
)
from awscli_assume.model.renewer import RenewableCredentials
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.source import DEFAULT_TARGET, ProfilePair
from awscli_assume.profiles.state import WRITTEN_KEY_KEY, ProfileState, expiration_beside
from awscli_assume.workflow.planning.make_plan import make_plan, plan_role
from awscli_assume.workflow.planning.plan import AccountLookUp, ObtainedCredentials, Plan
from awscli_assume.workflow.planning.source_profile import (
    check_not_narrowed,
    choose_source,
    has_environment_keys,
    read_profiles,
    resolve_source,
    use_source,
)

if TYPE_CHECKING:
    from awscli_assume.model.diagnosis import Diagnosis
    from awscli_assume.workflow.many_roles.engine import RoleEngine


@dataclass(frozen=True)
class CopyPlan(Plan):
    """Copy the source's own temporary credentials to the target.

    With an ``identity_center_role`` the source is a role of IAM Identity Center.
    """

    profile_pair: ProfilePair
    profiles: ResolvedProfiles
    settings: RequestSettings = NO_SETTINGS
    auto_refresh: bool = False

    expected_expiry: ClassVar[Optional[str]] = NEW

    def record(self, region: Optional[str]) -> Record:
        """Return the record for the target profile; ``region`` is the one that is written."""
        return Record(
            None,
            "",
            self.profile_pair.source,
            region,
            auto_refresh=self.auto_refresh,
            identity_center=self.identity_center_role,
        )

    def with_role(self, look_up: Optional[AccountLookUp]) -> tuple[Plan, Role]:
        """Return the plan and its role. The account of the role is known."""
        role = self.identity_center_role
        return super().with_role(look_up) if role is None else (self, role.role)

    def used_role(self, result: object) -> Optional[str]:
        """Return the key of the role of IAM Identity Center (AssumableRole.key)."""
        role = self.identity_center_role
        return None if role is None else role.profile

    def with_target(self, name: str) -> CopyPlan:
        """Return the plan with another target profile."""
        return replace(self, profile_pair=replace(self.profile_pair, target=name))

    def expected_credentials(self, now: datetime) -> PrincipalCredentials:
        """Return what a dry run shows in place of the credentials."""
        return PrincipalCredentials(NEW, NEW, NEW, now, NEW, NEW)

    def dry_run_requests(self) -> list[dict[str, object]]:
        """Return the requests for the credentials of a role, if any, and for their identity."""
        requests: list[tuple[str, dict[str, object]]] = [("GetCallerIdentity", {})]
        role = self.identity_center_role
        if role is not None:
            names = {"accountId": role.account_id, "roleName": role.role_name}
            requests.insert(0, ("GetRoleCredentials", dict(names)))
        return [
            {
                "Operation": operation,
                "SourceProfile": self.profile_pair.source,
                "TargetProfile": self.profile_pair.target,
                "Parameters": parameters,
            }
            for operation, parameters in requests
        ]

    def obtain(self, context: CommandContext) -> ObtainedCredentials:
        """Find the source's credentials and ask STS whose they are. Nothing is written."""
        session = context.session
        with overridden_profiles(session, self.session_profiles), login_hint_added(session):
            return self.obtain_by(context, SourceClients(context))

    def obtain_by(
        self,
        context: CommandContext,
        clients: SourceClients,
        refreshed: Optional[PrincipalCredentials] = None,
        is_renewal: bool = False,
    ) -> ObtainedCredentials:
        """Return the copy, with the clients of a run.

        ``refreshed`` are the source's credentials if the same run has refreshed them. Raises
        as ``SourceClients.own`` does, and InvalidRequest and InvalidConfiguration if there is
        nothing to copy.
        """
        source = self.profile_pair.source
        # A refresh makes its plans from records, without a command line to check.
        check_not_narrowed(context, self.profile_pair, self.profiles)
        found = refreshed or self._found(clients, is_renewal)
        now = context.environment.now()
        if found is None:
            raise InvalidRequest(
                "The source has long-lived credentials, which have no advantage as a copy: "
                "every tool can use them where they are. Name a role: --role-name my-iam-role"
            )
        profile = self.profiles.get(source or "", {})
        expiration = found.expiration or expiration_beside(profile, found.access_key_id)
        _check_not_expired(expiration, now)
        client = clients.signed_by(source, found, self.settings)
        caller = get_caller_identity(client).caller
        credentials = read_copy(found, expiration, caller.arn, caller.user_id)
        if self.identity_center_role is not None:
            credentials = as_role_session(credentials)
        return ObtainedCredentials(self, credentials, region_of(client), now)

    def _found(self, clients: SourceClients, is_renewal: bool) -> Optional[SessionCredentials]:
        """Return the source's credentials; a renewal gets new ones from IAM Identity Center.

        It is also a renewal if the target already has the credentials in the CLI's cache.
        """
        source, role = self.profile_pair.source, self.identity_center_role
        existing = self.profiles.written.get(self.profile_pair.target, {})
        record = read_record(existing)
        is_same = record is not None and record.is_identity_center(role)
        if role is not None and is_renewal:
            return clients.own(source, None, self.settings, is_renewal=True)
        found = clients.own(source, None, self.settings)
        if not is_same or found is None or existing.get(WRITTEN_KEY_KEY) != found.access_key_id:
            return found
        return clients.own(source, None, self.settings, is_renewal=True)

    def obtain_to_use(self, context: CommandContext) -> UsableCredentials:
        """Find the source's credentials. STS is not called, and nothing is written."""
        with overridden_profiles(context.session, self.session_profiles):
            use_source(context.session, self.profile_pair)
            # As everywhere in the CLI, a profile that was named has to exist.
            profile = context.session.get_scoped_config()
            with login_hint_added(context.session):
                credentials = source_credentials(context.session)
            region = context.parsed_globals.region or context.session.get_config_variable("region")
        if credentials is None:
            raise RoleNeeded(
                "No role was named, and the source has long-lived credentials, which are not "
                "handed on. Name a role: --role-name my-iam-role, or --role-arn ARN"
            )
        expiration = credentials.expiration
        if expiration is None and self.profile_pair.source is not None:
            expiration = expiration_beside(profile, credentials.access_key_id)
        _check_not_expired(expiration, context.environment.now())
        found = replace(credentials, expiration=expiration)
        if self.identity_center_role is not None:
            # A later run can't read them: no file contains their profile.
            return UsableCredentials(found, region, str(self.identity_center_role))
        return UsableCredentials(found, region, source=self.profile_pair.source)

    def diagnose(self, context: CommandContext, role_account_profile: Optional[str]) -> Diagnosis:
        """Return whether IAM Identity Center grants the role."""
        # Imported here, because nothing else needs it.
        from awscli_assume.workflow.explain.identity_center import diagnose

        return diagnose(context, self)

    def obtain_renewable(self, context: CommandContext) -> RenewableCredentials:
        """Get the credentials of the role, and a function that renews them."""
        role, clients = self.identity_center_role, SourceClients(context)
        first = self.obtain_by(context, clients)

        def renew() -> TemporaryCredentials:
            renewed = self.obtain_by(context, clients, is_renewal=True)
            return as_role_session(renewed.credentials)

        credentials = as_role_session(first.credentials)
        return RenewableCredentials(credentials, first.region, str(role), renew)

    def start_refresh(
        self, engine: RoleEngine, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Copy at once: the clients of a source are made one after another."""
        obtained = self.obtain_by(engine.context, engine.clients, refreshed, is_renewal=True)
        return lambda: obtained


def plan_copy(context: CommandContext, parsed_args: ParsedArgs) -> CopyPlan:
    """Return the plan of ``--copy-source``. Raises InvalidRequest and InvalidConfiguration."""
    check_no_role(parsed_args)
    profiles = read_profiles(context)
    is_explicit = context.parsed_globals.profile is not None
    target = getattr(parsed_args, "update_profile", None)
    pair = choose_source(context, profiles, is_explicit, target)
    check_not_narrowed(context, pair, profiles, parsed_args)
    return CopyPlan(pair, profiles, pair.settings)


def copy_again(state: ProfileState, profiles: ResolvedProfiles) -> CopyPlan:
    """Return the plan that a profile of ours was copied by."""
    record = state.record
    pair = ProfilePair(record.source_profile, state.name, record.source_profile or "default")
    return CopyPlan(pair, profiles, record.request_settings, record.auto_refresh)


def plan_to_use(context: CommandContext, parsed_args: ParsedArgs) -> Plan:
    """Return the plan of a verb that writes no profile; without a role, the source's own copy.

    Raises InvalidRequest and InvalidConfiguration; nothing is called.
    """
    if parsed_args.copy_source:
        return plan_copy(context, parsed_args)
    if given_role_option(parsed_args) is not None:
        return plan_role(context, parsed_args)
    profiles = read_profiles(context)
    is_explicit = context.parsed_globals.profile is not None
    resolve_source(context, profiles, is_explicit)
    is_environment = has_environment_keys(context) and not is_explicit
    current = context.session.get_config_variable("profile") or "default"
    if not is_environment and "role_arn" in profiles.get(current, {}):
        return make_plan(context, parsed_args)
    pair = ProfilePair(None if is_environment else current, DEFAULT_TARGET, current)
    check_not_narrowed(context, pair, profiles, parsed_args)
    return CopyPlan(pair, profiles)


def _check_not_expired(expiration: Optional[datetime], now: datetime) -> None:
    if expiration is not None and expiration <= now:
        raise InvalidConfiguration(
            f"The credentials of the source have expired at {format_time(expiration)}. Renew "
            "them: aws assume refresh, aws sso login or aws login, whichever they came from"
        )
