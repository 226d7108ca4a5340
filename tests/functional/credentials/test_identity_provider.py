"""Roles by an identity provider's word: no source credentials, no signature."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support.runner_stub import BEARER, RunnerStub
from support.runner_stub import TOKEN as GITHUB_TOKEN
from support.saml import MARK, saml_response
from support.sts_stub import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ROLE_ARN,
    SECRET,
    TOKEN,
    TOO_LONG,
    Directory,
    refusal,
)

OTHER_ARN = f"arn:aws:iam::{ACCOUNT}:role/reader"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
WEB_TOKEN = "eyJhbGciOiJSUzI1NiJ9.V2ViVG9rZW5NYXJr." + "WebTokenMark" * 5


@pytest.fixture
def keyless(aws):
    """Return the driver of a user without any credentials, or a profile."""
    aws.config.write_text("[plugins]\nassume = awscli_assume\n")
    aws.credentials.unlink()
    aws.set_variable("AWS_DEFAULT_REGION", "us-east-1")
    aws.set_variable("AWS_EC2_METADATA_DISABLED", "true")
    return aws


@pytest.fixture
def token(home: Path) -> Path:
    """Return a file with a token."""
    path = home / "token"
    path.write_text(f"{WEB_TOKEN}\n")
    return path


@pytest.fixture
def assertion(home: Path) -> Path:
    """Return a file with an assertion of one role."""
    path = home / "response.b64"
    path.write_text(saml_response(f"{ROLE_ARN},{PROVIDER}"))
    return path


@pytest.fixture
def runner(aws):
    """Run a runner's endpoint, which the variables of the job lead to."""
    with RunnerStub() as stub:
        for name, value in stub.variables.items():
            aws.set_variable(name, value)
        yield stub


def web(token: object, *more: str) -> list[str]:
    return ["--role-arn", ROLE_ARN, "--web-identity-token-file", str(token), *more]


def saml(assertion: Path, *more: str) -> list[str]:
    return ["--saml-assertion", f"file://{assertion}", *more]


def test_a_token_needs_no_keys(keyless, token: Path) -> None:
    """One call without a signature, and the profile is as any other of ours."""
    done = keyless("assume", *web(token, "--role-session-name", "ci"))

    assert done.code == 0, done.err
    assert keyless.stub.requests == [
        {
            "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": ROLE_ARN,
            "RoleSessionName": "ci", "WebIdentityToken": WEB_TOKEN,
        }
    ]  # fmt: skip
    assert "Authorization" not in keyless.stub.headers[0]
    assert (
        keyless.section(keyless.credentials, "assumed-role")["aws_access_key_id"] == ACCESS_KEY_ID
    )
    assert json.loads(done.out)["Arn"].endswith(":assumed-role/my-iam-role/ci")


def test_the_record_names_the_file_and_holds_no_token(keyless, token: Path) -> None:
    """What is needed to do it again, and no credentials."""
    keyless("assume", *web("token", "--role-session-name", "ci"))

    section = keyless.section(keyless.config, "profile assumed-role")
    assert section["assumed"].split("\n")[1:] == [
        f"role-arn = {ROLE_ARN}",
        "role-session-name = ci",
        "credential-source = WebIdentity",
        "target-region = us-east-1",
        f"endpoint-url = {keyless.stub.url}",
        f"web-identity-token-file = {token}",
    ]


def test_an_assertion_of_one_role_needs_no_more(keyless, assertion: Path) -> None:
    """Role and provider are the assertion's; the session's name is, too."""
    document = assertion.read_text()
    done = keyless("assume", *saml(assertion))

    assert done.code == 0, done.err
    assert keyless.stub.requests == [
        {
            "Action": "AssumeRoleWithSAML", "Version": "2011-06-15", "RoleArn": ROLE_ARN,
            "PrincipalArn": PROVIDER, "SAMLAssertion": document,
        }
    ]  # fmt: skip
    assert "Authorization" not in keyless.stub.headers[0]
    section = keyless.section(keyless.config, "profile assumed-role")
    assert section["assumed"].split("\n")[1:] == [
        f"role-arn = {ROLE_ARN}",
        "credential-source = SAML",
        "target-region = us-east-1",
        f"endpoint-url = {keyless.stub.url}",
        "saml-assertion = (not kept)",
        f"principal-arn = {PROVIDER}",
    ]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_path_is_a_path_with_its_prefix_too(keyless, token: Path, prefix: str) -> None:
    """`file://` stands for the path here, and is not in the record."""
    done = keyless("assume", *web(f"{prefix}{token}"))

    assert done.code == 0, done.err
    assert f"web-identity-token-file = {token}\n" in keyless.config.read_text()


def test_an_assertion_of_several_roles_lists_them(keyless, assertion: Path) -> None:
    """None is guessed; --role-arn, or a name that is there once, picks."""
    assertion.write_text(saml_response(f"{ROLE_ARN},{PROVIDER}", f"{PROVIDER},{OTHER_ARN}"))
    done = keyless("assume", *saml(assertion))

    assert done.code == 255  # version 2: 252
    assert ROLE_ARN in done.err
    assert OTHER_ARN in done.err
    assert keyless.stub.requests == []
    for words in (["--role-arn", OTHER_ARN], ["--role-name", "reader"]):
        assert keyless("assume", *saml(assertion, *words)).code == 0
        assert keyless.stub.requests[-1]["RoleArn"] == OTHER_ARN


def test_a_provider_that_is_given_is_taken(keyless, assertion: Path) -> None:
    """An assertion that can't be read, as an encrypted one, goes by both ARNs."""
    assertion.write_text("RW5jcnlwdGVk")
    other = f"{PROVIDER}-2"
    done = keyless("assume", *saml(assertion, "--role-arn", ROLE_ARN, "--principal-arn", other))

    assert done.code == 0, done.err
    assert keyless.stub.requests[0]["PrincipalArn"] == other


def test_the_token_of_a_job_of_github(keyless, runner: RunnerStub) -> None:
    """The runner is asked once, and STS gets what it said."""
    done = keyless("assume", *web("github-actions"))

    assert done.code == 0, done.err
    assert keyless.stub.requests[0]["WebIdentityToken"] == GITHUB_TOKEN
    assert len(runner.paths) == 1
    assert "web-identity-token-file = github-actions" in keyless.config.read_text()


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [
        (["--ca-bundle", "/option.pem"], "/variable.pem", "/option.pem"),
        ([], "/variable.pem", "/variable.pem"),
        (["--no-verify-ssl"], "/variable.pem", "/variable.pem"),
        (["--no-verify-ssl"], "", None),
    ],
)
def test_the_runner_is_checked_by_the_clis_certificates(
    keyless, runner: RunnerStub, monkeypatch: pytest.MonkeyPatch,
    words: list[str], variable: str, expected: object,
) -> None:  # fmt: skip
    """--ca-bundle, the configuration and the environment hold for the runner too.

    --no-verify-ssl, which is about the endpoint of AWS, does not.
    """
    bundles = []

    def fetch(variables: object, ca_bundle: object) -> str:
        bundles.append(ca_bundle)
        return GITHUB_TOKEN

    monkeypatch.setattr("awscli_assume.aws.github.fetch_token", fetch)
    if variable:
        keyless.set_variable("AWS_CA_BUNDLE", variable)
    done = keyless("assume", *web("github-actions"), *words)

    assert done.code == 0, done.err
    assert bundles == [expected]


def test_a_job_without_the_permission_is_told(keyless) -> None:
    """Outside of a job, or without the permission, nothing is asked."""
    done = keyless("assume", *web("github-actions"))

    assert done.code == 255  # version 2: 253
    assert "permissions: id-token: write" in done.err
    assert keyless.stub.requests == []


def test_refresh_reads_the_token_again(keyless, token: Path) -> None:
    """A token that was renewed meanwhile is the one that is sent, in the recorded region."""
    keyless("assume", *web(token, "--region", "eu-west-1"))
    token.write_text(f"{WEB_TOKEN}2")
    done = keyless("assume", "refresh", "--update-profile", "assumed-role")

    assert done.code == 0, done.err
    assert keyless.stub.actions == ["AssumeRoleWithWebIdentity"] * 2
    assert keyless.stub.requests[1]["WebIdentityToken"] == f"{WEB_TOKEN}2"
    assert "Authorization" not in keyless.stub.headers[1]


def test_refresh_of_many_keeps_their_ways_apart(aws, token: Path) -> None:
    """Beside profiles with a source, each is renewed by its own means."""
    aws("assume", *web(token, "--update-profile", "ci"))
    aws("assume", "--role-arn", OTHER_ARN, "--update-profile", "mine")
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert sorted(aws.stub.actions[2:]) == ["AssumeRole", "AssumeRoleWithWebIdentity"]
    signed = {one["Action"]: "Authorization" in headers
              for one, headers in zip(aws.stub.requests, aws.stub.headers)}  # fmt: skip
    assert signed == {"AssumeRole": True, "AssumeRoleWithWebIdentity": False}


def test_refresh_of_an_assertion_says_what_to_type(keyless, assertion: Path) -> None:
    """It is valid for some minutes, and was not kept."""
    keyless("assume", *saml(assertion, "--update-profile", "idp"))
    done = keyless("assume", "refresh", "--update-profile", "idp")

    assert done.code != 0
    assert (
        f"aws assume --role-arn {ROLE_ARN} --saml-assertion file://PATH --update-profile idp"
    ) in " ".join((done.err + done.out).split())
    assert len(keyless.stub.requests) == 1


def test_a_token_that_is_gone(keyless, token: Path) -> None:
    """The message names the file, and nothing is asked or written."""
    token.unlink()
    done = keyless("assume", *web(token))

    assert done.code == 255  # version 2: 253
    assert f"Can't read {token}: No such file or directory" in done.err
    assert keyless.stub.requests == []
    assert not keyless.credentials.exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--external-id", "abc"], "AssumeRoleWithWebIdentity has no such parameter"),
        (["--tags", "Key=a,Value=b"], "--tags does not go with"),
        (["--transitive-tag-keys", "a"], "--transitive-tag-keys does not go with"),
        (["--serial-number", f"arn:aws:iam::{ACCOUNT}:mfa/a"], "--serial-number does not go"),
        (["--token-code", "123456"], "--token-code does not go"),
        (["--source-identity", "alice"], "--source-identity does not go"),
        (["--provided-contexts", "ProviderArn=a,ContextAssertion=b"], "--provided-contexts does"),
        (["--saml-assertion", "file://token"], "two identity tokens"),
        (["--principal-arn", PROVIDER], "--principal-arn goes with --saml-assertion"),
    ],
)
def test_what_does_not_go_with_a_token(keyless, token: Path, more: list[str], why: str) -> None:
    """What STS does not have there is an error that says why, before anything is asked."""
    done = keyless("assume", *web(token, *more))

    assert done.code == 255  # version 2: 252
    assert why in done.err
    assert keyless.stub.requests == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--role-session-name", "me"], "the assertion names the session"),
        (["--external-id", "abc"], "AssumeRoleWithSAML has no such parameter"),
        (["--auto-refresh"], "valid for some minutes"),
        (["--principal-arn", "idp"], "Invalid principal ARN 'idp'"),
        (["--role-name", "unknown"], "does not have the role unknown"),
    ],
)
def test_what_does_not_go_with_an_assertion(
    keyless, assertion: Path, more: list[str], why: str
) -> None:
    """The same for an assertion."""
    done = keyless("assume", *saml(assertion, *more))

    assert done.code == 255  # version 2: 252
    assert why in done.err
    assert keyless.stub.requests == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--web-identity-token-file", "token"], "needs a role: --role-arn ARN"),
        (["--web-identity-token-file", "token", "--role-name", "r"], "--account-id ID"),
        (["--role-arn", ROLE_ARN, "--web-identity-token-file", WEB_TOKEN], "is a token itself"),
        (["--saml-assertion", saml_response()], "must not be on the command line"),
    ],
    ids=["no role", "no account", "the token itself", "the assertion itself"],
)
def test_what_is_missing_or_misplaced(keyless, token: Path, words: list[str], why: str) -> None:
    """Each is one sentence with what to type, and shows no token."""
    done = keyless("assume", *words)

    assert done.code == 255  # version 2: 252
    assert why in done.err
    assert "Mark" not in done.err
    assert keyless.stub.requests == []


def test_a_role_name_with_its_account(keyless, token: Path) -> None:
    """The partition is the region's, for no prompt is shown."""
    done = keyless("assume", "--role-name", "my-iam-role", "--account-id", ACCOUNT,
                  "--web-identity-token-file", str(token))  # fmt: skip

    assert done.code == 0, done.err
    assert keyless.stub.requests[0]["RoleArn"] == ROLE_ARN


def test_settings_that_do_not_apply_are_left_out(aws, token: Path) -> None:
    """A default for AssumeRole alone has no effect, and a duration applies."""
    aws.add_config("assume =\n    external_id = abc\n    duration_seconds = 7200\n")
    done = aws("assume", *web(token))

    assert done.code == 0, done.err
    assert "ExternalId" not in aws.stub.requests[0]
    assert aws.stub.requests[0]["DurationSeconds"] == "7200"


def test_the_longest_session_is_stepped_down_to(keyless, token: Path) -> None:
    """Without credentials IAM is not asked."""
    keyless.stub.script = lambda request: (
        refusal(400, "ValidationError", TOO_LONG)
        if int(request["DurationSeconds"]) > 14400
        else None
    )
    done = keyless("assume", *web(token, "--duration-seconds", "max"))

    assert done.code == 0, done.err
    assert [one["DurationSeconds"] for one in keyless.stub.requests] == ["43200", "28800", "14400"]


def test_a_refusal_says_whose_side_it_is(keyless, token: Path) -> None:
    """Text: AWS STS answers this where trust policy or role do not fit; nothing is written."""
    keyless.stub.script = lambda request: refusal(
        403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    )
    done = keyless("assume", *web(token))

    assert done.code in (254, 255)
    assert "trust policy has to allow sts:AssumeRoleWithWebIdentity" in " ".join(done.err.split())
    assert not keyless.credentials.exists()


@pytest.mark.parametrize("way", ["token", "assertion"])
def test_an_error_that_quotes_the_token_is_masked(
    keyless, token: Path, assertion: Path, way: str
) -> None:
    """Text: "Common Errors", ValidationError, which quotes what it finds to be invalid."""
    secret = WEB_TOKEN if way == "token" else assertion.read_text()
    name = "webIdentityToken" if way == "token" else "sAMLAssertion"
    text = (
        f"1 validation error detected: Value '{secret}' at '{name}' failed to satisfy constraint"
    )
    keyless.stub.script = lambda request: refusal(400, "ValidationError", text)
    done = keyless("assume", *(web(token) if way == "token" else saml(assertion)), "--debug")

    assert done.code in (254, 255)
    assert f"Value '****' at '{name}'" in done.err
    assert secret[20:60] not in done.out + done.err


def test_dry_run_shows_the_operation_and_no_token(keyless, token: Path, assertion: Path) -> None:
    """Nothing is asked; the parameters are those without the secret."""
    for words in (web(token), saml(assertion)):
        done = keyless("assume", *words, "--dry-run")
        (request,) = json.loads(done.out)["Requests"]

        assert request["Operation"].startswith("AssumeRoleWith"), done.err
        assert request["SourceProfile"] is None
        assert not {"WebIdentityToken", "SAMLAssertion"} & set(request["Parameters"])
        assert ("web-identity-token-file = " + str(token) in done.out) is (words == web(token))
        assert "WebTokenMark" not in done.out + done.err
        assert assertion.read_text()[:40] not in done.out + done.err
    assert keyless.stub.requests == []


def test_min_ttl_is_satisfied_by_the_same_request(keyless, token: Path) -> None:
    """The second run of a CI script calls nothing."""
    for _ in range(2):
        assert keyless("assume", *web(token, "--min-ttl", "900")).code == 0
    assert len(keyless.stub.requests) == 1


def test_export_prints_the_role(keyless, token: Path, assertion: Path) -> None:
    """Both ways end in the same sinks."""
    for words in (web(token), saml(assertion)):
        done = keyless("assume", "export", *words, "--format", "process")

        assert json.loads(done.out)["SecretAccessKey"] == SECRET, done.err


def test_a_self_refreshing_profile_reads_the_token_again(keyless, token: Path) -> None:
    """The program behind it needs no source profile."""
    assert keyless("assume", *web(token, "--auto-refresh")).code == 0
    cache = next((keyless.config.parent / "cli" / "cache" / "assume-sessions").glob("[0-9a-f]*"))
    for path in cache.parent.iterdir():
        path.write_bytes(b"")
    done = keyless("assume", "export", "--update-profile", "assumed-role", "--format", "process")

    assert done.code == 0, done.err
    assert keyless.stub.actions == ["AssumeRoleWithWebIdentity"] * 2


def test_a_pipe_is_read_once(keyless) -> None:
    """Process substitution works, and not where the token is needed later."""
    reader, writer = os.pipe()
    os.write(writer, WEB_TOKEN.encode())
    os.close(writer)
    try:
        refused = keyless("assume", *web(f"/dev/fd/{reader}", "--auto-refresh"))
        done = keyless("assume", *web(f"/dev/fd/{reader}"))
    finally:
        os.close(reader)

    assert "there will be none in the pipe" in refused.err
    assert done.code == 0, done.err
    assert keyless.stub.requests[0]["WebIdentityToken"] == WEB_TOKEN


def test_aws_profile_may_be_the_target_before_it_is_there(keyless, token: Path) -> None:
    """A job sets AWS_PROFILE once, at its top."""
    keyless.set_variable("AWS_PROFILE", "assumed-role")

    for _ in range(2):
        done = keyless("assume", *web(token))
        assert done.code == 0, done.err


def test_keys_in_the_environment_sign_nothing(keyless, token: Path) -> None:
    """An identity provider token beats whatever else is there."""
    keyless.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY12")
    keyless.set_variable("AWS_SECRET_ACCESS_KEY", "x" * 40)
    keyless.set_variable("AWS_SESSION_TOKEN", "EnvironmentToken")
    done = keyless("assume", *web(token))

    assert done.code == 0, done.err
    assert "Authorization" not in keyless.stub.headers[0]
    assert "X-Amz-Security-Token" not in keyless.stub.headers[0]


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("way", ["token", "assertion", "github"])
def test_no_identity_token_is_in_log_or_history(
    keyless, token: Path, assertion: Path, runner: RunnerStub, way: str, refused: bool
) -> None:
    """Neither token, bearer token, assertion nor what STS answers is shown or recorded."""
    keyless.add_config("[default]\ncli_history = enabled\n")
    if refused:
        keyless.stub.script = lambda request: refusal(400, "InvalidIdentityToken", "no")
    words = {
        "token": web(token), "assertion": saml(assertion), "github": web("github-actions"),
    }[way]  # fmt: skip
    done = keyless("assume", *words, "--debug")
    folder = keyless.config.parent / "cli" / "history"
    history = b"".join(path.read_bytes() for path in folder.iterdir())

    assert (done.code == 0) is not refused, done.err
    assert "CLI version" in done.err  # --debug is on
    assert b"CLI_ARGUMENTS" in history  # and so is the history
    assert len(keyless.stub.requests) == 1
    secrets = [
        "WebTokenMark", "GitHubToken", BEARER[:20], assertion.read_text()[100:140], MARK, SECRET,
        TOKEN[:40],
    ]  # fmt: skip
    for secret in secrets:
        assert secret not in done.out + done.err, secret
        assert secret.encode() not in history, secret


def test_the_clis_own_command_is_what_would_leak(keyless) -> None:
    """The same test sees the token where nobody withholds it, so it can fail."""
    done = keyless("sts", "assume-role-with-web-identity", "--role-arn", ROLE_ARN,
                  "--role-session-name", "s1", "--web-identity-token", WEB_TOKEN,
                  "--debug")  # fmt: skip

    assert done.code == 0
    assert "WebTokenMark" in done.err


# Beside the other ways to name a role and a source.

NAMED = f"""
[profile production]
aws_account_id = {ACCOUNT}
[profile prod-admin]
role_arn = {ROLE_ARN}
source_profile = production
"""


@pytest.mark.parametrize(
    "words",
    [
        [ROLE_ARN],
        [f"{ACCOUNT}:my-iam-role"],
        ["production:my-iam-role"],
        ["--role-name", "my-iam-role", "--account-id", "production"],
    ],
)
@pytest.mark.parametrize("way", ["token", "assertion"])
def test_a_role_specifier_with_the_name_of_an_account(
    keyless, token: Path, assertion: Path, way: str, words: list[str]
) -> None:
    """What the profiles know of roles and accounts needs no caller."""
    keyless.add_config(NAMED)
    proof = {
        "token": ["--web-identity-token-file", str(token)],
        "assertion": ["--saml-assertion", f"file://{assertion}"],
    }[way]
    done = keyless("assume", *words, *proof)

    assert done.code == 0, done.err
    (request,) = keyless.stub.requests
    assert request["Action"].startswith("AssumeRoleWith")
    assert request["RoleArn"] == ROLE_ARN


@pytest.mark.parametrize("way", ["token", "assertion"])
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["unknown:my-iam-role"], "No profile has an account 'unknown'"),
        (["prod-admin"], "'prod-admin' is a profile with a source of its own"),
        (["--role-arn", ROLE_ARN, "--via", "first"], "--via does not go with"),
        (["--copy-source"], "--copy-source assumes no role"),
    ],
)
def test_what_no_identity_token_contains(
    keyless, token: Path, assertion: Path, way: str, words: list[str], why: str
) -> None:
    """An account that only a caller can look up, another source and roles on the way."""
    keyless.add_config(NAMED)
    proof = {
        "token": ["--web-identity-token-file", str(token)],
        "assertion": ["--saml-assertion", f"file://{assertion}"],
    }[way]
    for verb in ((), ("export",)):
        done = keyless("assume", *verb, *words, *proof)

        assert done.code == 255  # version 2: 252
        assert why in done.err
    assert keyless.stub.requests == []


def test_a_name_that_another_source_was_told_is_not_taken(aws, token: Path) -> None:
    """What keys in the environment found out is of their organization, not of the token's."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY12")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "x" * 40)
    aws.stub.script = Directory(alias="sandbox")
    assert aws("assume", "sandbox:my-iam-role").code == 0
    before = list(aws.stub.actions)
    done = aws("assume", "sandbox:my-iam-role", "--web-identity-token-file", str(token))

    assert "No profile has an account 'sandbox'" in done.err
    assert aws.stub.actions == before


def test_the_next_role_goes_from_there(keyless, token: Path) -> None:
    """In place of --via: the profile by the token is the source of the other."""
    assert keyless("assume", *web(token, "--update-profile", "ci")).code == 0
    done = keyless("assume", "--role-arn", OTHER_ARN, "--profile", "ci", "--update-profile", "b")

    assert done.code == 0, done.err
    assert keyless.stub.actions == ["AssumeRoleWithWebIdentity", "AssumeRole"]
    done = keyless("assume", "refresh", "--all")
    assert done.code == 0, done.err
    assert keyless.stub.actions[2:] == ["AssumeRoleWithWebIdentity", "AssumeRole"]


def test_an_unknown_partition(keyless, token: Path) -> None:
    """Of a newer region there is no caller to ask; an ARN says it."""
    region = ["--region", "us-isoz-north-1", "--web-identity-token-file", str(token)]
    refused = keyless("assume", f"{ACCOUNT}:my-iam-role", *region)
    done = keyless("assume", f"arn:aws-iso-z:iam::{ACCOUNT}:role/my-iam-role", *region)

    assert refused.code == 255  # version 2: 252
    assert "does not know the partition of the region us-isoz-north-1" in refused.err
    assert done.code == 0, done.err
    assert len(keyless.stub.requests) == 1


def test_a_source_that_is_not_needed_is_not_checked(keyless, token: Path) -> None:
    """A circle behind the profile whose settings count has no effect."""
    keyless.add_config(
        f"[profile a]\nrole_arn = {ROLE_ARN}\nsource_profile = b\ninclude_profile = settings\n"
        f"[profile b]\nrole_arn = {ROLE_ARN}\nsource_profile = a\n"
        "[profile settings]\nassume =\n    duration_seconds = 7200\n"
    )
    for words in ([], ["export"]):
        done = keyless("assume", *words, *web(token, "--profile", "a"))

        assert done.code == 0, done.err
        assert keyless.stub.requests[-1]["DurationSeconds"] == "7200"


def test_a_refusal_does_not_lead_to_explain(keyless, token: Path) -> None:
    """It looks at AssumeRole alone; its options have no identity provider token."""
    keyless.stub.script = lambda request: refusal(403, "AccessDenied", "Not authorized")
    done = keyless("assume", *web(token))

    assert "trust policy has to allow" in " ".join(done.err.split())
    assert "aws assume explain" not in done.err
    done = keyless("assume", "explain", *web(token))
    assert done.code not in (0, 1)
    assert "Unknown options" in done.err


def test_an_endpoint_renews_by_the_token_of_that_time(
    keyless, token: Path, endpoint_renews_once
) -> None:
    """The endpoint of `exec --auto-refresh` reads the file anew for each renewal."""
    endpoint_renews_once.append(lambda: token.write_text(f"{WEB_TOKEN}2"))
    done = keyless("assume", "exec", "--auto-refresh", *web(token), "--", "true")

    assert done.code == 0, done.err
    assert keyless.stub.actions == ["AssumeRoleWithWebIdentity"] * 2
    assert [one["WebIdentityToken"] for one in keyless.stub.requests] == [
        WEB_TOKEN,
        f"{WEB_TOKEN}2",
    ]
    assert not any("Authorization" in headers for headers in keyless.stub.headers)
