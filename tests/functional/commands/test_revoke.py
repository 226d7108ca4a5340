"""`aws assume revoke` in the CLI's own driver: what it revokes, who signs, and what it refuses."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, timezone
from io import StringIO
from typing import Any, Iterator

import pytest

from awscli_assume.host.environment import Environment, Terminal
from awscli_assume.model.credentials import format_time
from support.environment import NOW
from support.sts_stub import ACCOUNT, OTHER_ACCOUNT, ROLE_ARN, query_answer, refusal

SSO_PATH = "role/aws-reserved/sso.amazonaws.com"
SSO_ROLE = f"arn:aws:iam::{ACCOUNT}:{SSO_PATH}/AWSReservedSSO_Reader_0123456789abcdef"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
OTHER_KEY = "AKIABOBBOBBOBBOBBOB1"


@pytest.fixture(autouse=True)
def _iam(aws: Any) -> None:
    """Let IAM accept each call; its callers are in the account of the role."""
    aws.add_config("[profile other]\nregion = us-east-1\n")
    aws.add_key("other", OTHER_KEY, "BobSecretBobSecretBobSecretBobSecret1234")
    names = "<IsTruncated>false</IsTruncated><PolicyNames><member>{}</member></PolicyNames>"
    policies = names.format("AWSRevokeOlderSessions</member><member>mine</member><member>"
                            "AWSRevokeOlderSessions-s1")  # fmt: skip

    def answer(parameters: dict[str, str]) -> Any:
        is_iam = parameters.get("Version") == "2010-05-08"
        return query_answer(parameters["Action"], policies) if is_iam else None

    aws.stub.script = answer


def changes(aws: Any) -> list[tuple[str, str, str]]:
    """Return the operation, the policy and the signer of each call that changes a role."""
    return [
        (request["Action"], request["PolicyName"], signer)
        for request, signer in zip(aws.stub.requests, aws.signers())
        if "PolicyName" in request
    ]


def run(aws: Any, *words: str) -> Any:
    done = aws("assume", "revoke", *words)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize(
    "words",
    [
        ("my-iam-role", "--profile", "other"),
        (ROLE_ARN, "--profile", "other"),
        (f"{ACCOUNT}:my-iam-role", "--profile", "other"),
        ("Prod:my-iam-role", "--profile", "other"),
        ("named",),
        ("assumed-role",),
        (),
    ],
)
def test_the_source_signs(aws: Any, words: tuple[str, ...]) -> None:
    """--profile, the source of a profile with a role, and the recorded source of ours."""
    aws.add_config(
        f"[profile named]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nsource_profile = other\n"
        f"[profile p]\nsso_account_id = {ACCOUNT}\naccount_name = prod\n"
    )
    assert aws("assume", "--role-arn", ROLE_ARN, "--profile", "other").code == 0

    result = run(aws, *words, "--all-sessions", "--yes")

    assert result["RoleArn"] == ROLE_ARN
    assert changes(aws) == [("PutRolePolicy", "AWSRevokeOlderSessions", OTHER_KEY)]


SHELL_KEY = "ASIASHELLSHELLSHELL1"
USER_ID = "AROASTUBSTUBSTUBSTUB:alice"


def enter_shell(aws: Any, role: str = ROLE_ARN, source: str = "other") -> None:
    """Set the variables of ``exec``; the keys in the environment are those of a session."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", SHELL_KEY), ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "t"), ("AWS_ASSUME_ACCESS_KEY_ID", SHELL_KEY),
        ("AWS_ASSUMED_ROLE", role), ("AWS_ASSUME_SOURCE_PROFILE", source),
    ):  # fmt: skip
        aws.set_variable(name, value)
    before, caller = aws.stub.script, f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/alice"

    def answer(parameters: dict[str, str]) -> Any:
        if parameters["Action"] != "GetCallerIdentity" or aws.signers()[-1] != SHELL_KEY:
            return before(parameters)
        identity = f"<Arn>{caller}</Arn><UserId>{USER_ID}</UserId><Account>{ACCOUNT}</Account>"
        return query_answer("GetCallerIdentity", identity)

    aws.stub.script = answer


@pytest.mark.parametrize("source", ["other", "named"])
@pytest.mark.parametrize("words", [(), ("--profile", "other")])
def test_the_session_of_a_shell(aws: Any, words: Any, source: str) -> None:
    """In a shell of exec, it is the session of the shell, and its source signs."""
    aws.add_config(
        f"[profile named]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nsource_profile = other\n"
    )
    assert aws("assume", "--role-name", "another").code == 0
    enter_shell(aws, source=source)
    result = run(aws, "--yes", *words)
    all_sessions = run(aws, "--yes", "--all-sessions", *words)
    profile = run(aws, "assumed-role", "--dry-run") if not words else None

    assert (result["RoleArn"], result["UserId"]) == (ROLE_ARN, USER_ID)
    assert (all_sessions["RoleArn"], all_sessions["UserId"]) == (ROLE_ARN, None)
    assert changes(aws) == [
        ("PutRolePolicy", "AWSRevokeOlderSessions-alice", OTHER_KEY),
        ("PutRolePolicy", "AWSRevokeOlderSessions", OTHER_KEY),
    ]
    if profile is not None:
        assert profile["Requests"][0]["Parameters"]["RoleName"] == "another"


@pytest.mark.parametrize(
    ("role", "source", "says"),
    [
        (ROLE_ARN, "", "does not say which profile it came from"),
        ("", "other", "are not those of an IAM role"),
        (SSO_ROLE, "other", "only IAM Identity Center can change its policies"),
    ],
)
def test_a_shell_without_a_session_to_revoke(aws: Any, role: str, source: str, says: str) -> None:
    """The session of the target profile, which is another one, is not taken for it."""
    assert aws("assume", "--role-arn", ROLE_ARN).code == 0
    calls = len(aws.stub.requests)
    enter_shell(aws, role, source)
    done = aws("assume", "revoke", "--yes")
    assert done.code != 0
    assert says in done.err
    assert len(aws.stub.requests) == calls


def test_undo_removes_what_revoked(aws: Any) -> None:
    """That of the profile's session, or with --all-sessions each; other policies stay."""
    words = ("--role-arn", ROLE_ARN, "--role-session-name", "s1")
    assert aws("assume", *words).code == 0
    assert run(aws, "--undo", "--yes")["State"] == "restored"
    run(aws, "--undo", "--yes", "--all-sessions")
    assert [name for _, name, _ in changes(aws)] == [
        "AWSRevokeOlderSessions-s1", "AWSRevokeOlderSessions", "AWSRevokeOlderSessions-s1",
    ]  # fmt: skip
    aws.stub.requests.clear()
    aws.stub.headers.clear()
    assert run(aws, "--undo", "--dry-run")["Requests"][0]["Operation"] == "DeleteRolePolicy"
    assert changes(aws) == []


@pytest.mark.parametrize("words", [("one",), ("--all-sessions", "my-iam-role")])
def test_the_keys_of_a_profile_are_over(aws: Any, words: tuple[str, ...]) -> None:
    """--min-ttl does not take a revoked session for a valid one; other profiles stay."""
    for name in ("one", "same", "two"):
        session = "s2" if name == "two" else "s1"
        assume = ("assume", "--role-arn", ROLE_ARN, "--role-session-name", session)
        assert aws(*assume, "--update-profile", name).code == 0
    aws("assume", "--role-name", "another", "--update-profile", "another")
    config = aws.config.read_bytes()
    run(aws, *words, "--yes")
    assert aws.config.read_bytes() == config
    rows = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]
    calls = len(aws.stub.requests)
    again = aws(*assume[:3], "--role-session-name", "s1", "--update-profile", "one",
                "--min-ttl", "60")  # fmt: skip

    states = {row["Profile"]: row["State"] for row in rows}
    two = "expired" if "--all-sessions" in words else "valid"
    assert states == {"one": "expired", "same": "expired", "two": two, "another": "valid"}
    assert "aws_access_key_id" in aws.section(aws.credentials, "one")
    assert again.code == 0, again.err
    assert len(aws.stub.requests) > calls


def test_each_source_signs_its_own(aws: Any) -> None:
    """`clear --all --revoke`: the environment signs for its profile, whichever comes first."""
    first = ("assume", "--role-arn", ROLE_ARN, "--role-session-name", "s1")
    assert aws(*first, "--profile", "other", "--update-profile", "a").code == 0
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTENVIR")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "s")
    assert aws(*first[:4], "s2", "--update-profile", "b").code == 0
    done = aws("assume", "clear", "--all", "--revoke", "--yes")

    assert done.code == 0, done.err
    assert sorted(changes(aws)) == [
        ("PutRolePolicy", "AWSRevokeOlderSessions-s1", OTHER_KEY),
        ("PutRolePolicy", "AWSRevokeOlderSessions-s2", "AKIAENVIRONMENTENVIR"),
    ]


def test_the_clock_of_aws_counts(aws: Any, set_clock: Any) -> None:
    """A slow clock here would leave the session as it is."""
    script = aws.stub.script
    set_clock()
    assert aws("assume", "--role-arn", ROLE_ARN).code == 0
    aws.stub.script = script
    (request,) = run(aws, "--dry-run")["Requests"]
    condition = request["Parameters"]["PolicyDocument"]["Statement"]["Condition"]
    time = condition["DateLessThan"]["aws:TokenIssueTime"]
    assert time > NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("words", [("revoke",), ("clear", "--revoke"), ("revoke", "--undo")])
@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), (" YES \n", 0), ("n\n", 1), ("", 1)])
def test_sessions_until_the_answer_are_revoked(
    aws: Any, words: tuple[str, ...], typed: str, code: int
) -> None:
    """The policy has the time of the answer, which may be long after the question."""
    assert aws("assume", "--role-arn", ROLE_ARN, "--role-session-name", "s1").code == 0
    output = StringIO()

    @contextmanager
    def open_terminal() -> Iterator[Terminal]:
        yield Terminal(Answer(), output)

    class Answer(StringIO):
        def readline(self, _: Any = None) -> str:  # type: ignore[override]
            aws.stub.seconds_ahead = 7200
            return typed

    aws.environment = Environment(has_terminal=lambda: True, open_terminal=open_terminal)
    asked = format_time(datetime.now(timezone.utc))
    done = aws("assume", *words)

    assert done.code == code, done.err
    assert output.getvalue().endswith(" the session s1 of my-iam-role? [y/N] ")
    assert ("Nothing was changed" in done.err) is (code == 1)
    assert len(changes(aws)) == (code == 0)
    if "--undo" in words:
        return
    assert '"aws:TokenIssueTime": "[policy creation time]"' in done.err
    if code == 0:
        document = json.loads(aws.stub.requests[-1]["PolicyDocument"])
        time = document["Statement"]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        assert time[:13] > asked[:13]
        assert time in done.out or "clear" in words


def test_a_role_with_a_path_by_its_name(aws: Any) -> None:
    """Its profiles are over, too, though the name has no path."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role"
    assert aws("assume", "--role-arn", arn).code == 0
    run(aws, "my-iam-role", "--all-sessions", "--yes")
    rows = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]
    assert [row["State"] for row in rows] == ["expired"]


def test_a_failure_after_the_first(aws: Any) -> None:
    """No profile is cleared; those whose sessions are revoked say so."""
    for name, role in (("a", ROLE_ARN), ("b", f"{ROLE_ARN}-2"), ("c", f"{ROLE_ARN}-3")):
        words = ("--role-session-name", f"of-{name}", "--update-profile", name)
        assert aws("assume", "--role-arn", role, *words).code == 0
    script = aws.stub.script
    aws.stub.script = lambda parameters: (
        refusal(403, "AccessDenied", "no")
        if parameters.get("RoleName") == "my-iam-role-2"
        else script(parameters)
    )
    done = aws("assume", "clear", "--all", "--revoke", "--yes")
    assert done.code != 0
    assert "Revoking needs iam:PutRolePolicy" in done.err
    rows = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]
    assert [row["State"] for row in rows] == ["expired", "valid", "valid"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("my-iam-role",), "names a role, and no session of it"),
        (("nowhere:r", "--all-sessions"), "No profile has an account with the name 'nowhere'."),
        (("both:r", "--all-sessions"), "Several accounts have the name 'both'. Give the ID: "),
        (
            ("a/r", "--all-sessions"),
            "several meanings. Name it by its ARN. Try: aws assume revoke arn:",
        ),
        (
            (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/bob",),
            f"To revoke all sessions of its role: aws assume revoke arn:aws:iam::{ACCOUNT}:role/r",
        ),
        ((SSO_ROLE, "--all-sessions"), "only IAM Identity Center can change its policies"),
        (("sso", "--all-sessions"), "only IAM Identity Center can change its policies"),
        ((SERVICE_ROLE, "--all-sessions"), "is linked to a service of AWS"),
        (("AWSServiceRoleForX", "--all-sessions"), "is linked to a service of AWS"),
        (("other",), "has no role session of aws assume, and names no role"),
        (("copy",), "has no session of a role"),
        (("gone",), "has expired, so there is nothing to revoke"),
        (("--yes", "--dry-run"), "contradict each other"),
    ],
)
def test_what_is_refused_before_a_call(aws: Any, words: tuple[str, ...], says: str) -> None:
    aws.add_config(
        f"[profile x]\nsso_account_id = {ACCOUNT}\naccount_name = both\n"
        f"[profile y]\nsso_account_id = {OTHER_ACCOUNT}\naccount_name = both\n"
        "[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = Reader\n"
        "[profile copy]\nassumed =\n  copy-source = true\n  source-profile = default\n"
        f"[profile gone]\nassumed =\n  role-arn = {ROLE_ARN}\n  source-profile = default\n"
    )
    aws.add_key("gone", "ASIAGONE", "s", "t\nx_principal_access_key_id = ASIAGONE\n"
                "x_security_token_expires = 2020-01-01T00:00:00Z")  # fmt: skip
    done = aws("assume", "revoke", *words)
    assert done.code != 0
    assert says in done.err
    assert aws.stub.requests == []


def test_the_role_of_another_account(aws: Any) -> None:
    """IAM would change a role of this name in the caller's account."""
    aws.stub.caller = f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob"
    for word in (ROLE_ARN, f"{ACCOUNT}:my-iam-role"):
        done = aws("assume", "revoke", word, "--all-sessions", "--yes")
        assert done.code != 0
        assert f"The role {ROLE_ARN} is in the account {ACCOUNT}" in done.err
        assert f"aws assume revoke {word} --all-sessions --profile NAME" in done.err
    assert changes(aws) == []
