"""A privileged session on a member account: its plan, and what its credentials are for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Callable, NoReturn, Optional, Sequence

from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.assume_root import assume_root, check_host_has_it, region_of_session
from awscli_assume.aws.sts.client import Signer
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.errors import InvalidRequest
from awscli_assume.files.masking import NEW
from awscli_assume.host import overridden_profiles, use_regional_sts, user_environment
from awscli_assume.host.context import NO_SETTINGS, CommandContext, RequestSettings
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.accounts import parse_account, several_accounts
from awscli_assume.model.credentials import PrincipalCredentials, UsableCredentials
from awscli_assume.model.request.root_session import (
    OPERATION,
    SECONDS_MAX,
    UNKNOWN_PARTITION,
    RootRequest,
    root_seconds,
    task_policy,
)
from awscli_assume.outputs.export_formats import chosen_format, render
from awscli_assume.outputs.summary import shell_line
from awscli_assume.outputs.variables import environment_with_keys, source_variables
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.known_names import account_ids
from awscli_assume.profiles.record import Record, root_options
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.planning.plan import ObtainedCredentials, Plan
from awscli_assume.workflow.planning.source_profile import choose_source, read_profiles
from awscli_assume.workflow.run.child_process import become, command_or_shell, find_program

if TYPE_CHECKING:
    from awscli_assume.workflow.many_roles.engine import RoleEngine


@dataclass(frozen=True)
class RootPlan(Plan):
    """Get a privileged session, complete and checked."""

    request: RootRequest
    profile_pair: ProfilePair
    profiles: ResolvedProfiles
    settings: RequestSettings = NO_SETTINGS

    def record(self, region: Optional[str]) -> Record:
        """Return the record for the target profile; ``region`` is the one that is written."""
        pair = self.profile_pair
        return Record(
            None,
            "",
            pair.source,
            region,
            options=root_options(self.request),
            credential_source=pair.credential_source,
        )

    def used_role(self, result: object) -> Optional[str]:
        """Return None: no role is used."""
        return None

    def with_target(self, name: str) -> RootPlan:
        """Return the plan with another target profile."""
        return replace(self, profile_pair=replace(self.profile_pair, target=name))

    def with_role(self, look_up: object) -> NoReturn:
        """Raise InvalidRequest: a template of the target's name needs a role."""
        raise InvalidRequest(
            f"The target is the template '{self.profile_pair.target}' of a role's profile, and a "
            "privileged session has no role. Name the profile: --update-profile NAME"
        )

    def expected_credentials(self, now: datetime) -> PrincipalCredentials:
        """Return what a dry run shows in place of the credentials."""
        expiration = now + timedelta(seconds=self.request.seconds or SECONDS_MAX)
        arn = self.request.arn(UNKNOWN_PARTITION)
        return PrincipalCredentials(NEW, NEW, NEW, expiration, arn, self.request.account_id)

    def dry_run_requests(self) -> list[dict[str, object]]:
        """Return the request to STS as a dry run shows it."""
        return [
            {
                "Operation": OPERATION,
                "SourceProfile": self.profile_pair.source,
                "TargetProfile": self.profile_pair.target,
                "Parameters": self.request.parameters(UNKNOWN_PARTITION),
            }
        ]

    def obtain(self, context: CommandContext) -> ObtainedCredentials:
        """Call AssumeRoot. Nothing is written."""
        pair = self.profile_pair
        session = context.session
        with overridden_profiles(session, self.session_profiles), login_hint_added(session):
            use_regional_sts(session)
            clients = SourceClients(context)
            signer = clients.get(pair.source, None, pair.credential_source, self.settings)
            return self._obtain_by(context, signer)

    def _obtain_by(self, context: CommandContext, signer: Signer) -> ObtainedCredentials:
        now = context.environment.now()
        credentials, _ = assume_root(context.session, signer, self.request, now)
        return ObtainedCredentials(self, credentials, region_of_session(signer), now)

    def obtain_to_use(self, context: CommandContext) -> UsableCredentials:
        """Call AssumeRoot. Nothing is written."""
        found = self.obtain(context)
        region = context.parsed_globals.region or found.region
        return UsableCredentials(
            found.credentials, region, found.credentials.assumed_role_arn, None
        )

    def start_refresh(
        self, engine: RoleEngine, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Call AssumeRoot at once: there is no MFA code to wait for, and rarely a second one."""
        pair = self.profile_pair
        use_regional_sts(engine.context.session)
        signer = engine.clients.get(pair.source, refreshed, pair.credential_source, self.settings)
        obtained = self._obtain_by(engine.context, signer)
        return lambda: obtained


def plan_root(context: CommandContext, parsed_args: ParsedArgs) -> RootPlan:
    """Return the plan of a command line. Nothing is called.

    Raises InvalidRequest and InvalidConfiguration.
    """
    check_host_has_it(context.session)
    if parsed_args.task_policy is None or parsed_args.account_id is None:
        missing = "--account-id ACCOUNT" if parsed_args.account_id is None else ""
        missing += " --task-policy NAME" if parsed_args.task_policy is None else ""
        raise InvalidRequest(
            f"A privileged session needs {missing.strip()}. Try: aws assume root --account-id "
            "123456789012 --task-policy IAMAuditRootUserCredentials"
        )
    name = task_policy(parsed_args.task_policy)
    seconds = root_seconds(parsed_args.duration_seconds)
    profiles = read_profiles(context)
    request = RootRequest(_account_id(parsed_args.account_id, profiles), name, seconds)
    is_explicit = context.parsed_globals.profile is not None
    pair = choose_source(context, profiles, is_explicit, parsed_args.update_profile)
    return RootPlan(request, pair, profiles, pair.settings)


def root_again(state: ProfileState, profiles: ResolvedProfiles) -> RootPlan:
    """Return the plan that a profile of ours was made by. Raises InvalidRequest."""
    record = state.record
    values = dict(record.options)
    request = RootRequest(
        str(record.root_account),
        task_policy(values.get("task-policy", "")),
        root_seconds(values.get("duration-seconds")),
    )
    source = record.source_profile
    pair = ProfilePair(source, state.name, source or "default", record.credential_source)
    return RootPlan(request, pair, profiles, record.request_settings)


def _account_id(text: str, profiles: ResolvedProfiles) -> str:
    """Return the account's ID; a name has to be one that a profile has."""
    account_id, name = parse_account(text)
    if account_id is not None:
        return account_id
    found = account_ids(profiles, str(name))
    if len(found) > 1:
        raise InvalidRequest(several_accounts(str(name), found))
    if not found:
        raise InvalidRequest(
            f"No profile has an account with the name {name!r}. Give its ID: --account-id "
            "123456789012"
        )
    return found[0]


def print_session(context: CommandContext, plan: RootPlan, format_name: str, login: bool) -> int:
    """Print the credentials in a format of ``export``."""
    chosen = chosen_format(format_name, context.environment.variables)
    found = signed_in(context, plan, lambda: plan.obtain_to_use(context), login)
    more = source_variables(found.credentials, found.role, found.source)
    context.environment.write(render(chosen, found.credentials, found.region, more))
    return 0


def run_with_session(
    context: CommandContext, plan: RootPlan, words: Sequence[str], login: bool
) -> int:
    """Run a command, or a shell, with the credentials. On POSIX this process becomes it."""
    environment = context.environment
    before = user_environment(environment.variables)
    command = command_or_shell(words, before)
    program = find_program(command[0], before)
    if program.exit_code:
        environment.notify(f"aws: [ERROR]: {program.reason}\n")
        return program.exit_code
    found = signed_in(context, plan, lambda: plan.obtain_to_use(context), login)
    if not words:
        environment.notify(shell_line(found.role, found.credentials.expiration))
    child = environment_with_keys(before, found.credentials, found.region, found.role)
    return become(program.path, command, child)
