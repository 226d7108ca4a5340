"""The credentials that sign in to the console: of a role, of a profile, or of our target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Optional, Union

from awscli_assume.arguments.profiles import given_role_option
from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.sts.client import create_sts_client, freeze
from awscli_assume.errors import ForeignProfile, InvalidRequest, RoleNeeded, with_advice
from awscli_assume.host import NoCredentialsError
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import Arn, Role, find_arn, iam_arn, partition_of_region_name
from awscli_assume.model.credentials import SessionCredentials, UsableCredentials
from awscli_assume.model.printable import printable_line
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import holds_role_session
from awscli_assume.profiles.state import PRINCIPAL_ARN_KEY, WRITTEN_KEY_KEY
from awscli_assume.workflow.credentials.copy_source import plan_to_use
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.planning.plan import AssumePlan, Plan
from awscli_assume.workflow.refresh.stored_profile import StoredProfile, read_stored_profile

if TYPE_CHECKING:
    from awscli_assume.model.identity_center import IdentityCenterRole

# The default of STS. A request that names it is checked for role chaining.
_DEFAULT_SECONDS = 3600
_NAME_A_ROLE = "Name a role: aws assume console ROLE"


@dataclass(frozen=True)
class ConsoleCredentials:
    """Credentials that can sign in, and whose they are.

    ``profile`` is what the user calls the role. ``why_not_longer`` says why the console's session
    can't have a duration of its own, None if it can.
    """

    credentials: SessionCredentials
    partition: str
    account_id: str
    role_name: str
    region: Optional[str]
    profile: str
    account_name: str = ""
    why_not_longer: Optional[str] = None


@dataclass(frozen=True)
class ConsoleSource:
    """Where the credentials come from. Nothing is called before ``obtain``.

    With ``has_fallback`` no role was named, and our target profile takes the place of a source
    that is no role.
    """

    plan: Union[Plan, StoredProfile]
    role_word: Optional[str] = None
    account_name: Optional[str] = None
    has_fallback: bool = False

    @property
    def profiles(self) -> ResolvedProfiles:
        """The profiles, those of the source resolved."""
        return self.plan.profiles

    @property
    def words(self) -> Optional[str]:
        """What the user calls the role, None if that is an ARN or a URL, or nothing."""
        word = self.role_word
        return None if word is None or word.startswith("arn:") or "://" in word else word

    def settings(self) -> dict[str, str]:
        """Return the settings of the source profile. Raises InvalidConfiguration."""
        if isinstance(self.plan, StoredProfile):
            name = self.plan.state.record.source_profile or "default"
        else:
            name = self.plan.profile_pair.configuration
        return read_settings(self.profiles.get(name), name)


def console_source(context: CommandContext, parsed_args: ParsedArgs) -> ConsoleSource:
    """Return the source of a command line. Nothing is called.

    Raises RoleNeeded if the user can choose a role on the terminal, and as ``make_plan`` does.
    """
    if parsed_args.update_profile is not None:
        return ConsoleSource(read_stored_profile(context, parsed_args))
    is_named = parsed_args.copy_source or given_role_option(parsed_args) is not None
    has_profile = context.parsed_globals.profile is not None
    if not is_named and not has_profile and context.environment.has_terminal():
        raise RoleNeeded(f"No role was named. {_NAME_A_ROLE}")
    plan = plan_to_use(context, parsed_args)
    account = parsed_args.account_id
    account_name = None if account is None or account.isdigit() else account
    return ConsoleSource(plan, parsed_args.role, account_name, has_fallback=not is_named)


def obtain(
    context: CommandContext,
    parsed_args: ParsedArgs,
    source: ConsoleSource,
    session_duration: Optional[int],
) -> ConsoleCredentials:
    """Get the credentials. Nothing is written.

    Raises RoleNeeded for credentials that can't sign in, InvalidRequest for a duration that
    the credentials don't allow, and what the sources raise.
    """
    try:
        found = _obtain(context, source, parsed_args.login, session_duration is not None)
    except (RoleNeeded, NoCredentialsError) as error:
        if not source.has_fallback or context.environment.has_terminal():
            raise
        target = ConsoleSource(_target(context, parsed_args, error))
        found = _obtain(context, target, parsed_args.login, session_duration is not None)
    if session_duration is not None and found.why_not_longer is not None:
        raise InvalidRequest(
            f"--session-duration is for a role that was assumed with long-term keys, and "
            f"{found.why_not_longer}. Omit the option, and the session lasts as long as the "
            "credentials, which is one hour at most in role chaining. Or switch to the role in "
            "the console, where the session is renewed: --switch-role"
        )
    return found


def _target(context: CommandContext, parsed_args: ParsedArgs, error: Exception) -> StoredProfile:
    """Return our target profile; raises ``error`` if there is none."""
    try:
        return read_stored_profile(context, parsed_args)
    except ForeignProfile:
        raise (
            error if isinstance(error, RoleNeeded) else with_advice(error, _NAME_A_ROLE)
        ) from None


def _obtain(
    context: CommandContext, source: ConsoleSource, login: bool, checks_duration: bool
) -> ConsoleCredentials:
    plan = source.plan
    if isinstance(plan, AssumePlan):
        return _assume(context, plan, source, login, checks_duration)
    found = signed_in(context, plan, lambda: plan.obtain_to_use(context), login)
    if isinstance(plan, StoredProfile):
        state = plan.state
        arn = find_arn(state.principal_arn or state.record.role_arn)
        result = _of_principal(arn or _caller(context, found), found, state.name)
        return replace(result, why_not_longer=_why_chained(state.record, plan.profiles))
    return _of_source(context, plan, found)


def _assume(
    context: CommandContext,
    plan: AssumePlan,
    source: ConsoleSource,
    login: bool,
    checks_duration: bool,
) -> ConsoleCredentials:
    """Assume the role of a plan."""
    request = plan.request
    if checks_duration and request.duration_seconds is None and request.identity_token is None:
        plan = plan.with_request(request.lasting(_DEFAULT_SECONDS))
    obtained = signed_in(context, plan, lambda: plan.obtain(context), login)
    request, pair = obtained.plan.request, plan.profile_pair
    is_chained = request.is_chained or bool(request.via)
    name = pair.configuration if pair.is_role else source.words
    used = UsableCredentials(
        obtained.credentials, context.parsed_globals.region or obtained.region
    )
    result = _of_principal(
        find_arn(obtained.credentials.assumed_role_arn),
        used,
        name or request.role.name,
        source.account_name,
    )
    return replace(result, why_not_longer=request.why_chained if is_chained else None)


def _of_source(
    context: CommandContext, plan: Plan, found: UsableCredentials
) -> ConsoleCredentials:
    """Return the source's own credentials, with their principal."""
    name, role = plan.profile_pair.source, _identity_center_role(plan)
    if role is not None:
        from awscli_assume.profiles.identity_center import session_of

        region = found.region or session_of(plan.profiles, role).region
        partition = partition_of_region_name(region)
        arn = find_arn(iam_arn(partition, role.account_id, f"role/{role.role_name}"))
        result = _of_principal(arn, found, name if name == role.settings else str(role))
        return replace(result, account_name=role.account_name or "")
    profile = plan.profiles.written.get(name or "", {})
    arn = None
    if profile.get(WRITTEN_KEY_KEY) == found.credentials.access_key_id:
        arn = find_arn(profile.get(PRINCIPAL_ARN_KEY))
    arn = arn or _caller(context, found)
    result = _of_principal(arn, found, name)
    record = read_record(profile)
    why_not = None if record is None else _why_chained(record, plan.profiles)
    return replace(result, why_not_longer=why_not or result.why_not_longer)


def _identity_center_role(plan: Plan) -> Optional[IdentityCenterRole]:
    """Return the role of IAM Identity Center whose credentials are the source, or None."""
    name = plan.profile_pair.source
    if plan.identity_center_role or "sso_role_name" not in plan.profiles.get(name or "", {}):
        return plan.identity_center_role
    # Here, because most sources have nothing to do with IAM Identity Center.
    from awscli_assume.profiles.identity_center import role_of_profile

    return role_of_profile(plan.profiles, str(name))


def _caller(context: CommandContext, found: UsableCredentials) -> Optional[Arn]:
    """Return whose credentials these are, from the cache or from GetCallerIdentity."""
    cache, key_id = CallerCache(), found.credentials.access_key_id
    caller = cache.load(key_id)
    if caller is None:
        client = create_sts_client(context, found.region, freeze(found.credentials))
        caller = cache.get(client, key_id, context.environment.now())
    return find_arn(caller.arn)


def _of_principal(
    arn: Optional[Arn],
    found: UsableCredentials,
    profile: Optional[str],
    account_name: Optional[str] = None,
) -> ConsoleCredentials:
    """Return credentials with their principal. Raises RoleNeeded if it can't sign in."""
    kind, _, name = arn.resource.partition("/") if arn is not None else ("", "", "")
    if arn is None or kind not in ("assumed-role", "role", "federated-user"):
        whose = "the root user" if kind == "root" else f"the user {name}" if name else "no role"
        raise RoleNeeded(
            f"The credentials belong to {printable_line(whose)}, and only those of a role can "
            f"sign in to the console. {_NAME_A_ROLE}"
        )
    role_name = name.partition("/")[0] if kind == "assumed-role" else name.rpartition("/")[2]
    is_federated = kind == "federated-user"
    return ConsoleCredentials(
        found.credentials,
        arn.partition,
        arn.account_id,
        role_name,
        found.region,
        printable_line(profile or role_name),
        printable_line(account_name or ""),
        why_not_longer="these are of a federated user" if is_federated else None,
    )


def _why_chained(record: Record, profiles: ResolvedProfiles) -> Optional[str]:
    """Return why the credentials of a profile of ours come from role chaining, or None."""
    if record.is_copy:
        return None
    is_chained = record.via or record.identity_center is not None
    if is_chained or holds_role_session(profiles.written.get(record.source_profile or "")):
        return "its role was assumed from another one (role chaining)"
    return None


def role_to_switch_to(
    context: CommandContext, source: ConsoleSource, login: bool
) -> tuple[Role, Plan]:
    """Return the role of ``--switch-role``, complete, and its plan. The role is not assumed.

    Raises InvalidRequest unless the console can assume it by itself.
    """
    plan = source.plan
    if not isinstance(plan, AssumePlan):
        if not isinstance(plan, Plan) or _identity_center_role(plan) is None:
            raise RoleNeeded(
                f"--switch-role needs the role to switch to. {_NAME_A_ROLE} --switch-role"
            )
        raise InvalidRequest(
            "--switch-role needs the name of an IAM role: the console can't switch to a role of "
            "IAM Identity Center. Omit the option, or name another role: --role-arn ARN"
        )
    if plan.agent is not None:
        raise InvalidRequest(
            f"--switch-role can't narrow the console's session to {plan.agent.scope.name}: "
            f"{plan.agent.reason}. Omit the option"
        )
    if plan.request.external_id is not None:
        raise InvalidRequest(
            "--switch-role can't send the external ID that is set for this role, so the console "
            "can't switch to it. Omit --switch-role"
        )
    if not plan.request.role.is_complete:
        # Here, because most roles are named with their account.
        from awscli_assume.workflow.credentials.assume_role import plan_with_account

        incomplete = plan
        plan = signed_in(context, plan, lambda: plan_with_account(context, incomplete), login)
    return plan.request.role, plan


def session_before(source: ConsoleSource) -> Optional[tuple[str, str]]:
    """Return account and role of the console's session that switches to the role, if known."""
    plan = source.plan
    if isinstance(plan, StoredProfile):
        return None
    if isinstance(plan, AssumePlan) and plan.request.via:
        before = plan.request.via[-1]
        return (before.account_id, before.name) if before.account_id is not None else None
    role = _identity_center_role(plan)
    if role is not None:
        return role.account_id, role.role_name
    profile = plan.profiles.get(plan.profile_pair.source or "", {})
    record = read_record(profile)
    arn = find_arn(record.role_arn if record is not None else profile.get("role_arn"))
    return (arn.account_id, arn.resource.rpartition("/")[2]) if arn is not None else None
