"""``aws assume explain`` in the CLI's own driver: what it calls and what it prints."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from support.explain_setup import (
    ALICE,
    DEV,
    OTHER,
    ROLE_ARN,
    SESSION,
    Decision,
    Setup,
    access_denied,
    statement,
    trust,
)
from support.sts_stub import ACCOUNT, TOO_LONG, refusal

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
FOREIGN = f"arn:aws:iam::{OTHER}:role/my-iam-role"
ADMIN_KEY = "AKIAADMINADMINADMIN1"
BY_NAME = ("--role-name", "my-iam-role")
IMPLICIT = {"sts:AssumeRole": Decision("implicitDeny")}
CALLS = ["GetCallerIdentity", "GetRole", "SimulatePrincipalPolicy"]
TAGGED = ("--tags", "Key=team,Value=red", "--source-identity", "alice")
ALL_ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def explain(aws: Any, setup: Setup, *options: str, role: tuple[str, ...] = BY_NAME) -> Any:
    """Explain a role. Returns the exit code and the printed object."""
    aws.stub.script = replace(setup, signer=lambda: aws.signers()[-1])
    done = aws("assume", "explain", *role, *options, "--output", "json")
    return done.code, json.loads(done.out)


def statuses(found: Any) -> dict[str, str]:
    return {step["Step"]: step["Status"] for step in found["Steps"]}


# No problems.

PASSING = {
    "a trust policy for the user": (Setup(), (), BY_NAME),
    "a trust policy for a user with no policy": (Setup(decisions=IMPLICIT), (), BY_NAME),
    "a trust policy for a user with a boundary": (
        Setup(decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}), (), BY_NAME,
    ),
    "a trust policy for the account": (Setup(trust=trust(statement(ROOT))), (), BY_NAME),
    "a trust policy for everyone": (Setup(trust=trust(statement({"AWS": "*"}))), (), BY_NAME),
    "a trust policy for the role of a session": (
        Setup(caller=SESSION, trust=trust(statement({"AWS": DEV}))), (), BY_NAME,
    ),
    "a trust policy for the role of a session, with a path": (
        Setup(caller=SESSION, own_role=f"arn:aws:iam::{ACCOUNT}:role/team/dev",
              trust=trust(statement({"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/dev"}))),
        (), BY_NAME,
    ),
    "tags and a source identity": (
        Setup(trust=trust(statement(action=ALL_ACTIONS))), TAGGED, BY_NAME,
    ),
    "an external id": (
        Setup(trust=trust(statement(Condition={"StringEquals": {"sts:ExternalId": "p42"}}))),
        ("--external-id", "p42"), BY_NAME,
    ),
    "an MFA device": (
        Setup(trust=trust(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))),
        ("--serial-number", f"arn:aws:iam::{ACCOUNT}:mfa/alice"), BY_NAME,
    ),
    "an allowed duration": (Setup(maximum=43200), ("--duration-seconds", "28800"), BY_NAME),
    "the maximum duration": (Setup(), ("--duration-seconds", "max"), BY_NAME),
    "a role in another account": (
        Setup(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"}),
        ("--role-account-profile", "admin"), ("--role-arn", FOREIGN),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("setup", "options", "role"), PASSING.values(), ids=PASSING)
def test_all_checks_pass(aws, setup: Setup, options: Any, role: Any) -> None:
    """Every step is ok, and the exit code is 0."""
    aws.add_key("admin", ADMIN_KEY, "AdminSecret")
    aws.add_config("[profile admin]\nregion = us-east-1\n")
    code, found = explain(aws, setup, *options, role=role)

    assert set(statuses(found).values()) == {"ok"}, found
    assert (code, found["Verdict"], found["Reason"]) == (0, "ok", "nothing stands in the way")


# Missing permissions.

NO_PERMISSIONS = Setup(
    role=access_denied("iam:GetRole"), own_role=access_denied("iam:GetRole"),
    decisions=access_denied("iam:SimulatePrincipalPolicy"), user_tags=access_denied("iam:GetUser"),
    others=access_denied("iam:ListRoles"),
)  # fmt: skip


@pytest.mark.parametrize("caller", [ALICE, SESSION])
def test_a_caller_without_permissions_gets_unknown(aws, caller: str) -> None:
    """The status is unknown, the evidence names the missing permission, and the exit code is 2."""
    code, found = explain(aws, replace(NO_PERMISSIONS, caller=caller))

    steps = {step["Step"]: step for step in found["Steps"]}
    unknown = {name for name, status in statuses(found).items() if status == "unknown"}
    assert unknown == {"CallerPermissions", "Role", "TrustPolicy"}
    assert (code, found["Verdict"]) == (3, "unknown")
    assert "iam:GetRole" in steps["Role"]["Evidence"][0]
    assert "iam:SimulatePrincipalPolicy" in steps["CallerPermissions"]["Evidence"][0]


def test_missing_permission_is_no_problem_with_an_unknown_trust_policy(aws) -> None:
    """The trust policy may name the caller, who then needs no policy."""
    code, found = explain(aws, Setup(role=access_denied("iam:GetRole"), decisions=IMPLICIT))

    assert statuses(found)["CallerPermissions"] == "unknown"
    assert code == 3


def test_duration_is_unknown_without_the_role(aws) -> None:
    """Not every role allows more than an hour."""
    _, found = explain(aws, Setup(role=access_denied("iam:GetRole")), "--duration-seconds", "7200")

    assert statuses(found)["SessionDuration"] == "unknown"


@pytest.mark.parametrize("document", ["{}", "[]", "no JSON", '{"Statement": 5}'])
def test_malformed_trust_policy_is_unknown(aws, document: str) -> None:
    """A malformed trust policy is unknown and causes no traceback."""
    code, found = explain(aws, Setup(trust=document))

    assert statuses(found)["TrustPolicy"] == "unknown", found
    assert code == 3


def test_role_account_profile_that_cannot_look_up_the_role(aws) -> None:
    """The role is unknown if that profile does not exist, or is in another account."""
    code, found = explain(
        aws, Setup(), "--role-account-profile", "nobody", role=("--role-arn", FOREIGN)
    )
    steps = {step["Step"]: step for step in found["Steps"]}
    assert (code, steps["Role"]["Status"]) == (3, "unknown")
    assert (
        "cannot use the profile 'nobody' of --role-account-profile" in steps["Role"]["Evidence"][0]
    )

    code, found = explain(
        aws, Setup(), "--role-account-profile", "default", role=("--role-arn", FOREIGN)
    )
    steps = {step["Step"]: step for step in found["Steps"]}
    assert (code, steps["Role"]["Status"]) == (3, "unknown")
    assert f"the profile 'default' is in the account {ACCOUNT}" in steps["Role"]["Evidence"][0]


def test_suggested_profiles_of_the_role_account(aws) -> None:
    """The suggested commands name the profiles that are in the role's account."""
    aws.add_config(f"[profile prod]\nsso_account_id = {OTHER}\n")
    aws.add_config(f"[profile ops]\nrole_arn = arn:aws:iam::{OTHER}:role/ops\n")
    _, found = explain(aws, Setup(), role=("--role-arn", FOREIGN))

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert commands == [
        f"aws assume explain --role-arn {FOREIGN} --role-account-profile {name} --profile default"
        for name in ("prod", "ops")
    ]


def test_no_secret_access_key_in_the_environment(aws) -> None:
    """The evidence names the environment if it is the source and has no secret access key."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "")
    code, found = explain(aws, Setup())

    assert (code, found["Steps"][0]["Status"]) == (1, "problem")
    assert found["Reason"].startswith("the environment provides no credentials: ")


def test_access_key_in_the_environment(aws) -> None:
    """The evidence says where the credentials come from, and names the variable."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvSecret")
    _, found = explain(aws, Setup())

    evidence = found["Steps"][0]["Evidence"]
    assert "the credentials come from environment variables (no profile)" in evidence
    assert any(one.startswith("note: AWS_ACCESS_KEY_ID is set and takes precedence over")
               for one in found["Steps"][-1]["Evidence"])  # fmt: skip


# Calls and output.


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (BY_NAME, "the role is in the caller's account"),
        (("--role-arn", FOREIGN), f"the role is in another account, {OTHER}"),
    ],
)
def test_the_accounts_are_compared(aws, role: tuple[str, ...], words: str) -> None:
    """The caller's step says whether the role is in the caller's account."""
    _, found = explain(aws, Setup(), role=role)

    evidence = found["Steps"][0]["Evidence"]
    assert evidence[0] == f"the caller is {ALICE}"
    assert evidence[-1].startswith(words)


def test_three_calls_are_made(aws) -> None:
    """GetCallerIdentity, GetRole and SimulatePrincipalPolicy, once each; AssumeRole never."""
    explain(aws, Setup())

    assert aws.stub.actions == CALLS


def test_principal_keys_of_the_trust_policy_are_looked_up(aws) -> None:
    """A condition on the user's tags or organization needs one more call for each."""
    conditions = {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalOrgID": "o-mine"}}
    setup = Setup(trust=trust(statement(Condition=conditions)), user_tags={"team": "red"})
    code, _ = explain(aws, setup)

    assert code == 0
    assert aws.stub.actions == [*CALLS[:2], "DescribeOrganization", "GetUser", CALLS[2]]


def test_the_simulation_gets_the_request(aws) -> None:
    """IAM receives the actions, the role and the known condition keys."""
    setup = Setup(trust=trust(statement(action=ALL_ACTIONS)))
    explain(aws, setup, *TAGGED, "--external-id", "p42")

    request = aws.stub.requests[-1]
    entries = {
        value: request[key.replace("Name", "Values.member.1")]
        for key, value in request.items()
        if key.endswith("ContextKeyName")
    }
    actions = [value for key, value in request.items() if key.startswith("ActionNames")]
    assert actions == ALL_ACTIONS
    assert request["PolicySourceArn"] == ALICE
    assert request["ResourceArns.member.1"] == ROLE_ARN
    assert entries["sts:externalid"] == "p42"
    assert entries["aws:requesttag/team"] == "red"
    assert entries["sts:sourceidentity"] == "alice"


def test_text_output(aws) -> None:
    """The verdict comes first, and a problem has a suggested command."""
    aws.stub.script = Setup(role=None, others=(ROLE_ARN + "s",))
    done = aws("assume", "explain", *BY_NAME)

    lines = done.out.splitlines()
    assert done.code == 1
    assert lines[0] == (
        f"{ROLE_ARN} can't be assumed: there is no role my-iam-role in the account {ACCOUNT} "
        "(the role)"
    )
    assert f"                Try: aws assume --role-arn {ROLE_ARN}s --profile default" in lines
    assert [line for line in lines if line.startswith(("ok", "problem", "unknown"))] == [
        "problem         the role",
        "unknown         the role's trust policy",
        "ok              who is calling, the request, the caller's policies, how long it lasts, "
        "STS, this",
    ]
    assert "account" not in done.out.partition("\nok ")[2]


def test_all_evidence(aws) -> None:
    """With --verbose each step has its evidence, problems first."""
    aws.stub.script = Setup(role=None, others=(ROLE_ARN + "s",))
    done = aws("assume", "explain", *BY_NAME, "--verbose")

    lines = done.out.splitlines()
    assert [line for line in lines if line.startswith(("ok", "problem", "unknown"))] == [
        "problem         the role",
        "unknown         the role's trust policy",
        "ok              who is calling",
        "ok              the request",
        "ok              the caller's policies",
        "ok              how long it lasts",
        "ok              STS",
        "ok              this machine",
    ]
    assert "the role is in the caller's account" in done.out


@pytest.mark.parametrize("output", [(), ("--output", "json"), ("--output", "text"),
                                    ("--output", "table"), ("--verbose",)])  # fmt: skip
def test_control_characters_are_escaped(aws, output: tuple[str, ...]) -> None:
    """Control characters in a trust policy are printed as escapes, in each format."""
    aws.stub.script = Setup(trust=trust(statement({"AWS": "\x1b[2J\x07\x9b\u202enobody"})))
    done = aws("assume", "explain", *BY_NAME, *output)

    printed = done.out.replace("\\\\", "\\")
    assert "\\x1b[2J\\x07\\x9b\\u202enobody" in printed
    assert not set("\x1b\x07\x9b\u202e") & set(done.out)


def test_query_selects_the_reason(aws) -> None:
    """A script can select the sentence that explains the verdict."""
    aws.stub.script = Setup(role=None)
    done = aws("assume", "explain", *BY_NAME, "--query", "Reason", "--output", "text")

    assert (done.code, done.out) == (1, f"there is no role my-iam-role in the account {ACCOUNT}\n")


def test_large_policies_and_tags_are_unknown(aws) -> None:
    """Only STS knows whether their packed size is within its limit."""
    tags = [f"Key=k{number:02},Value={incompressible(number)}" for number in range(50)]
    setup = Setup(trust=trust(statement(action=ALL_ACTIONS)))
    _, small = explain(aws, setup, "--tags", "Key=team,Value=red")
    _, large = explain(aws, setup, "--tags", *tags)

    assert statuses(small)["Request"] == "ok"
    assert statuses(large)["Request"] == "unknown"
    assert "PackedPolicyTooLarge" in large["Steps"][1]["Evidence"][0]


def incompressible(number: int) -> str:
    """Return text that does not compress well."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_nothing_secret_is_printed(aws) -> None:
    """Neither the output nor --debug has the secret key or the session token."""
    aws.add_key("temporary", "ASIATEMPTEMPTEMPTEM1", "TheSecretOfThis", "TheTokenOfThis")
    aws.add_config("[profile temporary]\nregion = us-east-1\n")
    aws.stub.script = Setup(caller=SESSION, trust=trust(statement({"AWS": DEV})))
    done = aws("assume", "explain", *BY_NAME, "--profile", "temporary", "--debug")

    assert done.code == 0, done.err
    for stream in (done.out, done.err):
        assert "TheSecretOfThis" not in stream
        assert "TheTokenOfThis" not in stream


@pytest.mark.parametrize(
    "options", [(), ("--role-name", "a", "--role-arn", ROLE_ARN), ("--role-name", "bad name")]
)
def test_invalid_options_are_an_error(aws, options: tuple[str, ...]) -> None:
    """Invalid options are rejected before any call."""
    done = aws("assume", "explain", *options)

    assert done.code == 255  # Version 1; 252 on version 2.
    assert aws.stub.requests == []


# Role chains (--via).

HUB = f"arn:aws:iam::{ACCOUNT}:role/dev"
BY_HUB = ("--via", "dev", "--role-session-name", "s1")
HUB_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/s1"


def test_each_role_of_a_chain_is_checked(aws) -> None:
    """The caller of the last role is the session of the role before it."""
    names_both = trust(statement({"AWS": [ALICE, HUB]}))
    code, found = explain(aws, Setup(trust=names_both), *BY_HUB)

    assert (code, found["RoleArn"], found["CallerArn"]) == (0, ROLE_ARN, HUB_SESSION)
    assert set(statuses(found).values()) == {"ok"}
    assert aws.stub.actions == ["GetCallerIdentity", *(CALLS[1:] * 2)]


def test_the_first_role_with_a_problem_is_explained(aws) -> None:
    """The output names the role with the problem, and its caller."""
    code, found = explain(aws, Setup(trust=trust(statement({"AWS": HUB}))), *BY_HUB)
    assert (code, found["RoleArn"], found["CallerArn"]) == (1, HUB, ALICE)

    code, found = explain(aws, Setup(trust=trust(statement())), *BY_HUB)
    assert (code, found["RoleArn"], found["CallerArn"]) == (1, ROLE_ARN, HUB_SESSION)
    assert found["Reason"] == f"the trust policy does not allow sts:AssumeRole for {HUB_SESSION}"


# After AssumeRole was denied.


@pytest.mark.parametrize("verb", [(), ("export",), ("exec",)])
def test_an_access_denied_error_suggests_explain(aws, verb: tuple[str, ...]) -> None:
    """The last line of the error is the explain command for the same request."""
    aws.stub.script = Setup(trust=trust(statement(ROOT)))
    tail = ("--", "true") if verb == ("exec",) else ()
    done = aws(
        "assume", *verb, *BY_NAME, "--external-id", "p:4/2", "--role-session-name", "s1",
        "--tags", "Key=team,Value=a b", *tail,
    )  # fmt: skip

    assert done.code == 255
    line = done.err.strip().splitlines()[-1]
    assert "An error occurred (AccessDenied) when calling the AssumeRole operation" in done.err
    marker = "To find out why: aws "
    assert line.startswith(marker + f"assume explain --role-arn {ROLE_ARN} --profile default")
    words = shlex.split(line[len(marker) :])
    assert words[-6:] == ["--role-session-name", "s1", "--external-id", "p:4/2", "--tags",
                          "Key=team,Value=a b"]  # fmt: skip
    # The command works.
    again = aws(*words, "--output", "json")
    assert json.loads(again.out)["RoleArn"] == ROLE_ARN


def test_the_suggested_command_has_no_token_code(aws) -> None:
    """STS accepts a token code only once."""
    aws.stub.script = Setup()
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
    done = aws("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "7200",
               "--serial-number", serial, "--token-code", "987654")  # fmt: skip

    line = done.err.strip().splitlines()[-1]
    assert f"--serial-number {serial}" in line
    assert "987654" not in line


def test_other_errors_do_not_suggest_explain(aws) -> None:
    """explain does not help with an error that no policy causes."""
    aws.stub.script = lambda parameters: (
        refusal(400, "ValidationError", TOO_LONG) if parameters["Action"] == "AssumeRole" else None
    )
    done = aws("assume", *BY_NAME, "--duration-seconds", "7200")

    assert done.code == 255
    assert "assume explain" not in done.err
