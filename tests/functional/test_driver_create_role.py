"""`aws assume create-role` in the CLI's own driver, against a scripted IAM and STS."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from awscli_assume.aws.sts import wait_until_assumable as trying
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
LOOKS = ["GetCallerIdentity", "GetRole"]
MADE = ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "AttachRolePolicy"]
# IAM API reference, "Common Errors".
DENIED = refusal(403, "AccessDenied", "User is not authorized")


@pytest.fixture
def iam(aws) -> IamRoles:
    """Return the IAM that the driver talks to."""
    roles = IamRoles()
    aws.stub.script = roles
    aws.set_variable("AWS_MAX_ATTEMPTS", "2")
    return roles


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long was waited, without waiting."""
    found: list[float] = []
    monkeypatch.setattr(trying.wait_until_assumable, "__defaults__", (None, found.append))
    return found


def trust_of(iam: IamRoles, name: str = "my-iam-role") -> Any:
    return json.loads(iam.roles[name]["AssumeRolePolicyDocument"])


def changes(aws) -> list[str]:
    return [action for action in aws.stub.actions if action in CHANGES]


# What is made.


def test_a_role_for_the_caller_is_one_line(aws, iam) -> None:
    """The default trusts the calling user and nobody else, in three calls."""
    done = aws(*CREATE)

    assert done.code == 0, done.err
    assert aws.stub.actions == [*LOOKS, "CreateRole"]
    assert trust_of(iam)["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}
    ]
    assert json.loads(done.out)["Role"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/my-iam-role"
    assert done.err.endswith("To assume it: aws assume --role-name my-iam-role\n")


def test_the_documents_are_shown_before_the_first_change(aws, iam) -> None:
    """What IAM is asked stands on stderr also where it refuses."""
    iam.refused["CreateRole"] = DENIED
    done = aws(*ALL)

    shown = json.JSONDecoder().raw_decode(done.err)[0]["Requests"]
    assert [one["Operation"] for one in shown] == MADE
    assert shown[0]["Parameters"]["AssumeRolePolicyDocument"]["Statement"]
    assert (done.code, done.out) == (255, "")
    assert "AccessDenied" in done.err
    assert "Nobody knows" not in done.err
    assert changes(aws) == ["CreateRole"]


def test_every_option_reaches_iam(aws, iam) -> None:
    """The role's own parameters are sent as they were given."""
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


def test_permissions_come_after_the_role(aws, iam) -> None:
    """The role is made first, then its inline policy, then its managed ones, each once."""
    done = aws(*ALL)

    assert done.code == 0, done.err
    assert aws.stub.actions == [*LOOKS, *MADE]
    role = iam.roles["my-iam-role"]
    assert json.loads(role["inline"]["my-iam-role"]) == json.loads(INLINE)
    assert role["attached"] == [READ, OTHER]


def test_generated_external_ids_are_random_and_printed(aws, iam) -> None:
    """Each has 128 bits, is in the trust policy, and is told."""
    found = []
    for name in ("first", "second"):
        done = aws("assume", "create-role", "--role-name", name, "--external-id", "generate")
        found.append(re.search(r"The external ID is ([0-9a-f]{32})\.", done.err)[1])
        condition = trust_of(iam, name)["Statement"][0]["Condition"]
        assert condition == {"StringEquals": {"sts:ExternalId": found[-1]}}

    assert found[0] != found[1]


def test_a_role_session_trusts_the_role_behind_it(aws, iam) -> None:
    """`me` of a session is its role with the path that IAM knows."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
    done = aws(*CREATE)

    assert done.code == 0, done.err
    principal = trust_of(iam)["Statement"][0]["Principal"]
    assert principal == {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/dev"}


def test_a_session_whose_role_nobody_tells_is_not_guessed(aws, iam) -> None:
    """Without iam:GetRole the path is not known: nothing is made, and the way out is told."""
    iam.refused["GetRole"] = DENIED
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
    done = aws(*CREATE)

    assert done.code == 255
    assert f"--trust arn:aws:iam::{ACCOUNT}:role/PATH/dev" in done.err
    assert changes(aws) == []


def test_root_is_its_account(aws, iam) -> None:
    """`me` of the root user is the account."""
    aws.stub.caller = f"arn:aws:iam::{ACCOUNT}:root"

    assert aws(*CREATE).code == 0
    assert trust_of(iam)["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_partition_is_the_callers(aws, iam) -> None:
    """An ARN that is made here is of the caller's partition; one of another is refused."""
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


def test_terms_may_be_repeated(aws, iam) -> None:
    """--trust given twice drops none of both."""
    done = aws(*CREATE, "--trust", "me", "--trust", "service:ec2.amazonaws.com")

    assert done.code == 0, done.err
    kinds = [list(one["Principal"]) for one in trust_of(iam)["Statement"]]
    assert kinds == [["AWS"], ["Service"]]


# What is not made.


def test_dry_run_changes_nothing(aws, iam) -> None:
    """The documents go to stdout, by --query too, and only two questions are asked."""
    done = aws(*ALL, "--dry-run", "--external-id", "generate", "--query", "Requests[].Operation")

    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == MADE
    assert aws.stub.actions == LOOKS


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
def test_wrong_options_call_nothing(aws, iam, options: tuple[str, ...]) -> None:
    """What can't be is refused before anything is asked."""
    done = aws(*CREATE, *options)

    assert (done.code, done.out) == (255, "")
    assert aws.stub.actions == []


def test_root_can_not_wait(aws, iam) -> None:
    """The root user can assume no role, so waiting for it would be in vain."""
    aws.stub.caller = f"arn:aws:iam::{ACCOUNT}:root"

    assert aws(*CREATE, "--wait").code == 255
    assert changes(aws) == []


def test_waiting_for_others_is_refused_before_anything_is_made(aws, iam) -> None:
    """Whom --trust names is known only when it is known who is calling."""
    done = aws(*CREATE, "--trust", f"arn:aws:iam::{ACCOUNT}:user/bob", "--wait")

    assert done.code == 255
    assert f"as the caller, {ALICE}, whom --trust does not name" in done.err
    assert changes(aws) == []


@pytest.mark.parametrize("terms", [["me"], [DEV], [DEV, f"arn:aws:iam::{ACCOUNT}:role/x"]])
def test_mfa_is_not_asked_of_sessions_alone(aws, iam, terms: list[str]) -> None:
    """A session of a role carries no MFA: the role would be nobody's, and is not made."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = SESSION
    done = aws(*CREATE, "--trust", *terms, "--require-mfa")

    assert done.code == 255
    assert f"--require-mfa is a condition that {DEV} can't meet" in done.err
    assert changes(aws) == []


def test_sessions_beside_others_are_warned_of_where_mfa_is_asked_for(aws, iam) -> None:
    """The role is made for those who can bring it, and the line to assume it is left out."""
    iam.roles["dev"] = {"Path": "/team/", "AssumeRolePolicyDocument": "{}"}
    aws.stub.caller = SESSION
    done = aws(*CREATE, "--trust", "me", "account", "--require-mfa")

    assert done.code == 0
    assert f"[WARNING]: {DEV} can't assume the role" in done.err
    assert "To assume it" not in done.err


GITHUB = "token.actions.githubusercontent.com"


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_provider_that_the_account_lacks_is_warned_of(
    aws, iam, options: tuple[str, ...]
) -> None:
    """The role is made all the same, and the command that makes the provider is told."""
    done = aws(*CREATE, "--trust", f"oidc:{GITHUB}:repo:org/*", "--profile", "default", *options)

    assert done.code == 0
    assert f"the account has no OIDC provider {GITHUB}" in done.err
    assert (
        f"aws iam create-open-id-connect-provider --url https://{GITHUB} "
        "--client-id-list sts.amazonaws.com --profile default\n"
    ) in done.err


def test_a_provider_that_is_there_or_not_told_is_not_warned_of(aws, iam) -> None:
    """The one call brings no warning where it finds the provider, and none where it fails."""
    words = ("--trust", f"oidc:{GITHUB}:repo:org/*", f"oidc:{GITHUB}:repo:other/*", "--dry-run")
    iam.providers.add(GITHUB)
    found = aws(*CREATE, *words)
    iam.providers.clear()
    iam.refused["GetOpenIDConnectProvider"] = DENIED
    refused = aws(*CREATE, *words)

    assert [(found.code, found.err), (refused.code, refused.err)] == [(0, ""), (0, "")]
    assert aws.stub.actions == [*LOOKS, "GetOpenIDConnectProvider"] * 2


# An existing role.


def test_an_existing_role_is_never_changed(aws, iam) -> None:
    """The difference is printed, the exit code is 1, and no call changes anything."""
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


def test_the_same_again_is_no_error(aws, iam) -> None:
    """A role that is as asked for is printed, with 0: a script may run twice."""
    first, second = aws(*ALL), aws(*ALL)

    assert (first.code, second.code) == (0, 0), second.err
    assert json.loads(second.out) == json.loads(first.out)
    assert changes(aws) == MADE


def test_generate_again_is_the_external_id_that_is_there(aws, iam) -> None:
    """A script may run twice: the second run makes no other, and tells the one of the first."""
    words = (*CREATE, "--external-id", "generate")
    first, second = aws(*words), aws(*words, "--dry-run")
    line = re.search(r"The external ID is [0-9a-f]{32}\..*\n", first.err)[0]

    assert (second.code, json.loads(second.out)) == (0, json.loads(first.out))
    assert second.err.endswith(line)
    assert changes(aws) == ["CreateRole"]


def test_generate_is_a_difference_where_no_external_id_is_asked_for(aws, iam) -> None:
    """A role without one is not as asked for, nor is one that differs in something else."""
    aws(*CREATE)
    none = aws(*CREATE, "--external-id", "generate")
    words = ("assume", "create-role", "--role-name", "other", "--external-id", "generate")
    aws(*words)
    wider = aws(*words, "--trust", "account")

    for done in (none, wider):
        assert done.code == 1
        assert [one["Item"] for one in json.loads(done.out)["Differences"]] == ["TrustPolicy"]
        assert "The external ID is" not in done.err


def test_what_can_not_be_read_is_a_difference(aws, iam) -> None:
    """Policies that the caller may not list are shown as unknown, never taken for equal."""
    aws(*ALL)
    iam.refused["ListRolePolicies"] = DENIED
    done = aws(*ALL)

    assert done.code == 1
    assert [(row["Item"], row["Existing"]) for row in json.loads(done.out)["Differences"]] == [
        ("InlinePolicies", "(unknown)")
    ]


def test_iam_itself_refuses_a_second_role(aws, iam) -> None:
    """Where the caller may not look, CreateRole says that the name is taken; nothing follows."""
    aws(*CREATE)
    iam.refused["GetRole"] = DENIED
    done = aws(*ALL)

    assert done.code == 255
    assert "EntityAlreadyExists" in done.err
    # The log of the driver repeats the error.
    assert done.err.count("A role that is there is never changed") == 1
    assert changes(aws) == ["CreateRole", "CreateRole"]
    assert "my-iam-role" in iam.roles
    assert "Deleted again" not in done.err


# A step that fails.

_BACK = {
    "PutRolePolicy": ["DeleteRolePolicy", "DeleteRole"],
    "AttachRolePolicy": ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"],
}


@pytest.mark.parametrize("lost", [False, True], ids=["refused", "answer lost"])
@pytest.mark.parametrize("step", _BACK)
def test_a_failed_step_takes_back_all_before_it(aws, iam, step: str, lost: bool) -> None:
    """Nothing is left of a role that could not be finished, also where an answer was lost."""
    failure = refusal(500 if lost else 400, "ServiceFailure" if lost else "LimitExceeded", "no")
    (iam.lost if lost else iam.refused)[step] = failure
    done = aws(*CREATE, "--inline-policy", INLINE, "--policy-arn", READ)

    assert (done.code, done.out) == (255, "")
    assert iam.roles == {}
    back = [action for action in changes(aws) if action.startswith("De")]
    # What was plainly refused was not done.
    assert back == _BACK[step][0 if lost else 1 :]
    assert changes(aws).count("CreateRole") == 1
    assert "Deleted again: the role my-iam-role\n" in done.err
    assert failure[2].partition("<Code>")[2].partition("<")[0] in done.err


def test_a_caller_who_may_attach_and_detach_nothing_leaves_no_role(aws, iam) -> None:
    """A step that was plainly refused is not undone, and does not keep the role."""
    iam.refused.update(AttachRolePolicy=DENIED, DetachRolePolicy=DENIED)
    done = aws(*CREATE, "--policy-arn", READ)

    assert done.code == 255
    assert iam.roles == {}
    assert changes(aws) == ["CreateRole", "AttachRolePolicy", "DeleteRole"]
    assert done.err.count("Deleted again") == 1
    assert "Not everything" not in done.err


def test_deleting_the_role_is_always_tried(aws, iam) -> None:
    """Where a policy may be there and can't be detached, IAM says whether it is."""
    iam.refused["AttachRolePolicy"] = refusal(500, "ServiceFailure", "no")
    iam.refused["DetachRolePolicy"] = DENIED
    done = aws(*CREATE, "--policy-arn", READ)

    assert done.code == 255
    assert iam.roles == {}
    assert "Deleted again: the role my-iam-role\n" in done.err
    assert "Not everything" not in done.err


def test_a_later_attachment_takes_back_the_earlier_ones(aws, iam) -> None:
    """The second managed policy fails: the first is detached too."""

    def second_refused(parameters: dict[str, str]) -> Any:
        is_it = parameters["Action"] == "AttachRolePolicy" and parameters["PolicyArn"] == OTHER
        # IAM API reference, "AttachRolePolicy", Errors.
        missing = refusal(404, "NoSuchEntity", f"Policy {OTHER} does not exist.")
        return missing if is_it else iam(parameters)

    aws.stub.script = second_refused
    done = aws(*ALL)

    assert done.code == 255
    assert iam.roles == {}
    assert f"Deleted again: the policy {READ}\n" in done.err
    assert "aws iam list-policies" in done.err


@pytest.mark.parametrize("kind", ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"])
def test_what_can_not_be_taken_back_is_told_as_commands(aws, iam, kind: str) -> None:
    """The commands that remove the rest stand there in order, with the profile of the run."""

    def script(parameters: dict[str, str]) -> Any:
        is_second = parameters.get("PolicyArn") == OTHER
        if parameters["Action"] == "AttachRolePolicy" and is_second:
            return DENIED
        return iam(parameters)

    aws.stub.script = script
    iam.refused[kind] = DENIED
    done = aws(*ALL, "--profile", "default")

    commands = re.findall(r"^  (aws iam .+)$", done.err, re.MULTILINE)
    profile_pair = {
        "DetachRolePolicy": f"detach-role-policy --role-name my-iam-role --policy-arn {READ}",
        "DeleteRolePolicy": (
            "delete-role-policy --role-name my-iam-role --policy-name my-iam-role"
        ),
        "DeleteRole": "delete-role --role-name my-iam-role",
    }
    assert done.code == 255
    assert "Not everything could be deleted again" in done.err
    assert changes(aws)[-1] == "DeleteRole"
    assert f"aws iam {profile_pair[kind]} --profile default" in commands
    assert commands[-1] == f"aws iam {profile_pair['DeleteRole']} --profile default"
    assert "my-iam-role" in iam.roles


def test_a_lost_answer_of_create_role_is_not_sent_again(aws, iam) -> None:
    """Nobody knows whose role it is: it is asked for once, left alone, and told."""
    iam.lost["CreateRole"] = refusal(500, "ServiceFailure", "no")
    done = aws(*ALL)

    assert done.code == 255
    assert changes(aws) == ["CreateRole"]
    assert "IAM did not respond, so the role may exist" in done.err
    assert "  aws iam delete-role --role-name my-iam-role\n" in done.err


def test_a_refusal_that_quotes_the_request_is_cut(aws, iam) -> None:
    """What IAM quotes of the signed request holds the session token, and is not printed."""
    # IAM User Guide, "Troubleshoot signed requests".
    quoted = f"The signature does not match. The Canonical String for this request {TOKEN}"
    iam.refused["CreateRole"] = refusal(403, "SignatureDoesNotMatch", quoted)
    done = aws(*CREATE, "--debug")

    assert done.code == 255
    assert "The signature does not match." in done.err
    assert TOKEN not in done.out + done.err


# Waiting.


def test_waiting_ends_with_the_first_grant(aws, iam, pauses) -> None:
    """AssumeRole is tried until it is granted, with the external ID; no credential is shown."""
    answers = [DENIED, DENIED, None]

    def script(parameters: dict[str, str]) -> Any:
        return answers.pop(0) if parameters["Action"] == "AssumeRole" else iam(parameters)

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
def test_waiting_goes_where_the_caller_is_named_by_arn(
    aws, iam, pauses, caller: str, term: str
) -> None:
    """The caller's own ARN, their account's and their role's name the caller as `me` does."""
    aws.stub.caller = caller
    done = aws(*CREATE, "--trust", term, "--wait")

    assert done.code == 0, done.err
    assert "The caller can assume arn:aws:iam" in done.err
    assert "To assume it: aws assume" in done.err


def test_waiting_is_bounded_and_keeps_the_role(aws, iam, pauses) -> None:
    """After a minute it ends with 1; the role stays, and is printed."""
    iam.refused["AssumeRole"] = DENIED
    done = aws(*CREATE, "--wait")

    assert done.code == 1
    assert sum(pauses) == 60
    assert json.loads(done.out)["Role"]["RoleName"] == "my-iam-role"
    assert "can't assume it after a minute" in done.err
    assert "my-iam-role" in iam.roles


def test_another_refusal_ends_the_waiting(aws, iam, pauses) -> None:
    """What time does not mend is raised at once."""
    # AWS STS API reference, "AssumeRole", Errors.
    iam.refused["AssumeRole"] = refusal(403, "RegionDisabledException", "no")
    done = aws(*CREATE, "--wait")

    assert (done.code, pauses) == (255, [])
    assert "RegionDisabledException" in done.err
