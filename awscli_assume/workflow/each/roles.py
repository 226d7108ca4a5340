"""The role that ``aws assume each`` assumes in each account."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Callable, Mapping, Optional, Protocol, Union

from awscli_assume.aws.sso.portal import Portal
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, NoTerminal
from awscli_assume.host import SIGN_IN_ERRORS, BotoCoreError, NoRegionError, region_of_variable
from awscli_assume.host.context import CommandContext, RequestSettings
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.credentials import UsableCredentials
from awscli_assume.model.identity_center import (
    IdentityCenterRole,
    SsoSession,
    check_permission_set,
)
from awscli_assume.model.request.limits import check
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.profiles.identity_center import (
    choose_session,
    find_session,
    role_of_profile,
    session_of,
    sessions_of,
)
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.many_roles.engine import RoleEngine
from awscli_assume.workflow.planning.identity_center import check_no_sts_option
from awscli_assume.workflow.planning.make_plan import plan_of_profile, plan_role
from awscli_assume.workflow.planning.plan import AssumePlan
from awscli_assume.workflow.planning.role_profile import check_one_role, via_of
from awscli_assume.workflow.planning.source_profile import check_not_narrowed, read_profiles

Obtain = Callable[[], UsableCredentials]


class TargetRole(Protocol):
    """The role of one account, before any call."""

    @property
    def region(self) -> Optional[str]:
        """The default region, as far as it is known."""

    def start(self, engine: RoleEngine) -> Obtain:
        """Return the request for a worker thread. Called in the main thread.

        If the request may ask for an MFA code, it is made at once.
        """


@dataclass(frozen=True)
class PlannedRole:
    """A role of IAM, which STS assumes."""

    plan: AssumePlan
    region: Optional[str]

    def start(self, engine: RoleEngine) -> Obtain:
        """Return the request to STS."""
        request = engine.start(self.plan)
        pair = self.plan.profile_pair

        def obtain() -> UsableCredentials:
            found = request()
            source = pair.configuration if pair.is_role else pair.source
            region = self.region or found.region
            # The plan that was carried out has the partition.
            role_arn = found.plan.record(None).role_arn
            return UsableCredentials(found.credentials, region, role_arn, source)

        return obtain


@dataclass(frozen=True)
class GrantedRole:
    """A permission set of IAM Identity Center."""

    role: IdentityCenterRole
    portal: Callable[[], Portal]
    region: Optional[str]

    def start(self, engine: RoleEngine) -> Obtain:
        """Return the request to the portal."""
        portal = self.portal()

        def obtain() -> UsableCredentials:
            found = portal.role_credentials(self.role.account_id, self.role.role_name)
            return UsableCredentials(found, self.region, str(self.role))

        return obtain


class TargetRoles:
    """The roles of all accounts of a command line."""

    def __init__(self, context: CommandContext, parsed_args: ParsedArgs) -> None:
        """Check the options that name the role. Raises InvalidRequest."""
        self._context = context
        self._parsed_args = parsed_args
        self._profiles = read_profiles(context)
        self._named: Optional[AssumePlan] = None
        self._portals: dict[SsoSession, Portal] = {}
        # In the order of their use.
        self._sessions: dict[SsoSession, None] = {}
        self._notes: set[str] = set()
        _check_role_options(parsed_args, self._profiles)

    @property
    def session_profiles(self) -> Mapping[str, Profile]:
        """The profiles that the CLI's session has to see other than the files have them."""
        named = {} if self._named is None else self._named.session_profiles
        return {**self._profiles.resolved, **named}

    def of(self, account: TargetAccount) -> TargetRole:
        """Return the role of an account. Raises InvalidRequest and InvalidConfiguration."""
        given = self._parsed_args
        if account.profile is not None and given.role is None and given.role_name is None:
            return self._of_profile(account, account.profile)
        granted = self._granted(account)
        if granted is not None:
            return self._of_identity_center(granted)
        plan = self._noted(self._of_name(account))
        if plan.request.role_session_name:
            plan = plan.in_account(account.account_id, self._context.environment)
        else:
            # The token of an identity provider names the session.
            role = plan.request.role.in_account(account.account_id)
            plan = plan.with_request(replace(plan.request, role=role))
        return PlannedRole(plan, self._region(plan))

    def attempt(self, account: TargetAccount) -> Union[TargetRole, Exception]:
        """Return the role of an account, or the error of the profile that names it.

        Raises as ``of`` does if all accounts have the same error.
        """
        try:
            return self.of(account)
        except (BotoCoreError, InvalidRequest, InvalidConfiguration) as error:
            if account.profile is None:
                raise
            return error

    def check_source(self, engine: RoleEngine) -> None:
        """Find the credentials that sign the requests of all accounts.

        With ``--login``, an expired sign-in is renewed. Raises what finding them raises, and
        NoRegionError.
        """
        plan = self._named
        if plan is not None:
            login = self._parsed_args.login
            signer = signed_in(self._context, plan, lambda: engine.signer(plan), login)
            if signer.client.meta.region_name is None and plan.request.identity_token is None:
                # The AWS CLI has it for each request.
                raise NoRegionError
        for session in self._sessions:
            self._portal(session)

    def _of_profile(self, account: TargetAccount, name: str) -> TargetRole:
        granted = role_of_profile(self._profiles, name)
        if granted is not None:
            return self._of_identity_center(
                replace(granted, account_name=account.name or granted.account_name)
            )
        plan = self._noted(plan_of_profile(self._context, self._parsed_args, self._profiles, name))
        return PlannedRole(_with_settings(plan), self._region(plan))

    def _noted(self, plan: AssumePlan) -> AssumePlan:
        """Return the plan, after its note on a coding agent, which all accounts share."""
        note = plan.agent_note()
        if note not in self._notes:
            self._notes.add(note)
            self._context.environment.notify(note)
        return plan

    def _of_name(self, account: TargetAccount) -> AssumePlan:
        """Return the plan of the role's name, made in the first account."""
        if self._named is None:
            plan = _plan_by_name(self._context, self._parsed_args, account.account_id)
            self._named = _with_settings(plan)
        return self._named

    def _granted(self, account: TargetAccount) -> Optional[IdentityCenterRole]:
        """Return the permission set that the options name, None for a role of IAM."""
        given = self._parsed_args
        if via_of(given):
            return None
        of_profile = None if given.role is None else role_of_profile(self._profiles, given.role)
        name = given.sso_session
        if of_profile is None and name is None and self._context.parsed_globals.profile is None:
            name = account.sso_session
        if of_profile is None and name is None:
            return None
        check_no_sts_option(given)
        if of_profile is not None:
            return replace(
                of_profile, account_id=account.account_id, account_name=account.name or None
            )
        session = find_session(self._profiles, str(name))
        session = session or choose_session(sessions_of(self._profiles), name)
        permission_set = check_permission_set(_role_word(given))
        return IdentityCenterRole(
            session.name, account.account_id, permission_set, account.name or None
        )

    def _of_identity_center(self, role: IdentityCenterRole) -> TargetRole:
        settings = role.settings or self._current_profile
        pair = ProfilePair(None, "", settings)
        check_not_narrowed(self._context, pair, self._profiles, self._parsed_args, role)
        session = session_of(self._profiles, role)
        self._sessions[session] = None
        profile = self._profiles.get(settings, {})
        region = self._context.parsed_globals.region or region_of_variable(
            self._context.environment.variables
        )
        return GrantedRole(role, lambda: self._portal(session), region or profile.get("region"))

    @property
    def _current_profile(self) -> str:
        return self._context.session.get_config_variable("profile") or "default"

    def _region(self, plan: AssumePlan) -> Optional[str]:
        region = self._context.parsed_globals.region
        return region or plan.expected_region(self._context.environment)

    def _portal(self, session: SsoSession) -> Portal:
        """Return the portal of a session; with ``--login``, an expired login is renewed."""
        if session not in self._portals:
            try:
                self._portals[session] = Portal(self._context, session)
            except SIGN_IN_ERRORS as error:
                if not self._parsed_args.login:
                    raise
                # Imported here, because a login is rare.
                from awscli_assume.workflow.credentials.login import run_login

                run_login(session.login_arguments, self._context.environment, error)
                self._portals[session] = Portal(self._context, session)
        return self._portals[session]


def _plan_by_name(context: CommandContext, parsed_args: ParsedArgs, account_id: str) -> AssumePlan:
    """Return the plan of a role that is named without an account, in one of the accounts.

    Raises InvalidRequest.
    """
    word = _role_word(parsed_args)
    if parsed_args.role not in context.session.full_config["profiles"]:
        # It is a name with its path. With an account, nothing has to be looked up.
        named = {"role": None, "role_name": word, "account_id": account_id}
        parsed_args = type(parsed_args)(**{**vars(parsed_args), **named})
    plan = plan_role(context, parsed_args)
    assert isinstance(plan, AssumePlan)  # noqa: S101 - a permission set is found before
    return plan


def _check_role_options(parsed_args: ParsedArgs, profiles: Mapping[str, Profile]) -> None:
    """Raise InvalidRequest if the options name two roles, or a role in one account."""
    check_one_role(parsed_args)
    arn, account_id = parsed_args.role_arn, parsed_args.account_id
    word = parsed_args.role or parsed_args.role_name or arn or "ROLE"
    if account_id is not None:
        what = f"--account-id '{account_id}' names one account"
    elif arn is not None:
        what = f"--role-arn '{arn}' names a role in one account"
    elif word not in profiles and ":" in word:
        what = f"The role '{word}' is in one account"
    else:
        return
    role, accounts = word.rpartition(":")[2], parsed_args.accounts or ["all"]
    raise InvalidRequest(
        f"{what}, and --accounts names the accounts. Name the role alone. Try: aws assume each "
        f"{shlex.quote(role.removeprefix('role/'))} --accounts {shlex.join(accounts)} -- COMMAND"
    )


def _role_word(parsed_args: ParsedArgs) -> str:
    """Return what names the role in each account. Raises InvalidRequest if nothing does."""
    word: Optional[str] = parsed_args.role or parsed_args.role_name
    if word is None:
        raise InvalidRequest(
            "No role was named. Type its name, which is the same in each account: aws assume each "
            "my-iam-role --accounts all -- aws sts get-caller-identity"
        )
    return word


def _with_settings(plan: AssumePlan) -> AssumePlan:
    """Return the plan of a profile that names a role, whose client settings apply to its calls.

    The source is found as for a refresh, without the role's profile.
    """
    pair = plan.profile_pair
    if not pair.is_role:
        return plan
    profile = plan.profiles.get(pair.configuration, {})
    return replace(
        plan,
        settings=RequestSettings(
            *(profile.get(name) or None for name in ("region", "endpoint_url", "ca_bundle"))
        ),
    )


def with_given_code(
    context: CommandContext, parsed_args: ParsedArgs
) -> tuple[CommandContext, ParsedArgs]:
    """Let the code of ``--token-code`` answer the one question of its MFA device.

    STS accepts a code once: it starts the session that the requests of all accounts use.
    """
    code = parsed_args.token_code
    if code is None:
        return context, parsed_args
    check("token_code", code)
    codes = [code]

    def answer(question: str) -> str:
        if not codes:
            raise NoTerminal(
                "STS accepts the code of --token-code once, and another one is needed. Run the "
                "command on a terminal, without --token-code"
            )
        return str(codes.pop())

    environment = replace(context.environment, has_terminal=lambda: True, ask=answer)
    changed = type(parsed_args)(**{**vars(parsed_args), "token_code": None})
    return replace(context, environment=environment), changed
