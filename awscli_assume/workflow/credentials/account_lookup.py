"""Look up the account that the user named, with the source credentials."""

from __future__ import annotations

from typing import Optional

from awscli_assume.aws.account_memory import AccountCache
from awscli_assume.aws.accounts import Directory, Lookup, look_up
from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.iam.maximum import create_iam_client, create_impatient_client
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import caller_of, client_options, region_of
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Client
from awscli_assume.model.accounts import several_accounts, unknown_account
from awscli_assume.outputs.summary import remembered_account_note
from awscli_assume.profiles.known_accounts import account_names
from awscli_assume.workflow.planning.account import scope_of
from awscli_assume.workflow.planning.plan import AssumePlan


def with_account_found(
    context: CommandContext, client: Client, plan: AssumePlan, callers: CallerCache
) -> AssumePlan:
    """Return the plan with the ID of its account, which is looked up if it is not known.

    ``client`` is an STS client. Raises InvalidRequest for a name that no account has, or
    several have.
    """
    name = plan.request.role.account_name
    if name is None:
        return plan
    profiles = context.session.full_config["profiles"]
    scope = scope_of(plan.profile_pair, profiles, context.environment)
    found = look_up(name, _directory(context, client, callers))
    if len(found.ids) > 1:
        raise InvalidRequest(several_accounts(name, found.ids))
    if found.ids:
        AccountCache().store(scope, name, found.ids[0], context.environment.now())
        return plan.in_account(found.ids[0], context.environment)
    account_id = _cached_account(name, scope, found, context.environment)
    if account_id is None:
        names = [*account_names(profiles), *found.names]
        raise InvalidRequest(unknown_account(name, names, found.refused))
    return plan.in_account(account_id, context.environment)


def _cached_account(
    name: str, scope: str, found: Lookup, environment: Environment
) -> Optional[str]:
    """Return the cached ID if a lookup was refused; else remove it from the cache."""
    cache = AccountCache()
    known = cache.load(scope, name)
    refused = {operation: why for operation, why in found.refused.items() if why is not None}
    if known is None or not refused:
        cache.forget(scope, name)
        return None
    environment.notify(remembered_account_note(name, known.account_id, known.at, refused))
    return known.account_id


def _directory(context: CommandContext, client: Client, callers: CallerCache) -> Directory:
    options = client_options(context.parsed_globals, region_of(client), None)

    def caller_account() -> str:
        with credentials_redacted(), error_hints_added():
            frozen = context.session.get_credentials().get_frozen_credentials()
        # botocore knows it of SSO roles and of profiles with aws_account_id (2.22+).
        known = getattr(frozen, "account_id", None)
        if known is not None:
            return str(known)
        return caller_of(client, frozen.access_key, callers, context.environment.now()).account_id

    return Directory(
        iam=lambda: create_iam_client(context.session, options),
        organizations=lambda: create_impatient_client(context.session, "organizations", options),
        caller_account=caller_account,
    )
