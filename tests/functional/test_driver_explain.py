"""``aws assume explain`` in the CLI's own driver: what it calls, prints and leaves alone."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from support.explain_world import (
    ALICE,
    DEV,
    OTHER,
    ROLE_ARN,
    SESSION,
    Decision,
    World,
    refused,
    statement,
    trust,
)
from support.sts_stub import ACCOUNT, TOO_LONG, refusal

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
FOREIGN = f"arn:aws:iam::{OTHER}:role/my-iam-role"
ADMIN_KEY = "AKIAADMINADMINADMIN1"
BY_NAME = ("--role-name", "my-iam-role")
IMPLICIT = {"sts:AssumeRole": Decision("implicitDeny")}
ASKED = ["GetCallerIdentity", "GetRole", "SimulatePrincipalPolicy"]
TAGGED = ("--tags", "Key=team,Value=red", "--source-identity", "alice")
ALL_ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def explain(aws: Any, world: World, *options: str, role: tuple[str, ...] = BY_NAME) -> Any:
    """Explain a role; answers how it ended and the object that was printed."""
    aws.stub.script = replace(world, signer=lambda: aws.signers()[-1])
    done = aws("assume", "explain", *role, *options, "--output", "json")
    return done.code, json.loads(done.out)


def statuses(found: Any) -> dict[str, str]:
    return {step["Step"]: step["Status"] for step in found["Steps"]}


# Nothing stands in the way.

FINE = {
    "the user is named": (World(), (), BY_NAME),
    "the user is named, and that is enough": (World(decisions=IMPLICIT), (), BY_NAME),
    "a user with a boundary is named": (
        World(decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}), (), BY_NAME,
    ),
    "the account is named": (World(trust=trust(statement(ROOT))), (), BY_NAME),
    "everyone is named": (World(trust=trust(statement({"AWS": "*"}))), (), BY_NAME),
    "the role of a session is named": (
        World(caller=SESSION, trust=trust(statement({"AWS": DEV}))), (), BY_NAME,
    ),
    "a session's role with a path is named": (
        World(caller=SESSION, own_role=f"arn:aws:iam::{ACCOUNT}:role/team/dev",
              trust=trust(statement({"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/dev"}))),
        (), BY_NAME,
    ),
    "tags and a source identity": (
        World(trust=trust(statement(action=ALL_ACTIONS))), TAGGED, BY_NAME,
    ),
    "an external id": (
        World(trust=trust(statement(Condition={"StringEquals": {"sts:ExternalId": "p42"}}))),
        ("--external-id", "p42"), BY_NAME,
    ),
    "a device": (
        World(trust=trust(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))),
        ("--serial-number", f"arn:aws:iam::{ACCOUNT}:mfa/alice"), BY_NAME,
    ),
    "eight hours of twelve": (World(maximum=43200), ("--duration-seconds", "28800"), BY_NAME),
    "the longest": (World(), ("--duration-seconds", "max"), BY_NAME),
    "a role of another account": (
        World(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"}),
        ("--role-account-profile", "admin"), ("--role-arn", FOREIGN),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("world", "options", "role"), FINE.values(), ids=FINE)
def test_nothing_stands_in_the_way(aws, world: World, options: Any, role: Any) -> None:
    """Every step is ok, and the exit code is 0."""
    aws.add_key("admin", ADMIN_KEY, "AdminSecret")
    aws.add_config("[profile admin]\nregion = us-east-1\n")
    code, found = explain(aws, world, *options, role=role)

    assert set(statuses(found).values()) == {"ok"}, found
    assert (code, found["Verdict"], found["Reason"]) == (0, "ok", "nothing stands in the way")


# Where rights are missing to look.

BLIND = World(
    role=refused("iam:GetRole"), own_role=refused("iam:GetRole"),
    decisions=refused("iam:SimulatePrincipalPolicy"), user_tags=refused("iam:GetUser"),
    others=refused("iam:ListRoles"),
)  # fmt: skip


@pytest.mark.parametrize("caller", [ALICE, SESSION])
def test_a_caller_without_any_right_gets_honest_answers(aws, caller: str) -> None:
    """What IAM does not tell is unknown, with the right that is missing; the exit code is 2."""
    code, found = explain(aws, replace(BLIND, caller=caller))

    steps = {step["Step"]: step for step in found["Steps"]}
    unknown = {name for name, status in statuses(found).items() if status == "unknown"}
    assert unknown == {"CallerPermissions", "Role", "TrustPolicy"}
    assert (code, found["Verdict"]) == (2, "unknown")
    assert "iam:GetRole" in steps["Role"]["Evidence"][0]
    assert "iam:SimulatePrincipalPolicy" in steps["CallerPermissions"]["Evidence"][0]


def test_what_the_trust_policy_may_still_allow_is_no_problem(aws) -> None:
    """Without the trust policy, a caller's policies that do not allow it decide nothing."""
    code, found = explain(aws, World(role=refused("iam:GetRole"), decisions=IMPLICIT))

    assert statuses(found)["CallerPermissions"] == "unknown"
    assert code == 2


def test_the_duration_is_open_where_the_role_is_not_shown(aws) -> None:
    """More than an hour is for the role to allow."""
    _, found = explain(aws, World(role=refused("iam:GetRole")), "--duration-seconds", "7200")

    assert statuses(found)["SessionDuration"] == "unknown"


@pytest.mark.parametrize("document", ["{}", "[]", "no JSON", '{"Statement": 5}'])
def test_a_trust_policy_that_nobody_can_read(aws, document: str) -> None:
    """It is unknown, and not a traceback."""
    code, found = explain(aws, World(trust=document))

    assert statuses(found)["TrustPolicy"] == "unknown", found
    assert code == 2


def test_another_profile_that_can_not_look(aws) -> None:
    """A profile that does not exist, or is of a third account, leaves the role open."""
    code, found = explain(
        aws, World(), "--role-account-profile", "nobody", role=("--role-arn", FOREIGN)
    )
    steps = {step["Step"]: step for step in found["Steps"]}
    assert (code, steps["Role"]["Status"]) == (2, "unknown")
    assert "the profile 'nobody' of --role-account-profile" in steps["Role"]["Evidence"][0]

    code, found = explain(
        aws, World(), "--role-account-profile", "default", role=("--role-arn", FOREIGN)
    )
    steps = {step["Step"]: step for step in found["Steps"]}
    assert (code, steps["Role"]["Status"]) == (2, "unknown")
    assert f"the profile 'default' is of the account {ACCOUNT}" in steps["Role"]["Evidence"][0]


def test_profiles_of_the_account_are_proposed(aws) -> None:
    """Where the role is out of sight, the profiles that may see it are named."""
    aws.add_config(f"[profile prod]\nsso_account_id = {OTHER}\n")
    aws.add_config(f"[profile ops]\nrole_arn = arn:aws:iam::{OTHER}:role/ops\n")
    _, found = explain(aws, World(), role=("--role-arn", FOREIGN))

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert commands == [
        f"aws assume explain --role-arn {FOREIGN} --role-account-profile {name} --profile default"
        for name in ("prod", "ops")
    ]


# What is asked, and printed.


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (BY_NAME, "the role is of that account, too"),
        (("--role-arn", FOREIGN), f"the role is of another account, {OTHER}"),
    ],
)
def test_whose_account_it_is(aws, role: tuple[str, ...], words: str) -> None:
    """The caller's step tells whether the role is of their own account."""
    _, found = explain(aws, World(), role=role)

    told = found["Steps"][0]["Evidence"]
    assert told[0] == f"the caller is {ALICE}"
    assert any(one.startswith(words) for one in told)


def test_three_questions_are_asked(aws) -> None:
    """GetCallerIdentity, GetRole and SimulatePrincipalPolicy, once each; AssumeRole never."""
    explain(aws, World())

    assert aws.stub.actions == ASKED


def test_what_the_policy_speaks_of_is_asked_for(aws) -> None:
    """Tags of the user and the organization are asked for where a condition is on them."""
    conditions = {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalOrgID": "o-mine"}}
    world = World(trust=trust(statement(Condition=conditions)), user_tags={"team": "red"})
    code, _ = explain(aws, world)

    assert code == 0
    assert aws.stub.actions == [*ASKED[:2], "DescribeOrganization", "GetUser", ASKED[2]]


def test_the_simulation_has_what_the_request_has(aws) -> None:
    """IAM gets the actions, the role and the condition keys that are known."""
    world = World(trust=trust(statement(action=ALL_ACTIONS)))
    explain(aws, world, *TAGGED, "--external-id", "p42")

    asked = aws.stub.requests[-1]
    entries = {
        value: asked[key.replace("Name", "Values.member.1")]
        for key, value in asked.items()
        if key.endswith("ContextKeyName")
    }
    actions = [value for key, value in asked.items() if key.startswith("ActionNames")]
    assert actions == ALL_ACTIONS
    assert asked["PolicySourceArn"] == ALICE
    assert asked["ResourceArns.member.1"] == ROLE_ARN
    assert entries["sts:externalid"] == "p42"
    assert entries["aws:requesttag/team"] == "red"
    assert entries["sts:sourceidentity"] == "alice"


def test_people_get_a_text(aws) -> None:
    """The verdict comes first, and each problem has the command to type."""
    aws.stub.script = World(role=None, others=(ROLE_ARN + "s",))
    done = aws("assume", "explain", *BY_NAME)

    lines = done.out.splitlines()
    assert done.code == 1
    assert lines[0] == (
        f"{ROLE_ARN} can't be assumed: there is no role my-iam-role in the account {ACCOUNT} "
        "(the role)"
    )
    assert f"                Try: aws assume --role-arn {ROLE_ARN}s --profile default" in lines
    assert [line for line in lines if line.startswith(("ok", "problem", "unknown"))] == [
        "ok              who is calling",
        "ok              the request",
        "ok              the caller's policies",
        "problem         the role",
        "unknown         the role's trust policy",
        "ok              how long it lasts",
        "ok              STS",
        "ok              this machine",
    ]


def test_what_others_wrote_does_not_steer_the_terminal(aws) -> None:
    """A control character in a trust policy is shown as a question mark."""
    aws.stub.script = World(trust=trust(statement({"AWS": "\x1b[2Jnobody"})))
    done = aws("assume", "explain", *BY_NAME)

    assert "\x1b" not in done.out
    assert "?[2Jnobody" in done.out


def test_query_picks_the_reason(aws) -> None:
    """A script gets the sentence that the verdict stands on."""
    aws.stub.script = World(role=None)
    done = aws("assume", "explain", *BY_NAME, "--query", "Reason", "--output", "text")

    assert (done.code, done.out) == (1, f"there is no role my-iam-role in the account {ACCOUNT}\n")


def test_large_policies_and_tags_are_left_open(aws) -> None:
    """Whether STS packs them below its limit it alone can say."""
    tags = [f"Key=k{number:02},Value={mixed(number)}" for number in range(50)]
    world = World(trust=trust(statement(action=ALL_ACTIONS)))
    _, small = explain(aws, world, "--tags", "Key=team,Value=red")
    _, large = explain(aws, world, "--tags", *tags)

    assert statuses(small)["Request"] == "ok"
    assert statuses(large)["Request"] == "unknown"
    assert "PackedPolicyTooLarge" in large["Steps"][1]["Evidence"][0]


def mixed(number: int) -> str:
    """Return letters that pack badly."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_nothing_secret_is_printed(aws) -> None:
    """Neither the text nor --debug has the secret key or the session token."""
    aws.add_key("temporary", "ASIATEMPTEMPTEMPTEM1", "TheSecretOfThis", "TheTokenOfThis")
    aws.add_config("[profile temporary]\nregion = us-east-1\n")
    aws.stub.script = World(caller=SESSION, trust=trust(statement({"AWS": DEV})))
    done = aws("assume", "explain", *BY_NAME, "--profile", "temporary", "--debug")

    assert done.code == 0, done.err
    for stream in (done.out, done.err):
        assert "TheSecretOfThis" not in stream
        assert "TheTokenOfThis" not in stream


@pytest.mark.parametrize(
    "options",
    [(), ("--role-name", "a", "--role-arn", ROLE_ARN), ("--role-name", "bad name")],
)
def test_what_is_no_request_is_an_error_as_everywhere(aws, options: tuple[str, ...]) -> None:
    """An option that names no role ends as it does in aws assume, and nothing is called."""
    done = aws("assume", "explain", *options)

    assert done.code == 255  # Version 1; 252 on version 2.
    assert aws.stub.requests == []


# Roles on the way.

HUB = f"arn:aws:iam::{ACCOUNT}:role/dev"
BY_HUB = ("--via", "dev", "--role-session-name", "s1")
HUB_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/s1"


def test_each_role_on_the_way_is_looked_at(aws) -> None:
    """The last one is judged with the session of the one before as its caller."""
    names_both = trust(statement({"AWS": [ALICE, HUB]}))
    code, found = explain(aws, World(trust=names_both), *BY_HUB)

    assert (code, found["RoleArn"], found["CallerArn"]) == (0, ROLE_ARN, HUB_SESSION)
    assert set(statuses(found).values()) == {"ok"}
    assert aws.stub.actions == ["GetCallerIdentity", *(ASKED[1:] * 2)]


def test_the_first_role_that_refuses_is_the_one_explained(aws) -> None:
    """Where the way ends, its role and its caller are named."""
    code, found = explain(aws, World(trust=trust(statement({"AWS": HUB}))), *BY_HUB)
    assert (code, found["RoleArn"], found["CallerArn"]) == (1, HUB, ALICE)

    code, found = explain(aws, World(trust=trust(statement())), *BY_HUB)
    assert (code, found["RoleArn"], found["CallerArn"]) == (1, ROLE_ARN, HUB_SESSION)
    assert found["Reason"] == f"it does not allow sts:AssumeRole to {HUB_SESSION}"


# After a refusal.


@pytest.mark.parametrize("verb", [(), ("export",), ("exec",)])
def test_a_refusal_ends_with_the_line_to_type(aws, verb: tuple[str, ...]) -> None:
    """STS's text stays, the likely cause follows, then the command that explains it."""
    aws.stub.script = World(trust=trust(statement(ROOT)))
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
    # What is to be typed can be typed.
    again = aws(*words, "--output", "json")
    assert json.loads(again.out)["RoleArn"] == ROLE_ARN


def test_the_line_has_no_token_code(aws) -> None:
    """A code works once, and stands in nobody's scrollback for that."""
    aws.stub.script = World()
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
    done = aws("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "7200",
               "--serial-number", serial, "--token-code", "987654")  # fmt: skip

    line = done.err.strip().splitlines()[-1]
    assert f"--serial-number {serial}" in line
    assert "987654" not in line


def test_other_refusals_have_no_such_line(aws) -> None:
    """What is no question of policies is not one for explain."""
    aws.stub.script = lambda parameters: (
        refusal(400, "ValidationError", TOO_LONG) if parameters["Action"] == "AssumeRole" else None
    )
    done = aws("assume", *BY_NAME, "--duration-seconds", "7200")

    assert done.code == 255
    assert "assume explain" not in done.err
