"""Looking up the account that a person named, with the source's credentials."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.aws.account_memory import AccountMemory
from awscli_assume.aws.accounts import Directory, Lookup, look_up
from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.maximum import create_iam_client, create_impatient_client
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sts import caller_of, client_options, region_of
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.known_account import scope_of
from awscli_assume.commands.plan import Plan
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import several_accounts, unknown_account
from awscli_assume.outputs.summary import remembered_account_note
from awscli_assume.profiles.known_accounts import account_names


def with_account_found(
    session: Any,
    parsed_globals: Any,
    client: Any,
    plan: Plan,
    memory: CallerMemory,
    environment: Environment,
) -> Plan:
    """Answer the plan with the id of its account, which is looked up where it is not known.

    ``client`` is one of STS. Raises InvalidRequest for a name that is nobody's, or
    several accounts'.
    """
    name = plan.request.role.account_name
    if name is None:
        return plan
    profiles = session.full_config["profiles"]
    scope = scope_of(plan.ends, profiles, environment)
    found = look_up(name, _directory(session, parsed_globals, client, memory, environment))
    if len(found.ids) > 1:
        raise InvalidRequest(several_accounts(name, found.ids))
    if found.ids:
        AccountMemory().remember(scope, name, found.ids[0], environment.now())
        return plan.in_account(found.ids[0], environment)
    account_id = _of_an_earlier_day(name, scope, found, environment)
    if account_id is None:
        names = [*account_names(profiles), *found.names]
        raise InvalidRequest(unknown_account(name, names, found.refused))
    return plan.in_account(account_id, environment)


def _of_an_earlier_day(
    name: str, scope: str, found: Lookup, environment: Environment
) -> Optional[str]:
    """Answer the id that is remembered, where somebody would not say; else forget it."""
    memory = AccountMemory()
    known = memory.recall(scope, name)
    refused = {operation: why for operation, why in found.refused.items() if why is not None}
    if known is None or not refused:
        memory.forget(scope, name)
        return None
    environment.tell(remembered_account_note(name, known.account_id, known.at, refused))
    return known.account_id


def _directory(
    session: Any, parsed_globals: Any, client: Any, memory: CallerMemory, environment: Environment
) -> Directory:
    options = client_options(parsed_globals, region_of(client), None)

    def caller_account() -> str:
        with credentials_withheld(), causes_added():
            frozen = session.get_credentials().get_frozen_credentials()
        # botocore knows it of SSO roles and of profiles with aws_account_id (2.22+).
        known = getattr(frozen, "account_id", None)
        if known is not None:
            return str(known)
        return caller_of(client, frozen.access_key, memory, environment.now()).account_id

    return Directory(
        iam=lambda: create_iam_client(session, options),
        organizations=lambda: create_impatient_client(session, "organizations", options),
        caller_account=caller_account,
    )
