"""``aws assume create-role``: a role, with the trust policy that lets it be assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.aws.asking import code_of
from awscli_assume.aws.caller_arns import account_arn, principal_of
from awscli_assume.aws.callers import Caller
from awscli_assume.aws.creating import Creation
from awscli_assume.aws.iam_roles import create_creating_client, permissions_of, role_by_name
from awscli_assume.aws.sts import client_options, create_sts_client, get_caller
from awscli_assume.aws.trying import wait_until_assumable
from awscli_assume.commands.create_role_arguments import Asked, create_role_arguments, read_asked
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.printing import print_object
from awscli_assume.commands.sources_ready import make_ready, use_source
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ClientError
from awscli_assume.model.new_role import NewRole
from awscli_assume.model.role_difference import differences
from awscli_assume.model.session_names import DEFAULT_TEMPLATE, render, session_date
from awscli_assume.model.new_trust import trust_policy
from awscli_assume.model.trust_terms import ACCOUNT, ME
from awscli_assume.outputs import new_role as texts
from awscli_assume.profiles.source import choose_ends

# The role is there and differs, or is made and not granted yet.
NOT_AS_ASKED = 1


@dataclass(frozen=True)
class Account:
    """The caller and the clients that sign for them; ``iam`` may ask twice, ``creating`` not."""

    caller: Caller
    sts: Any
    iam: Any
    creating: Any


class CreateRoleCommand(BasicCommand):
    """Make a role and its permissions, or nothing; an existing one is never changed."""

    NAME = "create-role"
    DESCRIPTION = BasicCommand.FROM_FILE(
        "assume", "create-role", "_description.rst", root_module=awscli_assume
    )
    EXAMPLES = BasicCommand.FROM_FILE(
        "assume", "create-role", "_examples.rst", root_module=awscli_assume
    )

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self.ARG_TABLE = create_role_arguments()
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        asked = read_asked(parsed_args)
        account = self._account(parsed_globals)
        if parsed_args.wait:
            _check_can_assume(account.caller)
        known = _known(asked, account)
        wanted = _with_trust(asked, account, known)
        found = _existing(account, wanted)
        if found is not None:
            return self._compare(wanted, found, account, parsed_globals)
        if parsed_args.dry_run:
            self._print(texts.requests(wanted.calls()), parsed_globals)
            return 0
        asked = asked.generated()
        wanted = _with_trust(asked, account, known)
        made = self._create(wanted, account, parsed_globals)
        self._print({"Role": made}, parsed_globals)
        self._tell(asked, made, parsed_globals)
        return self._wait(asked, made, account) if parsed_args.wait else 0

    def _account(self, parsed_globals: Any) -> Account:
        session, is_explicit = self._session, parsed_globals.profile is not None
        make_ready(session, is_explicit, self._environment)
        ends = choose_ends(
            session.full_config["profiles"],
            current=session.get_config_variable("profile"),
            is_explicit=is_explicit,
            has_environment_keys=bool(self._environment.variables.get("AWS_ACCESS_KEY_ID")),
            explicit_target=None,
        )
        use_source(session, ends)
        sts = create_sts_client(session, parsed_globals)
        options = client_options(parsed_globals, None, None)
        iam = session.create_client("iam", **options)
        # Asked each time: a user may have got another name since.
        return Account(get_caller(sts), sts, iam, create_creating_client(session, options))

    def _compare(
        self, wanted: NewRole, found: Mapping[str, Any], account: Account, parsed_globals: Any
    ) -> int:
        rows = differences(wanted, permissions_of(account.iam, found))
        answer = texts.difference(rows, found["Arn"]) if rows else {"Role": found}
        self._print(answer, parsed_globals)
        self._environment.tell(texts.existing_line(found["Arn"], len(rows)))
        return NOT_AS_ASKED if rows else 0

    def _create(self, wanted: NewRole, account: Account, parsed_globals: Any) -> Any:
        self._environment.tell(texts.requests_text(wanted.calls()))
        creation = Creation(wanted, account.creating, account.iam)
        try:
            return creation.run()
        except BaseException:
            remains = creation.remains
            self._environment.tell(
                texts.remains_text(
                    remains.taken_back, remains.left, remains.is_doubtful, parsed_globals.profile
                )
            )
            raise

    def _tell(self, asked: Asked, made: Mapping[str, Any], parsed_globals: Any) -> None:
        external_id = asked.proof.external_id
        name = f"{made['Path']}{made['RoleName']}".lstrip("/")
        line = texts.assume_line(name, external_id, parsed_globals.profile)
        if asked.is_to_generate:
            self._environment.tell(texts.generated_line(external_id or ""))
        how = line if asked.trusts_caller else None
        self._environment.tell(texts.created_line(made["Arn"], how))

    def _wait(self, asked: Asked, made: Mapping[str, Any], account: Account) -> int:
        environment = self._environment
        values = {"user": environment.login_name(), "host": environment.host_name()}
        values["date"] = session_date(environment.now().astimezone())
        values.update(role=made["RoleName"], account=account.caller.account_id)
        name = render(DEFAULT_TEMPLATE, values)
        granted = wait_until_assumable(account.sts, made["Arn"], name, asked.proof.external_id)
        environment.tell(texts.waited_line(granted, made["Arn"]))
        return 0 if granted else NOT_AS_ASKED

    def _print(self, answer: Any, parsed_globals: Any) -> None:
        print_object(self._session, parsed_globals, self.name, answer, self._environment)


def _check_can_assume(caller: Caller) -> None:
    if (caller.arn or "").endswith(":root"):
        raise InvalidConfiguration(
            "The caller is the root of the account, which can assume no role. Leave --wait out, "
            "or name a user's profile: --profile NAME"
        )


def _known(asked: Asked, account: Account) -> dict[str, str]:
    known = {ACCOUNT: account_arn(account.caller)}
    if any(term.who == ME for term in asked.terms):
        known[ME] = principal_of(account.caller, account.iam)
    return known


def _with_trust(asked: Asked, account: Account, known: Mapping[str, str]) -> NewRole:
    caller = account.caller
    role = asked.role
    for arn in (*role.policy_arns, role.permissions_boundary or ""):
        if arn and arn.split(":")[1] != caller.partition:
            raise InvalidRequest(
                f"Invalid policy ARN '{arn}': the caller is of the partition {caller.partition}"
            )
    policy = trust_policy(asked.terms, asked.proof, known, caller.partition, caller.account_id)
    return replace(role, trust_policy=policy)


def _existing(account: Account, wanted: NewRole) -> Optional[Mapping[str, Any]]:
    try:
        return role_by_name(account.iam, wanted.role.name)
    except ClientError as error:
        # CreateRole itself refuses a name that is taken: nothing depends on the look.
        if code_of(error) in ("AccessDenied", "AccessDeniedException"):
            return None
        raise
