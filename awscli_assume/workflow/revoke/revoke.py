"""Show the policy that revokes sessions, ask, and put it on the role."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Optional, Sequence

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.iam.inline_policies import policy_names, send
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import client_options, create_sts_client, use_settings
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import no_credentials
from awscli_assume.errors import ChangedProfile, InvalidConfiguration, NoTerminal, UnusableFile
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import FrozenCredentials, IamClient, Session, StsClient
from awscli_assume.model.arns import Role, without_path
from awscli_assume.model.printable import option_words
from awscli_assume.model.revocation import Revocation
from awscli_assume.model.role_creation.new_role import Call
from awscli_assume.outputs.new_role import requests, requests_text
from awscli_assume.profiles.cache.role_sessions import forget_sessions
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.state import (
    AUTO_REFRESH,
    EXPIRING,
    UNKNOWN,
    VALID,
    ProfileState,
    inspect_all,
)
from awscli_assume.profiles.target import expire_targets
from awscli_assume.workflow.planning.source_profile import use_source
from awscli_assume.workflow.refresh.credential_process import remove_old_cache
from awscli_assume.workflow.revoke.target import RevocationTarget, revoke_words, target_of

# An object with the types of the result, to try a query on.
RESULT_EXAMPLE = {"RoleArn": "text", "UserId": "text", "State": "text", "Requests": [{}]}
# A profile in one of these states may have a session that is not over.
_LIVE = (VALID, EXPIRING, UNKNOWN, AUTO_REFRESH)
REVOKED, RESTORED, UNCHANGED = "revoked", "restored", "unchanged"


@dataclass(frozen=True)
class PreparedRevocation:
    """The calls of IAM for the sessions, complete, and the client that makes them."""

    revocation: Revocation
    calls: Sequence[Call]
    iam: IamClient
    sts: StsClient
    is_undo: bool
    target: RevocationTarget

    @property
    def calls_to_confirm(self) -> Sequence[Call]:
        """The calls before the question, whose answer decides the time."""
        return self.calls if self.is_undo else [self.revocation.revoke_call(None)]

    def confirmed(self, environment: Environment) -> PreparedRevocation:
        """Return the calls for the sessions that were issued up to now.

        Raises botocore's exceptions.
        """
        if self.is_undo:
            return self
        now = get_caller_identity(self.sts).server_time or environment.now()
        return replace(self, calls=[self.revocation.revoke_call(now)])

    @property
    def result(self) -> dict[str, object]:
        """What is printed when it is done."""
        state = UNCHANGED if not self.calls else RESTORED if self.is_undo else REVOKED
        return {
            "RoleArn": self.revocation.role.arn,
            "UserId": self.revocation.user_id,
            "State": state,
            **requests(self.calls),
        }


def prepare_revocation(
    context: CommandContext, target: RevocationTarget, is_undo: bool = False
) -> PreparedRevocation:
    """Return the calls of IAM, after the source has said which account it is in.

    Raises InvalidConfiguration if the role is in another account, and botocore's exceptions.
    """
    # A recorded endpoint is one of STS.
    iam_endpoint = context.parsed_globals.endpoint_url
    context = context.with_settings(target.settings)
    revocation = target.revocation
    with ExitStack() as stack:
        stack.enter_context(overridden_profiles(context.session, target.session_profiles))
        use_settings(context)
        use_source(context.session, target.pair)
        stack.enter_context(login_hint_added(context.session))
        frozen = _credentials(context.session, target)
        sts = create_sts_client(context, None, frozen)
        options = client_options(context.parsed_globals, sts.meta.region_name, frozen)
        options["endpoint_url"] = iam_endpoint
        iam: IamClient = context.session.create_client("iam", **options)
        identity = get_caller_identity(sts)
        caller = identity.caller
        role = revocation.role.completed(caller.partition, caller.account_id)
        _check_account(role, caller.account_id, target)
        revocation = replace(revocation, role=role)
        # The clock of AWS: that of this machine may be slow, and leave the session as it is.
        now = identity.server_time or context.environment.now()
        calls = _calls(revocation, iam, now, is_undo)
    return PreparedRevocation(revocation, calls, iam, sts, is_undo, target)


def _credentials(session: Session, target: RevocationTarget) -> FrozenCredentials:
    """Return the credentials of the source; the session itself keeps the first that it found."""
    with credentials_redacted(), error_hints_added():
        found = session.get_component("credential_provider").load_credentials()
        if found is None:
            raise no_credentials(target.pair.source, target.pair.credential_source)
        frozen: FrozenCredentials = found.get_frozen_credentials()
    return frozen


def _calls(revocation: Revocation, iam: IamClient, now: datetime, is_undo: bool) -> list[Call]:
    if is_undo:
        return revocation.undo_calls(policy_names(iam, revocation.role.name))
    return [revocation.revoke_call(now)]


def _check_account(role: Role, of_caller: str, target: RevocationTarget) -> None:
    """Raise InvalidConfiguration: IAM would look for a role of this name in its own account."""
    if role.account_id == of_caller:
        return
    again = revoke_words(target.word)
    again += "" if target.revocation.user_id else " --all-sessions"
    source = target.pair.source
    raise InvalidConfiguration(
        f"The role {role.arn} is in the account {role.account_id}, and the credentials of "
        f" {f'the profile {source!r}' if source else 'the environment'} are in the account "
        f"{of_caller}. IAM changes the policies of a role only for its own account. Name a "
        f"profile of that account that may call iam:PutRolePolicy: {again} --profile NAME"
    )


def confirm(
    environment: Environment, prepared: Sequence[PreparedRevocation], is_yes: bool
) -> Optional[Sequence[PreparedRevocation]]:
    """Show the requests and ask on the terminal; return what may be sent, None for a no.

    The time of the policies is that of the answer. Raises NoTerminal without a terminal and
    ``--yes``, and botocore's exceptions.
    """
    changes = [one for one in prepared if one.calls]
    if not changes:
        return prepared
    calls = [call for one in changes for call in (one.calls if is_yes else one.calls_to_confirm)]
    environment.notify(requests_text(calls))
    if is_yes:
        return prepared
    what = ", ".join(f"{one.revocation.what} of {one.revocation.role.name}" for one in changes)
    if not environment.has_terminal():
        raise NoTerminal(
            f"To change the policies of a role ({what}), confirm it on a terminal, and there is "
            "none. Nothing was changed. To do it without the question: --yes"
        )
    question = f"{'Restore' if changes[0].is_undo else 'Revoke'} {what}? [y/N] "
    with environment.open_terminal() as terminal:
        terminal.output.write(environment.printable(question))
        terminal.output.flush()
        typed = terminal.input.readline()
    if typed.strip().lower() not in ("y", "yes"):
        environment.notify("Nothing was changed\n")
        return None
    return [one.confirmed(environment) for one in prepared]


def revoke(
    context: CommandContext, prepared: PreparedRevocation, is_cleared: bool = False
) -> None:
    """Make the calls, and say what they mean. ``is_cleared`` is whether the profile is removed."""
    for call in prepared.calls:
        send(prepared.iam, call)
    if not prepared.is_undo:
        _forget(context, prepared.revocation, is_cleared)
    context.environment.notify(_done_text(context, prepared, is_cleared))


def _forget(context: CommandContext, revocation: Revocation, is_cleared: bool) -> None:
    """Remove the revoked sessions from the caches, and let them expire in the profiles.

    AWS refuses them. Without this, later commands would use them until they expire.
    """
    role_arn, user_id = revocation.role.arn, revocation.user_id
    forget_sessions(role_arn, user_id)
    now, with_keys = context.environment.now(), []
    for state in inspect_all(context.session.full_config["profiles"], now):
        is_role = without_path(state.role_arn or "") == without_path(role_arn)
        is_same = is_role if user_id is None else state.principal_id == user_id
        if is_same and state.state == AUTO_REFRESH:
            remove_old_cache(state)
        elif is_same and state.state in _LIVE:
            with_keys.append(state)
    if not with_keys or is_cleared:
        return
    try:
        expire_targets(locate(context.session), with_keys, now)
    except (ChangedProfile, UnusableFile) as error:
        context.environment.notify(
            f"aws: [WARNING]: The sessions are revoked, but profiles still show theirs as valid: "
            f"{error}\n"
        )


def _done_text(context: CommandContext, prepared: PreparedRevocation, is_cleared: bool) -> str:
    revocation = prepared.revocation
    if not prepared.calls:
        return f"No policy revokes {revocation.what}. Nothing was changed\n"
    if prepared.is_undo:
        return (
            f"Restored {revocation.what} of {revocation.role.arn}. It may take a few minutes "
            "until all services know\n"
        )
    return (
        f"Revoked {revocation.what} of {revocation.role.arn}. It may take a few minutes until all "
        "services deny it. Who may assume the role can get a new session, which works. To undo: "
        f"{_undo_command(context, prepared, is_cleared)}\n"
    )


def _undo_command(context: CommandContext, prepared: PreparedRevocation, is_cleared: bool) -> str:
    """Return the command that removes the policy."""
    revocation, given = prepared.revocation, context.parsed_globals.profile
    profile = option_words("--profile", given) if given is not None else []
    if not is_cleared:
        words = ["--undo", *(["--all-sessions"] if revocation.user_id is None else []), *profile]
        return f"{revoke_words(prepared.target.word)} {shlex.join(words)}"
    source = prepared.target.pair.source
    profile = option_words("--profile", source) if source is not None else profile
    names = option_words("--role-name", revocation.role.name)
    names += option_words("--policy-name", revocation.policy_name)
    return shlex.join(["aws", "iam", "delete-role-policy", *names, *profile])


def revoke_profiles(
    context: CommandContext, states: Sequence[ProfileState], is_yes: bool, is_dry_run: bool
) -> Optional[dict[str, object]]:
    """Revoke the sessions of profiles that are cleared next; all are checked before the first.

    Return the requests, or None if the user answered no. Raises InvalidRequest for a session
    that can't be revoked.
    """
    prepared = []
    # The environment first: selecting a profile removes its keys from the credential chain.
    for state in sorted(states, key=lambda one: one.record.source_profile is not None):
        if state.state in _LIVE and state.principal_id is not None:
            prepared.append(prepare_revocation(context, target_of(context, state, False)))
        else:
            context.environment.notify(
                f"aws: [NOTE]: The profile '{state.name}' has no session to revoke "
                f"({state.state})\n"
            )
    if is_dry_run:
        return requests(call for one in prepared for call in one.calls)
    confirmed = confirm(context.environment, prepared, is_yes)
    if confirmed is None:
        return None
    for index, one in enumerate(confirmed):
        try:
            revoke(context, one, is_cleared=True)
        except BaseException:
            # No profile is cleared now, and those of the first would look valid.
            for revoked in confirmed[:index]:
                _forget(context, revoked.revocation, is_cleared=False)
            raise
    return requests(call for one in confirmed for call in one.calls)
