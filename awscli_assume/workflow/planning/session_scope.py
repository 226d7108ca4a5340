"""The scope of a session: from the command line, or from the setting for coding agents."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from typing import Iterator, Mapping, Optional, Sequence, cast

from awscli_assume.arguments.options import option_name
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, configured_in
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.coding_agents import CODING_AGENTS, SETTING, agent_variable
from awscli_assume.model.identity_center import IdentityCenterRole
from awscli_assume.model.request.session_scope import (
    NONE,
    READ_ONLY,
    SessionScope,
    check_scope_name,
    managed_scope,
    own_scope,
    unknown_scope,
)
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.settings import BLOCK, SCOPE_PREFIX
from awscli_assume.profiles.source import ProfilePair

_OPTIONS = ("policy", "policy_arns")


@dataclass(frozen=True)
class AgentScope:
    """The scope of the sessions of a coding agent.

    ``variable`` is the agent's, and ``profile`` the one that has the setting.
    """

    scope: SessionScope
    variable: str
    profile: str

    @property
    def reason(self) -> str:
        """Why the session is narrowed, for a message."""
        agent = CODING_AGENTS[self.variable]
        return (
            f"{self.variable} is set, as a coding agent{f' ({agent})' if agent else ''} sets it, "
            f"and the profile '{self.profile}' has the setting assume.{SETTING}"
        )

    @property
    def note(self) -> str:
        """The note that says what happened."""
        return f"aws: [NOTE]: the session is narrowed to {self.scope.name}: {self.reason}\n"


def agent_scope_of(
    profiles: ResolvedProfiles, pair: ProfilePair, environment: Environment
) -> Optional[AgentScope]:
    """Return the scope for an agent's sessions, None without an agent or if the setting is off.

    The profile of the settings decides, then the source and those that it comes from, then
    ``default``. Raises InvalidConfiguration.
    """
    variable = agent_variable(environment.variables)
    if variable is None:
        return None
    for name, block in _blocks(profiles, pair):
        found = block.get(SETTING)
        if found:
            with configured_in(f"assume.{SETTING} of the profile '{name}'"):
                scope = find_scope(str(found), profiles, pair)
            return None if scope is None else AgentScope(scope, variable, name)
    return None


def agent_scope_of_record(
    profiles: ResolvedProfiles, pair: ProfilePair, record: Record, environment: Environment
) -> Optional[AgentScope]:
    """Return the scope for an agent that repeats a record. Raises InvalidConfiguration.

    A record does not say which profile named its role. Of those that name it and have the
    setting, one that narrows decides.
    """
    settings = {
        name: block[SETTING]
        for name, block in ((name, one.get(BLOCK)) for name, one in profiles.written.items())
        if isinstance(block, Mapping)
        and block.get(SETTING)
        and profiles.resolve(name).get("role_arn") == record.role_arn
    }
    nearest = max(settings, key=lambda name: settings[name] != NONE, default=None)
    if nearest is not None:
        pair = replace(pair, configuration=nearest)
    return agent_scope_of(profiles, pair, environment)


def find_scope(name: str, profiles: ResolvedProfiles, pair: ProfilePair) -> Optional[SessionScope]:
    """Return the scope of a name; None for ``none``.

    Raises InvalidRequest for an unknown name, and InvalidConfiguration for an invalid setting.
    """
    if name == NONE:
        return None
    found = managed_scope(name)
    if found is not None:
        return found
    check_scope_name(name)
    own: set[str] = set()
    for profile, block in _blocks(profiles, pair):
        own.update(key[len(SCOPE_PREFIX) :] for key in block if key.startswith(SCOPE_PREFIX))
        policies = block.get(SCOPE_PREFIX + name)
        if policies:
            with configured_in(f"assume.{SCOPE_PREFIX}{name} of the profile '{profile}'"):
                return own_scope(name, _content(str(policies)))
    raise unknown_scope(name, own)


def _blocks(
    profiles: ResolvedProfiles, pair: ProfilePair
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the settings of the profiles that a command uses, the nearest first."""
    seen: set[str] = set()
    for start in (pair.configuration, pair.source, "default"):
        name = start
        while isinstance(name, str) and name not in seen:
            seen.add(name)
            profile: Profile = profiles.resolve(name)
            block = profile.get(BLOCK)
            if isinstance(block, Mapping):
                yield name, block
            record = read_record(profile)
            name = profile.get("source_profile") if record is None else record.source_profile


def _content(policies: str) -> str:
    """Return the value of a setting, or the content of the file that it names."""
    if policies.startswith(("{", "arn:")):
        return policies
    path = policies[len("file://") :] if policies.startswith("file://") else policies
    path = os.path.expandvars(os.path.expanduser(path))
    if not os.path.isabs(path):
        raise InvalidConfiguration(
            f"{policies!r} is neither the ARN of a policy nor the absolute path of a file with one"
        )
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InvalidConfiguration(f"Cannot read the policy {path}: {reason}") from None
    return content


def given_scope(parsed_args: ParsedArgs) -> Optional[str]:
    """Return the scope that the command line names. Raises InvalidRequest for two."""
    name: Optional[str] = getattr(parsed_args, "scope", None)
    if not getattr(parsed_args, "read_only", False):
        return name
    if name not in (None, READ_ONLY):
        raise InvalidRequest(
            f"--read-only and --scope '{name}' exclude each other: leave one of them out"
        )
    return READ_ONLY


def chosen_scope(
    given: Optional[str],
    options: Mapping[str, object],
    profiles: ResolvedProfiles,
    pair: ProfilePair,
    agent: Optional[AgentScope],
) -> Optional[SessionScope]:
    """Return the scope of a command line, or that of the agent, which the command can't change.

    ``options`` are those of AssumeRole. Raises InvalidRequest and InvalidConfiguration.
    """
    if agent is not None and given not in (None, NONE, agent.scope.name):
        raise InvalidRequest(
            f"--scope '{given}' can't replace the scope {agent.scope.name}: {agent.reason}. Leave "
            "--scope out"
        )
    scope = None if agent is None else agent.scope
    if agent is None and given is not None:
        scope = find_scope(given, profiles, pair)
    if scope is None:
        return None
    for name in _OPTIONS:
        if options.get(name) is not None:
            option = option_name(name)
            way_out = "one of the two" if agent is None else option
            raise InvalidRequest(
                f"{option} can't be used with the scope {scope.name}: STS adds session policies "
                f"up, so that the other one would widen the session. Leave {way_out} out"
                f"{'' if agent is None else f': {agent.reason}'}"
            )
    return scope


def narrowed(options: dict[str, object], agent: AgentScope, profile: str) -> dict[str, object]:
    """Return the options of a profile's record with the scope of an agent.

    Raises InvalidRequest if they have other session policies.
    """
    policy = cast(Optional[str], options.get("policy"))
    arns = [one["arn"] for one in cast(Sequence[Mapping[str, str]], options["policy_arns"])]
    if (policy is not None or arns) and not agent.scope.is_policy_of(policy, arns):
        raise InvalidRequest(
            f"The profile '{profile}' has session policies of its own, and STS adds session "
            f"policies up, so that it can't be narrowed to {agent.scope.name}: {agent.reason}"
        )
    return {**options, **agent.scope.options()}


def check_can_narrow(
    parsed_args: Optional[ParsedArgs],
    profiles: ResolvedProfiles,
    pair: ProfilePair,
    environment: Environment,
    role: Optional[IdentityCenterRole] = None,
) -> None:
    """Raise InvalidRequest if a scope applies to credentials that no session policy can narrow.

    They are the source's own, or those of a ``role`` of IAM Identity Center.
    """
    role = role or profiles.identity_center.get(pair.source or "")
    given = None if parsed_args is None else given_scope(parsed_args)
    agent = agent_scope_of(profiles, pair, environment)
    if agent is not None:
        raise _not_narrowed(role, agent.scope.name, f": {agent.reason}")
    if given not in (None, NONE):
        raise _not_narrowed(role, str(given))


def check_no_agent(
    profiles: ResolvedProfiles, pair: ProfilePair, environment: Environment
) -> None:
    """Raise InvalidRequest if an agent's scope applies to a privileged session."""
    agent = agent_scope_of(profiles, pair, environment)
    if agent is not None:
        raise InvalidRequest(
            f"A privileged session can't be narrowed to {agent.scope.name}: {agent.reason}. "
            "AssumeRoot takes no session policy. Only a person can get this session, in a shell "
            "without the variable"
        )


def _not_narrowed(
    role: Optional[IdentityCenterRole], scope: str, reason: str = ""
) -> InvalidRequest:
    """Return the error for credentials that can't have a scope, with a way that works."""
    words = "--role-arn ARN" if reason else f"--role-arn ARN --scope {scope}"
    if role is not None:
        via = f"{role.account_id}/{role.role_name}"
        return InvalidRequest(
            f"The credentials of {via} can't be narrowed to {scope}{reason}. IAM Identity Center "
            "takes no session policy. Assume an IAM role from them: "
            f"aws assume --sso-session {shlex.quote(role.sso_session)} --via {shlex.quote(via)} "
            f"{words}"
        )
    return InvalidRequest(
        f"The source's own credentials can't be narrowed to {scope}{reason}. Only a role session "
        f"takes session policies. Assume a role from them: aws assume {words}"
    )
