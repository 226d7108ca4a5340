"""Read and check the command line of ``aws assume profiles``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.arguments.options import option_name
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import ProfileNotFound
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import parse_role_name, partition_of_region_name
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.profiles.ownership import PROFILE_TEMPLATE, check_name_or_template
from awscli_assume.profiles.provisioned.mark import KINDS, ROLE, SSO
from awscli_assume.workflow.profiles.names import FIELDS

# The partitions by the prefixes of their regions. All other regions are in ``aws``.


@dataclass(frozen=True)
class ProfilesRequest:
    """Which roles get profiles of which kind.

    ``role_name``, ``source`` and ``partition`` are for the kind ROLE. ``region`` is the region of
    new profiles without ``--region``.
    """

    kind: str
    template: str
    words: Sequence[str] = ()
    accounts: Optional[Sequence[str]] = None
    roles: Optional[Sequence[str]] = None
    role_name: Optional[str] = None
    source: Optional[str] = None
    prune: bool = False
    region: Optional[str] = None
    partition: str = "aws"


def read_request(
    context: CommandContext, parsed_args: ParsedArgs, session: SsoSession
) -> ProfilesRequest:
    """Return the request of a command line. Raises InvalidRequest."""
    kind = getattr(parsed_args, "as") or SSO
    if kind not in KINDS:
        raise InvalidRequest(f"Invalid --as '{kind}': choose one of {', '.join(KINDS)}")
    template = check_name_or_template(
        parsed_args.name_template or PROFILE_TEMPLATE,
        f"--name-template '{PROFILE_TEMPLATE}'",
        FIELDS,
    )
    role_name, source = _role_and_source(context, parsed_args, kind)
    return ProfilesRequest(
        kind,
        template,
        parsed_args.words,
        parsed_args.accounts,
        parsed_args.roles,
        role_name,
        source,
        parsed_args.prune,
        _region(context),
        partition_of_region_name(session.region),
    )


def _role_and_source(
    context: CommandContext, parsed_args: ParsedArgs, kind: str
) -> tuple[Optional[str], Optional[str]]:
    """Return the role and the source profile of ``--as role``, or None for other kinds."""
    given = {name: getattr(parsed_args, name) for name in ("role_name", "source")}
    if kind != ROLE:
        option = next((option_name(name) for name, value in given.items() if value), None)
        if option is not None:
            raise InvalidRequest(f"{option} goes only with --as role: leave it out")
        return None, None
    missing = next((option_name(name) for name, value in given.items() if not value), None)
    if missing is not None:
        raise InvalidRequest(
            f"--as role needs {missing}: each profile assumes this role in its account "
            "with the credentials of the source profile. Try: aws assume profiles --as role "
            "--role-name NAME --source PROFILE"
        )
    source = parsed_args.source
    profiles = context.session.full_config["profiles"]
    if source not in profiles:
        near = similar_names(source, profiles)
        hint = f" Similar profiles: {', '.join(near)}." if near else ""
        raise InvalidRequest(
            f"The profile '{source}' of --source does not exist.{hint} To see all: aws configure "
            "list-profiles"
        )
    role = parse_role_name(parsed_args.role_name)
    return role.path_and_name, source


def _region(context: CommandContext) -> Optional[str]:
    try:
        region: Optional[str] = context.session.get_config_variable("region")
    except ProfileNotFound:
        # AWS_PROFILE may name a profile that this command is going to write.
        return None
    return region
