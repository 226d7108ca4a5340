"""Make the URL that opens the console: one that signs in, or one that switches to a role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Optional

from awscli_assume.arguments.console import ConsoleOptions
from awscli_assume.aws.sign_in import get_sign_in_token, sign_in_endpoint
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import partition_of_region_name
from awscli_assume.model.console.hosts import console_region, find_partition
from awscli_assume.model.console.links import (
    login_url,
    switch_role_url,
    url_expiration,
    with_logout,
)
from awscli_assume.model.printable import printable_line
from awscli_assume.workflow.console.credentials import (
    ConsoleSource,
    obtain,
    role_to_switch_to,
    session_before,
)
from awscli_assume.workflow.planning.plan import AssumePlan, Plan
from awscli_assume.workflow.refresh.stored_profile import StoredProfile


@dataclass(frozen=True)
class ConsoleLink:
    """A URL to open, for whom, and until when it and the session are valid.

    ``identity`` are the fields of the browser identity. A URL that ``expires`` is a secret until
    then.
    """

    url: str = field(repr=False)
    identity: tuple[str, str, str, str]
    expires: Optional[datetime] = None
    session_expires: Optional[datetime] = None


def check_page(context: CommandContext, options: ConsoleOptions, source: ConsoleSource) -> None:
    """Raise InvalidRequest for a page that can't open, as far as that is known without a call."""
    plan = source.plan
    region = context.parsed_globals.region
    if isinstance(plan, Plan):
        region = region or plan.expected_region(context.environment)
    role = plan.request.role if isinstance(plan, AssumePlan) else None
    name = role.partition if role is not None else None
    if name is None and region is not None and not isinstance(plan, StoredProfile):
        # The role is in the partition of STS.
        name = partition_of_region_name(region)
    if name is not None:
        partition = find_partition(name)
        options.page.url(partition, console_region(region, partition.name))


def sign_in_link(
    context: CommandContext,
    parsed_args: ParsedArgs,
    source: ConsoleSource,
    options: ConsoleOptions,
) -> ConsoleLink:
    """Get credentials, and the URL that signs in with them. Nothing is written.

    Raises what ``obtain`` raises, and SignInFailed.
    """
    found = obtain(context, parsed_args, source, options.session_duration)
    partition = find_partition(found.partition)
    region = console_region(found.region, partition.name)
    destination = options.page.url(partition, region)
    with overridden_profiles(context.session, source.plan.session_profiles):
        endpoint = sign_in_endpoint(context.session, context.environment, partition, region)
        token = get_sign_in_token(context, endpoint, found.credentials, options.session_duration)
    url = login_url(endpoint.url, destination, token)
    if options.logs_out_first:
        url = with_logout(endpoint.sign_out_url, url)
    now, expiration = context.environment.now(), found.credentials.expiration
    if options.session_duration is not None:
        expiration = now + timedelta(seconds=options.session_duration)
    return ConsoleLink(
        url,
        (found.profile, found.account_id, found.role_name, found.account_name),
        expires=url_expiration(now, found.credentials.expiration),
        session_expires=expiration,
    )


def switch_role_link(context: CommandContext, source: ConsoleSource, login: bool) -> ConsoleLink:
    """Return the URL with which the console's own session switches to a role.

    The browser identity is that of the session, if it is known. Raises InvalidRequest.
    """
    role, plan = role_to_switch_to(context, source, login)
    partition = find_partition(str(role.partition))
    given = context.parsed_globals.region or plan.expected_region(context.environment)
    region = console_region(given, partition.name)
    with overridden_profiles(context.session, plan.session_profiles):
        endpoint = sign_in_endpoint(context.session, context.environment, partition, region)
    name = source.words
    account, role_name = session_before(source) or (str(role.account_id), role.name)
    shown = name if name in plan.profiles else None
    return ConsoleLink(
        switch_role_url(endpoint.url, role, shown or f"{role.name}-{role.account_id}"),
        (printable_line(name or role.name), account, role_name, ""),
    )
