"""The request's form, STS itself and this machine: what no policy decides."""

from __future__ import annotations

import os
import shlex
from datetime import datetime
from typing import Any, Mapping, Optional

import awscli_assume
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import CLI_NAME, own_executable
from awscli_assume.host.context import CommandContext
from awscli_assume.model.diagnosis import (
    MACHINE,
    NOT_APPLICABLE,
    OK,
    PROBLEM,
    REQUEST,
    STS,
    UNKNOWN,
    Step,
)
from awscli_assume.model.request.request import AssumeRoleRequest, packed_size
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.ownership import check_not_source, check_ours
from awscli_assume.profiles.target import check_writable
from awscli_assume.workflow.explain.caller import SKEW_MOST_SECONDS, blames_sts
from awscli_assume.workflow.explain.subject import IdentifiedCaller
from awscli_assume.workflow.explain.suggested_commands import Lines
from awscli_assume.workflow.planning.plan import AssumePlan

_PLUGIN = "awscli_assume"


def look_at_request(request: AssumeRoleRequest, partition: Optional[str]) -> Step:
    """Return whether the request is within STS's limits; its own were checked before.

    ``partition`` is the one that STS is asked in, None where that is not known.
    """
    evidence = [f"session name {request.role_session_name}, and all parameters are within limits"]
    if None not in (partition, request.role.partition) and partition != request.role.partition:
        text = (
            f"the role is of the partition {request.role.partition}, and STS is asked in "
            f"{partition}: no STS joins them"
        )
        command = f"--region, with a region of {request.role.partition}"
        return Step(REQUEST, PROBLEM, (text,), (command,))
    size = packed_size(request)
    if not size.characters:
        return Step(REQUEST, OK, tuple(evidence))
    estimate = (
        f"session policies and tags have {size.characters} characters, packed "
        f"{size.deflated} bytes by estimate"
    )
    if size.is_safe:
        return Step(REQUEST, OK, (*evidence, estimate))
    doubt = "whether STS packs them below its limit it alone can say (PackedPolicyTooLarge)"
    return Step(REQUEST, UNKNOWN, (doubt, estimate))


def look_at_sts(introduced: IdentifiedCaller, now: datetime, lines: Lines) -> Step:
    """Return whether STS answered, where, and whether the clocks agree."""
    client = introduced.client
    if client is None:
        return Step(STS, UNKNOWN, ("STS was not asked: there was nobody to sign",))
    region = client.meta.region_name
    where = f"of the region {region}" if region else "of no region"
    place = f"STS {where} at {client.meta.endpoint_url}"
    skew = _skew(introduced.server_time, now)
    if skew is not None and abs(skew) > SKEW_MOST_SECONDS:
        side = "behind" if skew > 0 else "before"
        text = f"the clock of this machine is {abs(skew)} seconds {side} that of STS"
        if introduced.subject is not None:
            # It took a signature of this clock's a moment ago.
            return Step(STS, OK, (place, f"note: {text}"), ("date -u",))
        return Step(STS, PROBLEM, (text, place), ("date -u",))
    failure = introduced.failure
    if failure is not None and blames_sts(failure, introduced.server_time, now):
        first, *others = str(failure).strip().splitlines() or [type(failure).__name__]
        commands = (
            lines.by_caller("configure", "get", "region"),
            lines.by_caller("configure", "list"),
        )
        return Step(STS, PROBLEM, (f"STS did not answer: {first}", *others, place), commands)
    if skew is None and introduced.subject is None:
        return Step(STS, UNKNOWN, (f"{place} did not say anything of use",))
    if skew is None:
        return Step(STS, OK, (place, "it does not tell its clock"))
    return Step(STS, OK, (place, f"the clocks agree within {abs(skew)} seconds"))


def _skew(server_time: Optional[datetime], now: datetime) -> Optional[int]:
    return None if server_time is None else round((server_time - now).total_seconds())


def look_at_machine(context: CommandContext, plan: AssumePlan) -> Step:
    """Return whether the target profile can be written, and what would shadow it."""
    profiles = context.session.full_config["profiles"]
    target = plan.profile_pair.target
    try:
        check_not_source(target, plan.profile_pair.source)
        check_ours(target, profiles.get(target))
        check_writable(locate(context.session))
    except InvalidConfiguration as error:
        return Step(MACHINE, PROBLEM, (str(error),), (_another_target(target),))
    evidence = [f"the profile '{target}' can be written"]
    evidence += _shadows(context.environment.variables, context.parsed_globals)
    evidence += _installation(context.session, context.environment.variables)
    return Step(MACHINE, OK, tuple(evidence))


def nothing_to_write() -> Step:
    """Return the step of the machine where there is no target profile to look at."""
    return Step(MACHINE, NOT_APPLICABLE, ("no profile is written",))


def _another_target(target: str) -> str:
    return shlex.join(("aws", "assume", "--update-profile", f"{target}-2"))


def _shadows(variables: Mapping[str, str], parsed_globals: Any) -> list[str]:
    found = []
    if variables.get("AWS_ACCESS_KEY_ID"):
        found.append(
            "note: AWS_ACCESS_KEY_ID is set, and beats AWS_PROFILE in every tool: use --profile, "
            "or unset it"
        )
        if variables.get("AWS_PROFILE") and parsed_globals.profile is None:
            found.append(
                f"note: the keys in the environment are the source, and AWS_PROFILE "
                f"({variables['AWS_PROFILE']}) is not"
            )
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        if variables.get(name):
            found.append(f"note: {name} leads to {variables[name]}")
    return found


def _installation(session: Any, variables: Mapping[str, str]) -> list[str]:
    folder = os.path.dirname(os.path.abspath(awscli_assume.__file__))
    found = [
        f"awscli-assume {awscli_assume.__version__} in {folder}, {CLI_NAME} at "
        f"{own_executable(variables)}"
    ]
    plugins = session.full_config.get("plugins", {})
    where = os.path.expanduser(str(plugins.get("cli_legacy_plugin_path", "")))
    if where and not os.path.isdir(os.path.join(where, _PLUGIN)):
        found.append(f"note: plugins.cli_legacy_plugin_path is {where}, which holds no {_PLUGIN}")
    return found
