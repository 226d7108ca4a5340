"""The checks that no policy decides: the request's form, STS itself, and this machine."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Mapping, Optional

import awscli_assume
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import CLI_NAME, own_executable
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedGlobals, Session
from awscli_assume.model.arns import session_arn
from awscli_assume.model.diagnosis import MACHINE, OK, PROBLEM, REQUEST, STS, UNKNOWN, Step
from awscli_assume.model.printable import option
from awscli_assume.model.request.request import AssumeRoleRequest, packed_size
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.ownership import (
    check_not_source,
    check_ours,
    is_template,
    name_from_template,
)
from awscli_assume.profiles.target import check_writable
from awscli_assume.workflow.explain.caller import (
    MAX_CLOCK_SKEW_SECONDS,
    CallerCheck,
    SuggestedCommands,
    is_sts_error,
    lines_of,
)
from awscli_assume.workflow.planning.attribution import placeholder_values
from awscli_assume.workflow.planning.plan import Plan

_PLUGIN = "awscli_assume"


def check_request(
    request: AssumeRoleRequest, partition: Optional[str], narrowed_because: Optional[str] = None
) -> Step:
    """Return whether STS may accept the request; the plan has checked the single parameters.

    ``partition`` is that of the STS region, None if it is unknown. ``narrowed_because`` is why
    a coding agent's session is narrowed.
    """
    role_partition = request.role.partition
    if None not in (partition, role_partition) and partition != role_partition:
        text = (
            f"the role is in the partition {role_partition}, but the STS region is in {partition}"
        )
        command = f"--region REGION, with a region of the partition {role_partition}"
        return Step(REQUEST, PROBLEM, (text,), (command,))
    evidence = [
        f"the session name is {request.role_session_name}, and all parameters are within limits",
        *_attribution(request),
    ]
    if request.scope is not None:
        because = "" if narrowed_because is None else f": {narrowed_because}"
        evidence.append(f"the session is narrowed to {request.scope}{because}")
    size = packed_size(request)
    if not size.characters:
        return Step(REQUEST, OK, tuple(evidence))
    estimate = (
        f"session policies and tags have {size.characters} characters, and an estimated packed "
        f"size of {size.deflated} bytes"
    )
    if size.is_safe:
        return Step(REQUEST, OK, (*evidence, estimate))
    doubt = "session policies and tags may be too large for STS (PackedPolicyTooLarge)"
    return Step(REQUEST, UNKNOWN, (doubt, estimate))


def _attribution(request: AssumeRoleRequest) -> list[str]:
    """Return how CloudTrail will name the session."""
    if not request.role.is_complete:
        return []
    identity = request.source_identity
    source = "" if identity is None else f", with the source identity {identity}"
    arn = session_arn(request.role, request.role_session_name)
    return [f"CloudTrail will show the session as {arn}{source}"]


def check_sts(check: CallerCheck, now: datetime, commands: SuggestedCommands) -> Step:
    """Return whether STS answered, from which endpoint, and whether the clocks agree."""
    client = check.client
    if client is None:
        return Step(STS, UNKNOWN, ("STS was not called because there are no credentials",))
    region = client.meta.region_name
    where = f"region {region}" if region else "no region"
    endpoint = f"the STS endpoint is {client.meta.endpoint_url} ({where})"
    clock = check.server_time
    skew = None if clock is None else round((clock - now).total_seconds())
    if skew is not None and abs(skew) > MAX_CLOCK_SKEW_SECONDS:
        relation = "behind" if skew > 0 else "ahead of"
        text = f"the clock of this machine is {abs(skew)} seconds {relation} the clock of STS"
        if check.caller is not None:
            # STS has just accepted a signature with the time of this machine.
            return Step(STS, OK, (endpoint, f"note: {text}"), ("date -u",))
        return Step(STS, PROBLEM, (text, endpoint), ("date -u",))
    if check.error is not None and is_sts_error(check.error, clock, now):
        suggested = (
            commands.as_caller("configure", "get", "region"),
            commands.as_caller("configure", "list"),
        )
        first, *others = lines_of(check.error)
        return Step(STS, PROBLEM, (f"STS did not answer: {first}", *others, endpoint), suggested)
    if skew is None:
        status = UNKNOWN if check.caller is None else OK
        return Step(STS, status, (endpoint, "the clock of STS is unknown"))
    return Step(STS, OK, (endpoint, f"the clocks differ by {abs(skew)} seconds"))


def check_machine(context: CommandContext, plan: Plan) -> Step:
    """Return whether the target profile can be written, and what takes precedence over it."""
    target = plan.profile_pair.target
    try:
        if is_template(target):
            _, role = plan.with_role(None)
            target = name_from_template(target, placeholder_values(role, context.environment))
        check_not_source(target, plan.profile_pair.source)
        check_ours(target, context.session.full_config["profiles"].get(target))
        check_writable(locate(context.session))
    except InvalidConfiguration as error:
        another = f"aws assume {option('--update-profile', f'{target}-2')}"
        return Step(MACHINE, PROBLEM, (str(error),), (another,))
    variables = context.environment.variables
    evidence = [f"the profile '{target}' can be written"]
    evidence += _variable_notes(variables, context.parsed_globals)
    evidence += _installation(context.session, variables)
    return Step(MACHINE, OK, tuple(evidence))


def _variable_notes(variables: Mapping[str, str], parsed_globals: ParsedGlobals) -> list[str]:
    notes = []
    if variables.get("AWS_ACCESS_KEY_ID"):
        notes.append(
            "note: AWS_ACCESS_KEY_ID is set and takes precedence over AWS_PROFILE in every tool. "
            "Use --profile, or unset it"
        )
        if variables.get("AWS_PROFILE") and parsed_globals.profile is None:
            notes.append(
                "note: the source is the access key in the environment, not AWS_PROFILE "
                f"({variables['AWS_PROFILE']})"
            )
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        if variables.get(name):
            notes.append(f"note: {name} is set to {variables[name]}")
    return notes


def _installation(session: Session, variables: Mapping[str, str]) -> list[str]:
    folder = os.path.dirname(os.path.abspath(awscli_assume.__file__))
    evidence = [
        f"awscli-assume {awscli_assume.__version__} is installed in {folder}, for {CLI_NAME} at "
        f"{own_executable(variables)}"
    ]
    plugins = session.full_config.get("plugins", {})
    path = os.path.expanduser(str(plugins.get("cli_legacy_plugin_path", "")))
    if path and not os.path.isdir(os.path.join(path, _PLUGIN)):
        evidence.append(
            f"note: plugins.cli_legacy_plugin_path is {path}, which does not contain {_PLUGIN}"
        )
    return evidence
