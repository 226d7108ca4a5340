"""Look up the account that the user named, with the source credentials."""

from __future__ import annotations

from typing import Optional

from awscli_assume.aws.accounts import AccountCache, AccountClients, AccountLookup, look_up_account
from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.optional_call import create_optional_client
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import client_options, region_of
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import account_place, known_account
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import StsClient
from awscli_assume.model.accounts import several_accounts, unknown_account
from awscli_assume.outputs.summary import remembered_account_note
from awscli_assume.profiles.known_names import account_names
from awscli_assume.workflow.planning.account import scope_of
from awscli_assume.workflow.planning.plan import AssumePlan


def with_account_found(
    context: CommandContext, client: StsClient, plan: AssumePlan, callers: CallerCache
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
    directory = _directory(context, plan.profile_pair.source, client, callers)
    found = look_up_account(name, directory)
    if len(found.ids) > 1:
        raise InvalidRequest(several_accounts(name, found.ids))
    if found.ids:
        AccountCache().store(scope, name, found.ids[0], context.environment.now())
        return plan.in_account(found.ids[0], context.environment)
    account_id = _cached_account(name, scope, found, context.environment)
    if account_id is None:
        names = [*account_names(profiles), *found.other_names]
        raise InvalidRequest(unknown_account(name, names, found.failures))
    return plan.in_account(account_id, context.environment)


def _cached_account(
    name: str, scope: str, found: AccountLookup, environment: Environment
) -> Optional[str]:
    """Return the cached ID if a lookup was refused; else remove it from the cache."""
    cache = AccountCache()
    known = cache.load(scope, name)
    refused = {operation: why for operation, why in found.failures.items() if why is not None}
    if known is None or not refused:
        cache.forget(scope, name)
        return None
    environment.notify(remembered_account_note(name, known.account_id, known.at, refused))
    return known.account_id


def _directory(
    context: CommandContext, source: Optional[str], client: StsClient, callers: CallerCache
) -> AccountClients:
    options = client_options(context.parsed_globals, region_of(client), None)

    def caller_account() -> str:
        with credentials_redacted(), error_hints_added():
            credentials = context.session.get_credentials()
            frozen = credentials.get_frozen_credentials()
        known = known_account(frozen, account_place(context.session, credentials, source))
        if known is not None:
            return known
        return callers.get(client, frozen.access_key, context.environment.now()).account_id

    return AccountClients(
        iam=lambda: create_optional_client(context.session, "iam", options),
        organizations=lambda: create_optional_client(context.session, "organizations", options),
        caller_account=caller_account,
    )
