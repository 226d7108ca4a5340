"""`aws assume create-role` in the CLI's own driver, against a scripted IAM and STS."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import pytest

from awscli_assume.workflow.create_role import create
from support.iam_roles_stub import CHANGES, IamRoles
from support.sts_stub import ACCOUNT, SECRET, TOKEN, refusal

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DEV = f"arn:aws:iam::{ACCOUNT}:role/team/dev"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OTHER = f"arn:aws:iam::{ACCOUNT}:policy/other"
INLINE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*"}]}'
CREATE = ("assume", "create-role", "--role-name", "my-iam-role")
ALL = (*CREATE, "--inline-policy", INLINE, "--policy-arn", READ, OTHER)
READS = ["GetCallerIdentity", "GetRole"]
WRITES = ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "AttachRolePolicy"]
# IAM API reference, "Common Errors".
DENIED = refusal(403, "AccessDenied", "User is not authorized")


@pytest.fixture
def iam(aws) -> IamRoles:
    """Return the IAM of the scripted server."""
    roles = IamRoles()
    aws.stub.script = roles
    aws.set_variable("AWS_MAX_ATTEMPTS", "2")
    return roles


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds of each pause between attempts; the tests do not really wait."""
    seconds: list[float] = []
    without_waiting = partial(create.wait_until_assumable, pause=seconds.append)
    monkeypatch.setattr(create, "wait_until_assumable", without_waiting)
    return seconds


def trust_of(iam: IamRoles, name: str = "my-iam-role") -> Any:
    return json.loads(iam.roles[name]["AssumeRolePolicyDocument"])


def changes(aws) -> list[str]:
    return [action for action in aws.stub.actions if action in CHANGES]


# A new role.


def test_default_trusts_the_caller(aws, iam) -> None:
    """By default the role trusts only the calling user. Three calls are made."""
    done = aws(*CREATE)

    assert done.code == 0, done.err
    assert aws.stub.actions == [*READS, "CreateRole"]
    assert trust_of(iam)["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}
    ]
    assert json.loads(done.out)["Role"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/my-iam-role"
    assert done.err.endswith("To assume it: aws assume --role-name my-iam-role\n")


def test_requests_are_shown_first(aws, iam) -> None:
    """stderr shows the requests, even if IAM denies the first one."""
    iam.errors["CreateRole"] = DENIED
    done = aws(*ALL)

    shown = json.JSONDecoder().raw_decode(done.err)[0]["Requests"]
    assert [one["Operation"] for one in shown] == WRITES
    assert shown[0]["Parameters"]["AssumeRolePolicyDocument"]["Statement"]
    assert (done.code, done.out) == (255, "")
    assert "AccessDenied" in done.err
    assert "Nobody knows" not in done.err
    assert changes(aws) == ["CreateRole"]


def test_every_option_reaches_iam(aws, iam) -> None:
    """The parameters of CreateRole have the values of the options."""
    done = aws(
        *CREATE, "--path", "team/dev", "--description", "for tests", "--tags",
        "Key=team,Value=blue", "--max-session-duration", "7200", "--permissions-boundary", OTHER,
        "--require-mfa", "--external-id", "p42",
    )  # fmt: skip

    assert done.code == 0, done.err
    role = iam.roles["my-iam-role"]
    assert role["Path"] == "/team/dev/"
    assert (role["Description"], role["MaxSessionDuration"]) == ("for tests", "7200")
    assert role["PermissionsBoundary"] == OTHER
    assert (role["Tags.member.1.Key"], role["Tags.member.1.Value"]) == ("team", "blue")
    assert trust_of(iam)["Statement"][0]["Condition"] == {
        "StringEquals": {"sts:ExternalId": "p42"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }
    assert "aws assume --role-name team/dev/my-iam-role --external-id p42\n" in done.err


def test_policies_are_added_after_the_role(aws, iam) -> None:
    """The role comes first, then its inline policy, then its managed policies, each once."""
    done = aws(*ALL)

    assert done.code == 0, done.err
    assert aws.stub.actions == [*READS, *WRITES]
    role = iam.roles["my-iam-role"]
    assert json.loads(role["inline"]["my-iam-role"]) == json.loads(INLINE)
    assert role["attached"] == [READ, OTHER]


def test_generated_external_ids_are_random_and_printed(aws, iam) -> None:
    """Each has 128 bits, is in the trust policy, and is printed."""
    found = []
    for name in ("first", "second"):
        done = aws("assume", "create-role", "--role-name", name, "--external-id", "generate")
        found.append(re.search(r"The external ID is ([0-9a-f]{32})\.", done.err)[1])
        condition = trust_of(iam, name)["Statement"][0]["Condition"]
        assert condition == {"StringEquals": {"sts:ExternalId": found[-1]}}

    assert found[0] != found[1]


def test_a_role_session_trusts_the_role_behind_it(aws, iam) -> None:
    """`me` is the role of a session, with the path that IAM returns."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
    done = aws(*CREATE)

    assert done.code == 0, done.err
    principal = trust_of(iam)["Statement"][0]["Principal"]
    assert principal == {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/dev"}


def test_the_path_of_a_session_role_is_not_guessed(aws, iam) -> None:
    """Without iam:GetRole the path is unknown. The error suggests --trust."""
    iam.errors["GetRole"] = DENIED
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
    done = aws(*CREATE)

    assert done.code == 255
    assert f"--trust arn:aws:iam::{ACCOUNT}:role/PATH/dev" in done.err
    assert changes(aws) == []


def test_the_root_user_stands_for_its_account(aws, iam) -> None:
    """`me` is the account, if the caller is the root user."""
    aws.stub.caller = f"arn:aws:iam::{ACCOUNT}:root"

    assert aws(*CREATE).code == 0
    assert trust_of(iam)["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_partition_is_that_of_the_caller(aws, iam) -> None:
    """ARNs in the trust policy are in the caller's partition; others are rejected."""
    aws.stub.caller = f"arn:aws-cn:iam::{ACCOUNT}:user/alice"
    done = aws(*CREATE, "--trust", "account", "oidc:example.com:x")
    wrong = aws("assume", "create-role", "--role-name", "other", "--trust", ALICE)

    assert done.code == 0, done.err
    first, second = trust_of(iam)["Statement"]
    assert first["Principal"] == {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}
    assert second["Principal"]["Federated"].startswith("arn:aws-cn:iam::")
    assert wrong.code == 255
    assert "partition aws-cn" in wrong.err
    assert changes(aws) == ["CreateRole"]


def test_trust_can_be_repeated(aws, iam) -> None:
    """The values of two --trust options are combined."""
    done = aws(*CREATE, "--trust", "me", "--trust", "service:ec2.amazonaws.com")

    assert done.code == 0, done.err
    kinds = [list(one["Principal"]) for one in trust_of(iam)["Statement"]]
    assert kinds == [["AWS"], ["Service"]]


# Nothing is created.


def test_dry_run_changes_nothing(aws, iam) -> None:
    """The requests go to stdout through --query, and only two calls are made."""
    done = aws(*ALL, "--dry-run", "--external-id", "generate", "--query", "Requests[].Operation")

    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == WRITES
    assert aws.stub.actions == READS


@pytest.mark.parametrize(
    "options",
    [
        ("--trust", "service:ec2.amazonaws.com", "--require-mfa"),
        ("--trust", "oidc:example.com:x", "--external-id", "p42"),
        ("--trust", "service:ec2.amazonaws.com", "--wait"),
        ("--require-mfa", "--wait"),
        ("--trust", "*"),
        ("--policy-arn", "ReadOnlyAccess"),
        ("--inline-policy", "{"),
        ("--max-session-duration", "60"),
        ("--role-name", "a/b", "--path", "/c/"),
    ],
    ids=" ".join,
)
def test_invalid_options_make_no_call(aws, iam, options: tuple[str, ...]) -> None:
    """Invalid options are rejected before any call."""
    done = aws(*CREATE, *options)

    assert (done.code, done.out) == (255, "")
    assert aws.stub.actions == []


def test_the_root_user_cannot_wait(aws, iam) -> None:
    """The root user cannot assume roles."""
    aws.stub.caller = f"arn:aws:iam::{ACCOUNT}:root"

    done = aws(*CREATE, "--wait")

    assert done.code == 255
    assert "the account root user, which cannot assume roles" in done.err
    assert changes(aws) == []


def test_wait_needs_a_role_that_trusts_the_caller(aws, iam) -> None:
    """The error comes after GetCallerIdentity and before CreateRole."""
    done = aws(*CREATE, "--trust", f"arn:aws:iam::{ACCOUNT}:user/bob", "--wait")

    assert done.code == 255
    assert f"as the caller, {ALICE}, but --trust does not allow" in done.err
    assert changes(aws) == []


@pytest.mark.parametrize("terms", [["me"], [DEV], [DEV, f"arn:aws:iam::{ACCOUNT}:role/x"]])
def test_mfa_for_role_sessions_only_is_rejected(aws, iam, terms: list[str]) -> None:
    """Role sessions have no MFA, so nobody could assume the role."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = SESSION
    done = aws(*CREATE, "--trust", *terms, "--require-mfa")

    assert done.code == 255
    assert f"--require-mfa is a condition that {DEV} can't meet" in done.err
    assert changes(aws) == []


def test_mfa_for_role_sessions_and_others_is_a_warning(aws, iam) -> None:
    """The role is created, and no command to assume it is printed for the session."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = SESSION
    done = aws(*CREATE, "--trust", "me", "account", "--require-mfa")

    assert done.code == 0
    assert f"[WARNING]: {DEV} can't assume the role" in done.err
    assert "To assume it" not in done.err


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_missing_oidc_provider_is_a_warning(aws, iam, options: tuple[str, ...]) -> None:
    """The role is created, and the warning has the command that creates the provider."""
    done = aws(*CREATE, "--trust", f"oidc:{GITHUB}:repo:org/*", "--profile", "default", *options)

    assert done.code == 0
    assert f"the account has no OIDC provider {GITHUB}" in done.err
    assert (
        f"aws iam create-open-id-connect-provider --url https://{GITHUB} "
        "--client-id-list sts.amazonaws.com --profile default\n"
    ) in done.err


def test_an_existing_or_unknown_oidc_provider_is_no_warning(aws, iam) -> None:
    """There is one call per provider, and no warning if the provider exists or the call fails."""
    words = ("--trust", f"oidc:{GITHUB}:repo:org/*", f"oidc:{GITHUB}:repo:other/*", "--dry-run")
    iam.providers.add(GITHUB)
    found = aws(*CREATE, *words)
    iam.providers.clear()
    iam.errors["GetOpenIDConnectProvider"] = DENIED
    failed = aws(*CREATE, *words)

    assert [(found.code, found.err), (failed.code, failed.err)] == [(0, ""), (0, "")]
    assert aws.stub.actions == [*READS, "GetOpenIDConnectProvider"] * 2


# An existing role.


def test_an_existing_role_is_never_changed(aws, iam) -> None:
    """The differences are printed, the exit code is 1, and no call changes the role."""
    assert aws(*ALL).code == 0
    since = len(aws.stub.requests)
    done = aws(*CREATE, "--trust", "account", "--max-session-duration", "7200")

    assert done.code == 1
    rows = {row["Item"]: row for row in json.loads(done.out)["Differences"]}
    assert set(rows) == {"TrustPolicy", "MaxSessionDuration", "ManagedPolicies", "InlinePolicies"}
    assert (rows["MaxSessionDuration"]["Existing"], rows["MaxSessionDuration"]["Wanted"]) == (
        3600, 7200,
    )  # fmt: skip
    assert "never changed" in done.err
    assert not {*aws.stub.actions[since:]} & {*CHANGES}


def test_creating_the_same_role_again_is_no_error(aws, iam) -> None:
    """A role without differences is printed, and the exit code is 0."""
    first, second = aws(*ALL), aws(*ALL)

    assert (first.code, second.code) == (0, 0), second.err
    assert json.loads(second.out) == json.loads(first.out)
    assert changes(aws) == WRITES


def test_generate_reuses_the_external_id_of_the_role(aws, iam) -> None:
    """The second run prints the external ID of the first, and generates no other."""
    words = (*CREATE, "--external-id", "generate")
    first, second = aws(*words), aws(*words, "--dry-run")
    line = re.search(r"The external ID is [0-9a-f]{32}\..*\n", first.err)[0]

    assert (second.code, json.loads(second.out)) == (0, json.loads(first.out))
    assert second.err.endswith(line)
    assert changes(aws) == ["CreateRole"]


def test_generate_does_not_hide_a_difference(aws, iam) -> None:
    """A role without an external ID differs, and so does one with another trust policy."""
    aws(*CREATE)
    none = aws(*CREATE, "--external-id", "generate")
    words = ("assume", "create-role", "--role-name", "other", "--external-id", "generate")
    aws(*words)
    wider = aws(*words, "--trust", "account")

    for done in (none, wider):
        assert done.code == 1
        assert [one["Item"] for one in json.loads(done.out)["Differences"]] == ["TrustPolicy"]
        assert "The external ID is" not in done.err


def test_unreadable_policies_are_a_difference(aws, iam) -> None:
    """Policies that the caller may not list are shown as unknown."""
    aws(*ALL)
    iam.errors["ListRolePolicies"] = DENIED
    done = aws(*ALL)

    assert done.code == 1
    assert [(row["Item"], row["Existing"]) for row in json.loads(done.out)["Differences"]] == [
        ("InlinePolicies", "(unknown)")
    ]


def test_iam_rejects_a_second_role(aws, iam) -> None:
    """Without iam:GetRole, CreateRole fails because the name is taken, and nothing is undone."""
    aws(*CREATE)
    iam.errors["GetRole"] = DENIED
    done = aws(*ALL)

    assert done.code == 255
    assert "EntityAlreadyExists" in done.err
    # The log of the driver repeats the error.
    assert done.err.count("An existing role is never changed") == 1
    assert changes(aws) == ["CreateRole", "CreateRole"]
    assert "my-iam-role" in iam.roles
    assert "Deleted again" not in done.err


# A request that fails.

UNDO = {
    "PutRolePolicy": ["DeleteRolePolicy", "DeleteRole"],
    "AttachRolePolicy": ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"],
}


@pytest.mark.parametrize("lost", [False, True], ids=["rejected", "response lost"])
@pytest.mark.parametrize("step", UNDO)
def test_a_failed_request_undoes_the_earlier_ones(aws, iam, step: str, lost: bool) -> None:
    """No role is left, even if the response of the failed request is lost."""
    failure = refusal(500 if lost else 400, "ServiceFailure" if lost else "LimitExceeded", "no")
    (iam.lost if lost else iam.errors)[step] = failure
    done = aws(*CREATE, "--inline-policy", INLINE, "--policy-arn", READ)

    assert (done.code, done.out) == (255, "")
    assert iam.roles == {}
    back = [action for action in changes(aws) if action.startswith("De")]
    # IAM did not carry out a request that it rejected.
    assert back == UNDO[step][0 if lost else 1 :]
    assert changes(aws).count("CreateRole") == 1
    assert "Deleted again: the role my-iam-role\n" in done.err
    assert failure[2].partition("<Code>")[2].partition("<")[0] in done.err


def test_a_denied_attachment_is_not_detached(aws, iam) -> None:
    """A denied request is not undone, and the role is deleted."""
    iam.errors.update(AttachRolePolicy=DENIED, DetachRolePolicy=DENIED)
    done = aws(*CREATE, "--policy-arn", READ)

    assert done.code == 255
    assert iam.roles == {}
    assert changes(aws) == ["CreateRole", "AttachRolePolicy", "DeleteRole"]
    assert done.err.count("Deleted again") == 1
    assert "Not everything" not in done.err


def test_the_role_is_deleted_even_if_detaching_fails(aws, iam) -> None:
    """DeleteRole is called although DetachRolePolicy was denied."""
    iam.errors["AttachRolePolicy"] = refusal(500, "ServiceFailure", "no")
    iam.errors["DetachRolePolicy"] = DENIED
    done = aws(*CREATE, "--policy-arn", READ)

    assert done.code == 255
    assert iam.roles == {}
    assert "Deleted again: the role my-iam-role\n" in done.err
    assert "Not everything" not in done.err


def test_a_failed_attachment_undoes_the_earlier_ones(aws, iam) -> None:
    """If the second managed policy fails, the first one is detached."""

    def second_missing(parameters: dict[str, str]) -> Any:
        is_it = parameters["Action"] == "AttachRolePolicy" and parameters["PolicyArn"] == OTHER
        # IAM API reference, "AttachRolePolicy", Errors.
        missing = refusal(404, "NoSuchEntity", f"Policy {OTHER} does not exist.")
        return missing if is_it else iam(parameters)

    aws.stub.script = second_missing
    done = aws(*ALL)

    assert done.code == 255
    assert iam.roles == {}
    assert f"Deleted again: the policy {READ}\n" in done.err
    assert "aws iam list-policies" in done.err


@pytest.mark.parametrize("kind", ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"])
def test_commands_undo_the_rest(aws, iam, kind: str) -> None:
    """The commands that remove the rest are printed in order, with the --profile of the run."""

    def script(parameters: dict[str, str]) -> Any:
        is_second = parameters.get("PolicyArn") == OTHER
        if parameters["Action"] == "AttachRolePolicy" and is_second:
            return DENIED
        return iam(parameters)

    aws.stub.script = script
    iam.errors[kind] = DENIED
    done = aws(*ALL, "--profile", "default")

    commands = re.findall(r"^  (aws iam .+)$", done.err, re.MULTILINE)
    undo = {
        "DetachRolePolicy": f"detach-role-policy --role-name my-iam-role --policy-arn {READ}",
        "DeleteRolePolicy": (
            "delete-role-policy --role-name my-iam-role --policy-name my-iam-role"
        ),
        "DeleteRole": "delete-role --role-name my-iam-role",
    }
    assert done.code == 255
    assert "Not everything could be deleted again" in done.err
    assert changes(aws)[-1] == "DeleteRole"
    assert f"aws iam {undo[kind]} --profile default" in commands
    assert commands[-1] == f"aws iam {undo['DeleteRole']} --profile default"
    assert "my-iam-role" in iam.roles


def test_create_role_is_not_retried(aws, iam) -> None:
    """If its response is lost, the role may be that of another run, so it is not deleted."""
    iam.lost["CreateRole"] = refusal(500, "ServiceFailure", "no")
    done = aws(*ALL)

    assert done.code == 255
    assert changes(aws) == ["CreateRole"]
    assert "IAM did not respond, so the role may exist" in done.err
    assert "  aws iam delete-role --role-name my-iam-role\n" in done.err


def test_the_signed_request_is_removed_from_an_error(aws, iam) -> None:
    """SignatureDoesNotMatch quotes the request with its session token, which is not printed."""
    # IAM User Guide, "Troubleshoot signed requests".
    quoted = f"The signature does not match. The Canonical String for this request {TOKEN}"
    iam.errors["CreateRole"] = refusal(403, "SignatureDoesNotMatch", quoted)
    done = aws(*CREATE, "--debug")

    assert done.code == 255
    assert "The signature does not match." in done.err
    assert TOKEN not in done.out + done.err


# --wait.


def test_wait_ends_when_sts_grants_the_role(aws, iam, pauses) -> None:
    """AssumeRole is retried with the external ID, and no credentials are printed."""
    responses = [DENIED, DENIED, None]

    def script(parameters: dict[str, str]) -> Any:
        return responses.pop(0) if parameters["Action"] == "AssumeRole" else iam(parameters)

    aws.stub.script = script
    done = aws(*CREATE, "--external-id", "p42", "--wait", "--debug")

    assert done.code == 0, done.err
    assert pauses == [1.0, 2.0]
    tries = [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]
    assert [one["ExternalId"] for one in tries] == ["p42"] * 3
    assert "The caller can assume arn:aws:iam" in done.err
    assert SECRET not in done.out + done.err
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize(
    ("caller", "term"),
    [(ALICE, ALICE), (ALICE, ROOT), (SESSION, DEV), (SESSION, SESSION)],
    ids=["user", "account", "role", "session"],
)
def test_wait_works_if_trust_has_an_arn_of_the_caller(
    aws, iam, pauses, caller: str, term: str
) -> None:
    """The ARN of the caller, its role or its account is as good as `me`."""
    aws.stub.caller = caller
    done = aws(*CREATE, "--trust", term, "--wait")

    assert done.code == 0, done.err
    assert "The caller can assume arn:aws:iam" in done.err
    assert "To assume it: aws assume" in done.err


def test_wait_ends_after_a_minute(aws, iam, pauses) -> None:
    """The exit code is 1. The role is kept and printed."""
    iam.errors["AssumeRole"] = DENIED
    done = aws(*CREATE, "--wait")

    assert done.code == 1
    assert sum(pauses) == 60
    assert json.loads(done.out)["Role"]["RoleName"] == "my-iam-role"
    assert "can't assume it after a minute" in done.err
    assert "my-iam-role" in iam.roles


def test_wait_ends_with_another_error(aws, iam, pauses) -> None:
    """Only AccessDenied is retried."""
    # AWS STS API reference, "AssumeRole", Errors.
    iam.errors["AssumeRole"] = refusal(403, "RegionDisabledException", "no")
    done = aws(*CREATE, "--wait")

    assert (done.code, pauses) == (255, [])
    assert "RegionDisabledException" in done.err
