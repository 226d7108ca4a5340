"""Who makes a role, and what that makes of ``--trust``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.arguments.create_role import CreateRoleOptions
from awscli_assume.aws.callers import Caller, get_caller_identity
from awscli_assume.aws.iam.role_creation import (
    create_single_attempt_client,
    find_existing_role,
    is_provider_missing,
    trust_principal,
)
from awscli_assume.aws.optional_call import create_optional_client, error_code
from awscli_assume.aws.sts.client import client_options, create_sts_client
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ClientError, overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.model.arns import iam_arn, parse_arn
from awscli_assume.model.role_creation.new_role import NewRole
from awscli_assume.model.role_creation.new_trust import trust_policy, without_mfa
from awscli_assume.model.role_creation.trust_terms import ACCOUNT, AWS, ME, OIDC
from awscli_assume.workflow.credentials.assume_role import source_mfa_device_named
from awscli_assume.workflow.planning.source_profile import (
    choose_source,
    read_profiles,
    use_source,
)


@dataclass(frozen=True)
class Account:
    """The caller and the clients that sign for them.

    ``iam`` may ask twice, ``creating`` not; ``looking`` neither, and not for long.
    """

    caller: Caller
    sts: Any
    iam: Any
    creating: Any
    looking: Any


def find_account(context: CommandContext) -> Account:
    """Find the source's credentials, and ask STS whose they are."""
    profiles = read_profiles(context)
    is_explicit = context.parsed_globals.profile is not None
    profile_pair = choose_source(context, profiles, is_explicit)
    with overridden_profiles(context.session, profiles.resolved):
        use_source(context.session, profile_pair)
        with source_mfa_device_named(context.session):
            sts = create_sts_client(context)
            options = client_options(context.parsed_globals, None, None)
            iam = context.session.create_client("iam", **options)
            # CreateRoleOptions each time: a user may have got another name since.
            caller = get_caller_identity(sts).caller
        creating = create_single_attempt_client(context.session, options)
        looking = create_optional_client(context.session, "iam", options)
    return Account(caller, sts, iam, creating, looking)


def check_can_assume(asked: CreateRoleOptions, caller: Caller) -> None:
    """Raise where the caller can't assume the role, so that --wait would be in vain."""
    if (caller.arn or "").endswith(":root"):
        raise InvalidConfiguration(
            "The caller is the root of the account, which can assume no role. Leave --wait out, "
            "or name a user's profile: --profile NAME"
        )
    if not trusts_caller(asked, caller):
        raise InvalidRequest(
            f"--wait tries the role as the caller, {caller.arn}, whom --trust does not name. "
            "Leave --wait out, or add: --trust me"
        )


def trusts_caller(asked: CreateRoleOptions, caller: Caller) -> bool:
    """Return whether the caller is among those who may assume the role as they are."""
    if asked.trust_conditions.require_mfa and caller.is_role_session:
        return False
    return any(
        term.who in (ME, ACCOUNT) or caller.is_named_by(term.who)
        for term in asked.terms
        if term.kind == AWS
    )


def known_arns(asked: CreateRoleOptions, account: Account) -> dict[str, str]:
    """Return the ARNs that ``me`` and ``account`` stand for.

    Raises InvalidRequest where they can't bring the MFA that is asked for.
    """
    known = {ACCOUNT: account.caller.account_arn}
    if any(term.who == ME for term in asked.terms):
        known[ME] = trust_principal(account.caller, account.iam)
    without_mfa(asked.terms, asked.trust_conditions, known)
    return known


def with_trust(asked: CreateRoleOptions, account: Account, known: Mapping[str, str]) -> NewRole:
    """Return the role with its trust policy. Raises InvalidRequest for another partition."""
    caller = account.caller
    role = asked.role
    for arn in (*role.policy_arns, role.permissions_boundary or ""):
        if arn and parse_arn(arn).partition != caller.partition:
            raise InvalidRequest(
                f"Invalid policy ARN '{arn}': the caller is of the partition {caller.partition}"
            )
    policy = trust_policy(
        asked.terms, asked.trust_conditions, known, caller.partition, caller.account_id
    )
    return replace(role, trust_policy=policy)


def existing_role(account: Account, wanted: NewRole) -> Optional[Mapping[str, Any]]:
    """Ask IAM for the role; None where there is none, or where it does not say."""
    try:
        return find_existing_role(account.iam, wanted.role.name)
    except ClientError as error:
        # CreateRole itself refuses a name that is taken: nothing depends on the look.
        if error_code(error) in ("AccessDenied", "AccessDeniedException"):
            return None
        raise


def missing_providers(asked: CreateRoleOptions, account: Account) -> list[str]:
    """Return the OIDC providers of ``--trust`` that IAM says the account does not have."""
    caller = account.caller
    names = dict.fromkeys(term.who for term in asked.terms if term.kind == OIDC)
    arns = iam_arn(caller.partition, caller.account_id, "oidc-provider/")
    return [name for name in names if is_provider_missing(account.looking, arns + name)]
