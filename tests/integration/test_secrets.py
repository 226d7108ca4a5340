"""No secret on the screen, in --debug or in the CLI's history, on every host.

Each story runs with --debug and with cli_history enabled, the two places where
the CLI itself leaks what STS answers. The secrets are made of words, so that a
part of one is found as well as the whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, Iterator, Sequence

import pytest

from support.federation_stub import FederationReply, FederationStub
from support.hosts import Host
from support.person import Person
from support.sts_stub import ACCOUNT, ROLE_ARN, Answer, StsStub, assume_role_answer, refusal
from support.template_browser import TemplateBrowser

FIRST_ARN = f"arn:aws:iam::{ACCOUNT}:role/first"
KEYS = {
    "source": ("AKIASOURCESOURCESOUR", "SourceSecret" * 3, "SourceToken" * 20),
    "first": ("ASIAFIRSTFIRSTFIRSTF", "FirstSecret" * 3, "FirstToken" * 20),
    "answer": ("ASIAANSWERANSWERANSW", "AnswerSecret" * 3, "AnswerToken" * 20),
}
MARKS = [
    mark
    for key_id, secret, token in KEYS.values()
    for mark in (key_id, secret[: len(secret) // 3], token[: len(token) // 20])
]


def answer(who: str, role_arn: str) -> Answer:
    """Return a success of AssumeRole with the keys of one of the roles."""
    key_id, secret, token = KEYS[who]
    return assume_role_answer(role_arn, "s1", access_key_id=key_id, secret=secret, token=token)


def script(parameters: dict[str, str]) -> Answer | None:
    """Return each role its own keys."""
    if parameters["Action"] != "AssumeRole":
        return None
    return answer("first" if parameters["RoleArn"] == FIRST_ARN else "answer",
                  parameters["RoleArn"])  # fmt: skip


@pytest.fixture
def watched(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose history is recorded, and whose STS returns known secrets."""
    key_id, secret, _ = KEYS["source"]
    person = make_person(sts_stub.url, (key_id, secret))
    text = person.config.read_text()
    person.config.write_text(
        text.replace("[default]\n", "[default]\ncli_history = enabled\n")
        + "[profile temporary]\nregion = us-east-1\ncli_history = enabled\n"
        f"[profile first]\nregion = us-east-1\ncli_history = enabled\nrole_arn = {FIRST_ARN}\n"
        "source_profile = temporary\n"
    )
    with person.credentials.open("a") as file:
        file.write("[temporary]\naws_access_key_id = {}\naws_secret_access_key = {}\n"
                   "aws_session_token = {}\n".format(*KEYS["source"]))  # fmt: skip
    sts_stub.script = script
    _send_first_call_to(person, sts_stub.url)
    return person


def _send_first_call_to(person: Person, url: str) -> None:
    """Make botocore's own call for a role profile reach the stub on 2.11.0.

    There is no AWS_ENDPOINT_URL there, and --endpoint-url is for the command's
    client only: the endpoint rules of STS are replaced instead.
    """
    if person.host.knows_endpoint_variable:
        return
    rules = {
        "version": "1.0",
        "parameters": {
            "Region": {"builtIn": "AWS::Region", "required": False, "type": "String"},
            "UseDualStack": {"builtIn": "AWS::UseDualStack", "required": True, "default": False,
                             "type": "Boolean"},
            "UseFIPS": {"builtIn": "AWS::UseFIPS", "required": True, "default": False,
                        "type": "Boolean"},
            "Endpoint": {"builtIn": "SDK::Endpoint", "required": False, "type": "String"},
            "UseGlobalEndpoint": {"builtIn": "AWS::STS::UseGlobalEndpoint", "required": True,
                                  "default": False, "type": "Boolean"},
        },
        "rules": [{"conditions": [], "type": "endpoint",
                   "endpoint": {"url": url, "properties": {}, "headers": {}}}],
    }  # fmt: skip
    folder = person.home / ".aws" / "models" / "sts" / "2011-06-15"
    folder.mkdir(parents=True)
    (folder / "endpoint-rule-set-1.json").write_text(json.dumps(rules))


def check_nothing_leaked(person: Person, done: object) -> None:
    """Look for each mark on the screen, in the log and in the history."""
    folder = person.home / ".aws" / "cli" / "history"
    history = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))

    assert "CLI version" in done.stderr  # --debug is on
    assert b"CLI_ARGUMENTS" in history  # and so is the history
    assert [mark for mark in MARKS if mark in done.stdout] == []
    assert [mark for mark in MARKS if mark in done.stderr] == []
    assert [mark for mark in MARKS if mark.encode() in history] == []


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ((), [ROLE_ARN]),
        (("--profile", "temporary"), [ROLE_ARN]),
        (("--profile", "first"), [FIRST_ARN, ROLE_ARN]),
    ],
    ids=["user", "temporary source", "role profile"],
)
def test_success(
    watched: Person, sts_stub: StsStub, words: tuple[str, ...], roles: list[str]
) -> None:
    """Neither the answer's credentials nor any of the sources' are seen."""
    done = watched.aws("assume", "--role-name", "my-iam-role", "--debug", *words)

    assert done.returncode == 0, done.stderr[-2000:]
    assert [one["RoleArn"] for one in sts_stub.requests if "RoleArn" in one] == roles
    check_nothing_leaked(watched, done)


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_the_clis_own_command_is_what_would_leak(watched: Person) -> None:
    """`aws sts assume-role` does show and record them, so the other tests can fail."""
    done = watched.aws("sts", "assume-role", "--role-arn", ROLE_ARN, "--role-session-name", "s1",
                       "--profile", "temporary", "--debug")  # fmt: skip

    assert done.returncode == 0
    with pytest.raises(AssertionError):
        check_nothing_leaked(watched, done)
    assert "AnswerSecret" in done.stderr
    assert "SourceToken" in done.stderr


@pytest.fixture
def federation(watched: Person) -> Iterator[FederationStub]:
    """Run a stand-in for the federation endpoint, to which AWS_ENDPOINT_URL_SIGNIN leads."""
    with FederationStub() as stub:
        watched.environment["AWS_ENDPOINT_URL_SIGNIN"] = stub.url
        yield stub


def leaked_files(person: Person, marks: Sequence[str]) -> list[str]:
    """Return the files in HOME with one of the marks, but for the files of the user."""
    own = (person.credentials, person.config)
    return [
        path.name
        for path in sorted(person.home.rglob("*"))
        if path.is_file() and path not in own
        for mark in marks
        if mark.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_console(watched: Person, federation: FederationStub, tmp_path: Path, method: str) -> None:
    """Neither the credentials nor the sign-in token are seen anywhere but in the browser.

    That is the screen, the log, the history, the words and variables of the browser, the process
    list, and the files that are left.
    """
    federation.methods = (method,)
    browser = TemplateBrowser(tmp_path / "browser")
    done = watched.aws("assume", "console", "--role-arn", ROLE_ARN, "--debug", "--logout-first",
                       "--browser", browser.template)  # fmt: skip
    seen = browser.seen()

    assert done.returncode == 0, done.stderr[-2000:]
    assert (federation.sign_ins[-1]["Action"], seen["address"]) == (
        "getSigninToken", f"{federation.url}/console-page",
    )  # fmt: skip
    check_nothing_leaked(watched, done)
    (token,) = (one["SigninToken"] for one in federation.visits)
    history = b"".join(
        path.read_bytes() for path in (watched.home / ".aws" / "cli" / "history").iterdir()
    )
    assert token not in done.stdout + done.stderr
    assert token.encode() not in history
    in_browser = [seen["words"], seen["variables"], seen["processes"]]
    assert [mark for mark in (*MARKS, token) if mark in json.dumps(in_browser)] == []
    assert leaked_files(watched, (*MARKS, token)) == []


BODY = json.dumps({"SigninToken": ["LeakedToken"], "Session": KEYS["answer"]}).encode()


@pytest.mark.parametrize(
    "reply",
    [(400, {}, BODY), (302, {"Location": "https://example.com/?LeakedToken"}, BODY),
     (200, {"Content-Type": "text/html"}, BODY), None],
    ids=["400", "redirect", "html", "no answer"],
)  # fmt: skip
@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_failure_of_the_console(
    watched: Person, federation: FederationStub, reply: FederationReply
) -> None:
    """What the federation endpoint answers, and what it was asked, shows no secret either."""
    federation.script = lambda _: reply
    done = watched.aws("assume", "console", ROLE_ARN, "--no-browser", "--debug")

    assert done.returncode == 255
    assert "LeakedToken" not in done.stdout + done.stderr
    check_nothing_leaked(watched, done)
    assert leaked_files(watched, MARKS) == []


def truncated(parameters: dict[str, str]) -> Answer | None:
    """Return AssumeRole's XML cut in the middle of the secret."""
    status, kind, body = answer("answer", ROLE_ARN)
    return status, kind, body[: body.index("AnswerSecret") + 20]


def without_namespace(parameters: dict[str, str]) -> Answer | None:
    """Return well-formed XML that holds credentials and is not AssumeRole's."""
    status, kind, body = answer("answer", ROLE_ARN)
    return status, kind, body.replace("AssumeRoleResult>", "SomethingElse>")


def with_a_line_break(parameters: dict[str, str]) -> Answer | None:
    """Return a secret with a line break in it."""
    status, kind, body = answer("answer", ROLE_ARN)
    return status, kind, body.replace("AnswerSecretAnswerSecret", "AnswerSecret&#10;AnswerSecret")


def signature_refusal(parameters: dict[str, str]) -> Answer | None:
    """Return SignatureDoesNotMatch with the canonical request, as STS does.

    IAM User Guide, "Troubleshoot signed requests for AWS APIs": "The error
    response includes the canonical request and the string to sign". STS's
    whole text is in github.com/goamz/goamz/issues/110; the header of a session
    token is one of those that are signed.
    """
    return refusal(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.\n\nThe Canonical String for this request should have been\n'POST\n/\n\n"
        "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
        "host:sts.us-east-1.amazonaws.com\nx-amz-date:20261124T065441Z\n"
        f"x-amz-security-token:{KEYS['source'][2]}\n\n"
        "content-type;host;x-amz-date;x-amz-security-token\ne3b0c442'\n\n"
        "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20261124T065441Z\n"
        "20261124/us-east-1/sts/aws4_request\n0482faa4'\n",
    )


def server_error(parameters: dict[str, str]) -> Answer | None:
    """Return a server error with credentials in an XML that is no error document."""
    return 500, *answer("answer", ROLE_ARN)[1:]


@pytest.mark.parametrize(
    "answering", [truncated, without_namespace, with_a_line_break, signature_refusal, server_error]
)
def test_failure(watched: Person, sts_stub: StsStub, answering: Callable) -> None:
    """What goes wrong shows no credential either, and writes none."""
    sts_stub.script = answering
    before = watched.snapshot()
    done = watched.aws("assume", "--role-arn", ROLE_ARN, "--debug", "--profile", "temporary",
                       env={"AWS_MAX_ATTEMPTS": "1"})  # fmt: skip

    assert done.returncode in (254, 255)
    assert sts_stub.actions == ["AssumeRole"]
    assert watched.snapshot() == before
    check_nothing_leaked(watched, done)


def test_failure_of_the_first_role(watched: Person, sts_stub: StsStub) -> None:
    """An answer cut short on the way to the source's own credentials shows nothing."""
    sts_stub.script = lambda request: (
        truncated(request) if request.get("RoleArn") == FIRST_ARN else script(request)
    )
    done = watched.aws("assume", "--role-name", "my-iam-role", "--debug", "--profile", "first",
                       env={"AWS_MAX_ATTEMPTS": "1"})  # fmt: skip

    assert done.returncode in (254, 255)
    assert sts_stub.actions == ["AssumeRole"]
    check_nothing_leaked(watched, done)


def test_the_plain_end_shows_no_traceback(watched: Person, host: Host, sts_stub: StsStub) -> None:
    """Without --debug a truncated answer is one sentence that says what to check."""
    sts_stub.script = truncated
    done = watched.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 255
    assert "Traceback" not in done.stderr
    assert "--endpoint-url" in done.stderr
    assert [mark for mark in MARKS if mark in done.stderr + done.stdout] == []
