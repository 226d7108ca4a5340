"""The role to create, and the account that it is created in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Mapping, Optional

from awscli_assume.arguments.create_role import CreateRoleOptions
from awscli_assume.aws.caller_identity import Caller, get_caller_identity
from awscli_assume.aws.iam.role_creation import create_single_attempt_client, trust_principal
from awscli_assume.aws.optional_call import create_optional_client
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import client_options, create_sts_client
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import IamClient, StsClient
from awscli_assume.model.arns import parse_arn
from awscli_assume.model.role_creation.new_role import NewRole
from awscli_assume.model.role_creation.new_trust import trust_policy, without_mfa
from awscli_assume.model.role_creation.trust_terms import ACCOUNT, AWS, ME
from awscli_assume.workflow.planning.source_profile import choose_source, read_profiles, use_source


@dataclass(frozen=True)
class Account:
    """The caller, and clients with the source credentials.

    ``iam`` retries as the CLI does, and ``create_client`` makes one attempt.
    ``optional_client`` makes one attempt with short time-outs.
    """

    caller: Caller
    sts: StsClient
    iam: IamClient
    create_client: IamClient
    optional_client: IamClient


@dataclass(frozen=True)
class CreateRolePlan:
    """The options, the account, and the role that they make.

    ``principals`` has the ARNs of the --trust values ``me`` and ``account``.
    """

    options: CreateRoleOptions
    account: Account
    principals: Mapping[str, str]
    role: NewRole

    @property
    def trusts_caller(self) -> bool:
        """Whether the caller may assume the role with the source credentials."""
        return _trusts_caller(self.options, self.account.caller)

    def with_external_id(self, external_id: Optional[str] = None) -> CreateRolePlan:
        """Return the plan with a generated external ID if --external-id is ``generate``.

        ``external_id`` is one that an earlier run generated.
        """
        return _plan(self.options.generated(external_id), self.account, self.principals)


def make_create_role_plan(
    context: CommandContext, options: CreateRoleOptions, wait: bool
) -> CreateRolePlan:
    """Ask STS for the caller and complete the role.

    Raises InvalidRequest if the caller's partition or missing MFA contradicts the options, or
    if ``wait`` is set and the options do not let the caller assume the role.
    """
    account = _find_account(context)
    if wait:
        _check_can_assume(options, account.caller)
    principals = {ACCOUNT: account.caller.account_arn}
    if any(term.who == ME for term in options.terms):
        principals[ME] = trust_principal(account.caller, account.iam)
    # Raises InvalidRequest if no principal can have the MFA that the role requires.
    without_mfa(options.terms, options.trust_conditions, principals)
    return _plan(options, account, principals)


def _find_account(context: CommandContext) -> Account:
    session = context.session
    profiles = read_profiles(context)
    is_explicit = context.parsed_globals.profile is not None
    profile_pair = choose_source(context, profiles, is_explicit)
    options = client_options(context.parsed_globals, None, None)
    with overridden_profiles(session, profiles.resolved):
        use_source(session, profile_pair)
        with login_hint_added(session):
            sts = create_sts_client(context)
            iam = session.create_client("iam", **options)
            # The caller is not cached, because an IAM user may have been renamed.
            caller = get_caller_identity(sts).caller
        creating = create_single_attempt_client(session, options)
        optional = create_optional_client(session, "iam", options)
    return Account(caller, sts, iam, creating, optional)


def _check_can_assume(options: CreateRoleOptions, caller: Caller) -> None:
    if (caller.arn or "").endswith(":root"):
        raise InvalidConfiguration(
            "The caller is the account root user, which cannot assume roles. Omit --wait, or use "
            "the profile of a user: --profile NAME"
        )
    if not _trusts_caller(options, caller):
        raise InvalidRequest(
            f"--wait assumes the role as the caller, {caller.arn}, but --trust does not allow "
            "the caller. Omit --wait, or add: --trust me"
        )


def _trusts_caller(options: CreateRoleOptions, caller: Caller) -> bool:
    if options.trust_conditions.require_mfa and caller.is_role_session:
        return False
    return any(
        term.who in (ME, ACCOUNT) or caller.is_named_by(term.who)
        for term in options.terms
        if term.kind == AWS
    )


def _plan(
    options: CreateRoleOptions, account: Account, principals: Mapping[str, str]
) -> CreateRolePlan:
    partition, role = account.caller.partition, options.role
    for arn in filter(None, (*role.policy_arns, role.permissions_boundary)):
        if parse_arn(arn).partition != partition:
            raise InvalidRequest(
                f"Invalid policy ARN '{arn}': the caller is in the partition {partition}"
            )
    policy = trust_policy(
        options.terms, options.trust_conditions, principals, partition, account.caller.account_id
    )
    return CreateRolePlan(options, account, principals, replace(role, trust_policy=policy))
