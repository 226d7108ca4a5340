"""The commands that follow an error of AssumeRole: they are added to its message."""

from __future__ import annotations

import shlex
from typing import Optional

from awscli_assume.aws.sts.errors import add_hint, is_denied_by_policy, name_profile
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedGlobals
from awscli_assume.model.printable import option_words
from awscli_assume.outputs.shells import SHELLS, shell_of, word
from awscli_assume.outputs.variables import KEY_VARIABLES, SOURCE_VARIABLE, exported_role
from awscli_assume.profiles.known_names import similar_roles_known
from awscli_assume.workflow.planning.plan import AssumePlan

# "Common Errors" (AWS STS API reference): no such access key, or not its secret.
_WRONG_KEYS = ("InvalidClientTokenId", "SignatureDoesNotMatch")
# The beginning of SignatureDoesNotMatch's message if the keys may be right.
_WRONG_CLOCK = ("Signature expired", "Signature not yet current")


def suggest_explain(error: ClientError, plan: AssumePlan, parsed_globals: ParsedGlobals) -> None:
    """Add the `explain` command to an error that policies may have caused.

    It explains AssumeRole only, not a request with an identity provider's token.
    """
    if is_denied_by_policy(error) and plan.request.identity_token is None:
        near = similar_roles_known(plan.request.role.name, plan.profiles.written)
        if near:
            commands = ", or ".join(shlex.join(["aws", "assume", *words]) for words in near)
            add_hint(error, f"Profiles or earlier roles have a similar name. Try: {commands}")
        add_hint(error, f"To find out why: {explain_command(plan, parsed_globals)}")


def suggest_source(error: ClientError, plan: AssumePlan, environment: Environment) -> None:
    """Say which keys were refused: those of a profile, or those that we have set in a shell."""
    details = error.response.get("Error", {})
    name = plan.profile_pair.source
    variables = environment.variables
    shell_profile = variables.get("AWS_PROFILE") or variables.get("AWS_DEFAULT_PROFILE")
    if name not in (None, shell_profile or "default"):
        name_profile(error, str(name))
    wrong_clock = details.get("Message", "").startswith(_WRONG_CLOCK)
    is_sso = plan.identity_center_role is not None
    if details.get("Code") in _WRONG_KEYS and not wrong_clock and not is_sso:
        words = [] if name is None else option_words("--profile", name)
        command = shlex.join(["aws", "configure", "list", *words])
        add_hint(error, f"To see where the keys come from: {command}")
    role = exported_role(variables)
    if role is None or name is not None:
        return
    source, shell = variables.get(SOURCE_VARIABLE), shell_of(variables)
    names = [name for name in KEY_VARIABLES if name in variables]
    named = option_words("--profile", source or "")
    way_out = " ".join(word(shell, one) for one in named) if source else SHELLS[shell].unset(names)
    add_hint(
        error,
        f"The keys in this environment are those of {role or 'a copy'}, which aws assume has set. "
        f"To use their source in place of them: {way_out}",
    )


def explain_command(plan: AssumePlan, parsed_globals: ParsedGlobals) -> str:
    """Return ``aws assume explain`` with the options of the plan; it has no secret."""
    request, profile_pair = plan.request, plan.profile_pair
    name = request.role_session_name
    # Its settings count for the call as well, and no option stands for a credential_source.
    by_profile = profile_pair.is_role
    first = plan.identity_center_role
    is_profile = profile_pair.credential_source is None and first is None
    source = profile_pair.source if is_profile else None
    options: list[tuple[str, Optional[str]]] = [
        ("--role-arn", None if by_profile else request.role.arn),
        ("--profile", profile_pair.configuration if by_profile else source),
        ("--region", parsed_globals.region),
        ("--endpoint-url", parsed_globals.endpoint_url),
        # A template makes the same name again.
        ("--role-session-name", name if name == plan.session_name else None),
        ("--external-id", request.external_id),
        ("--serial-number", request.serial_number),
        ("--source-identity", request.source_identity),
        ("--scope", request.scope if plan.agent is None else None),
        ("--duration-seconds", str(request.duration_seconds) if plan.has_flag else None),
        ("--sso-session", None if first is None else first.sso_session),
        ("--via", None if first is None else f"{first.account_id}/{first.role_name}"),
    ]
    words = ["aws", "assume", "explain"]
    for role in request.via:
        words += ["--via", role.arn]
    for option, value in options:
        words += option_words(option, value) if value is not None else []
    if request.tags:
        words += ["--tags", *(f"Key={key},Value={value}" for key, value in request.tags)]
    if request.transitive_tag_keys:
        words += ["--transitive-tag-keys", *request.transitive_tag_keys]
    if request.provided_contexts:
        # Their assertions are signed, and must not be shown.
        words += ["--provided-contexts", "ProviderArn=ARN,ContextAssertion=ASSERTION"]
    return shlex.join(words)
