"""Roles of IAM Identity Center: the meanings of words and options, and the calls for them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable

import pytest

from support.environment import NO_TERMINAL
from support.sso_stub import (
    ACCESS_TOKEN,
    REFRESHED_TOKEN,
    SSO_KEYS,
    START_URL,
    PortalAccount,
    SsoStub,
    write_sso_token,
)
from support.sts_stub import ACCOUNT

STAGING = "222222222222"
LISTED = ["sso:ListAccounts", "sso:ListAccountRoles"]
CREDENTIALS = ["sso:GetRoleCredentials"]
EXPLICIT = ("--sso-session", "corp", "--account-id", ACCOUNT, "--role-name", "ReadOnlyAccess")


@pytest.fixture(autouse=True)
def accounts(sso: SsoStub) -> None:
    """Let the portal grant two roles in ``production``, and one in ``staging``."""
    sso.accounts = [
        PortalAccount(ACCOUNT, "production", ("AdministratorAccess", "ReadOnlyAccess")),
        PortalAccount(STAGING, "staging", ("AdministratorAccess",)),
    ]


@pytest.fixture
def called(aws: Any, sso: SsoStub) -> Callable[[], list[str]]:
    """Return a function that returns the calls since its last call."""

    def take() -> list[str]:
        found = [call.operation for call in sso.journal.calls]
        found += [request["Action"] for request in aws.stub.requests]
        sso.journal.calls.clear()
        aws.stub.requests.clear()
        return found

    return take


def record(aws: Any, profile: str = "assumed-role") -> str:
    """Return the record of a profile, with a line for each key."""
    return aws.section(aws.config, f"profile {profile}")["assumed"].strip()


@pytest.mark.parametrize(
    "word", ["production/AdministratorAccess", "PRODUCTION:AdministratorAccess"]
)
def test_account_and_permission_set_are_looked_up_once(
    aws: Any, called: Callable, word: str
) -> None:
    """Later runs list nothing, and get the credentials from the CLI's own cache."""
    first = aws("assume", word)
    assert first.code == 0, first.err
    assert called() == [*LISTED, *CREDENTIALS, "GetCallerIdentity"]
    assert record(aws).splitlines() == [
        "sso-session = corp",
        f"sso-account-id = {ACCOUNT}",
        "sso-role-name = AdministratorAccess",
        "target-region = us-east-1",
        f"endpoint-url = {aws.stub.url}",
    ]
    keys = aws.section(aws.credentials, "assumed-role")
    assert keys["aws_access_key_id"] == SSO_KEYS.id

    assert aws("assume", word, "--update-profile", "other").code == 0
    assert called() == ["GetCallerIdentity"]
    assert aws("assume", word).code == 0
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]


def test_permission_set_in_other_case(aws: Any, called: Callable) -> None:
    """The record has the exact name of the granted role."""
    assert aws("assume", f"{ACCOUNT}/administratoraccess").code == 0
    assert called() == ["sso:ListAccountRoles", *CREDENTIALS, "GetCallerIdentity"]
    assert "sso-role-name = AdministratorAccess" in record(aws)


def test_options_with_an_id_need_no_list(aws: Any, called: Callable) -> None:
    """With an account ID, only GetRoleCredentials and GetCallerIdentity are called."""
    assert aws("assume", *EXPLICIT).code == 0
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]


@pytest.mark.parametrize(
    "words",
    [
        ("production/ReadOnlyAccess", "--sso-session", "corp"),
        ("ReadOnlyAccess", "--account-id", "Production", "--sso-session", START_URL),
    ],
)
def test_options_with_a_name_need_one_list(aws: Any, called: Callable, words: Any) -> None:
    """The name of an account is looked up once."""
    assert aws("assume", *words).code == 0
    assert called() == ["sso:ListAccounts", *CREDENTIALS, "GetCallerIdentity"]
    assert aws("assume", *words, "--update-profile", "other").code == 0
    assert called() == ["GetCallerIdentity"]


def test_configured_profile_in_one_word(aws: Any, called: Callable) -> None:
    """A profile of Identity Center is a role, with its own region and client settings."""
    done = aws("assume", "dev")
    assert done.code == 0, done.err
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]
    assert json.loads(done.out)["Region"] == "eu-west-1"
    assert "settings-profile = dev" in record(aws)
    other = aws("assume", "dev", "--profile", "default")
    assert other.code == 255
    assert "is a profile with its own source" in other.err


def test_configuration_confirms_a_word(aws: Any, called: Callable) -> None:
    """A profile that names the account and the role makes a list unnecessary."""
    assert aws("assume", f"{ACCOUNT}/Developer").code == 0
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]
    assert aws("assume", "dev/Developer").code == 0
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]


def test_role_of_iam_in_the_configuration_is_not_looked_up(aws: Any, called: Callable) -> None:
    """A word that names an IAM role of a profile or a record remains an IAM role."""
    aws.add_config(f"[profile ops]\nrole_arn = arn:aws:iam::{STAGING}:role/ops\n")
    assert aws("assume", f"{STAGING}/ops").code == 0
    assert called() == ["AssumeRole"]


def test_role_that_is_not_granted_is_one_of_iam(aws: Any, called: Callable) -> None:
    """The portal is called once; later runs use the record."""
    for calls in (["sso:ListAccountRoles", "AssumeRole"], ["AssumeRole"]):
        assert aws("assume", f"{STAGING}:deploy").code == 0
        assert called() == calls


@pytest.mark.parametrize(
    ("word", "note"),
    [
        (f"{ACCOUNT}:ReadOnlyAcces", f"'ReadOnlyAcces' in {ACCOUNT}, but ReadOnlyAccess"),
        ("production/Admin", "'Admin' in production, but AdministratorAccess, ReadOnlyAccess"),
        ("productoin/ReadOnlyAccess", "an account 'productoin', but production"),
        ("nosuch/ReadOnlyAccess", "an account 'nosuch', but production, staging"),
    ],
)  # fmt: skip
def test_what_is_granted_is_named(aws: Any, word: str, note: str) -> None:
    """A note names similar accounts, and similar roles of an account."""
    done = aws("assume", word)
    assert f"aws: [NOTE]: IAM Identity Center does not grant {note}\n" in done.err


@pytest.mark.parametrize(
    ("body", "key"),
    [(b"<html>sign in</html>", "roleCredentials"), (b'{"roleCredentials": {}}', "accessKeyId")],
)
def test_response_without_credentials(aws: Any, sso: SsoStub, body: bytes, key: str) -> None:
    """A page of a proxy is an error that says where to look, and nothing is written."""
    sso.body = body
    done = aws("assume", *EXPLICIT)
    assert done.code == 255
    assert f"GetRoleCredentials is not from IAM Identity Center: it has no {key}" in done.err
    assert "AWS_ENDPOINT_URL_SSO" in done.err
    assert "assumed-role" not in aws.config.read_text()


def test_dry_run_knows_the_accounts_of_the_cache(aws: Any, called: Callable) -> None:
    """An account that was looked up has its ID; nothing is called."""
    words = (
        "--sso-session",
        "corp",
        "--account-id",
        "production",
        "--role-name",
        "ReadOnlyAccess",
    )
    assert aws("assume", *words).code == 0
    called()
    done = aws("assume", *words, "--dry-run")
    assert done.code == 0
    assert json.loads(done.out)["Requests"][0]["Parameters"]["accountId"] == ACCOUNT
    assert called() == []


@pytest.mark.parametrize("word", [f"{STAGING}/deploy", f"{STAGING}:deploy"])
def test_incomplete_session_is_none(aws: Any, called: Callable, word: str) -> None:
    """Without a region, the words mean what they mean without a session."""
    text = aws.config.read_text()
    aws.config.write_text("\n".join(x for x in text.split("\n") if not x.startswith("sso_region")))
    done = aws("assume", word)
    assert done.code == 0, done.err
    assert called() == ["AssumeRole"]


def test_named_source_means_a_role_of_iam(aws: Any, called: Callable) -> None:
    """With --profile the role is assumed from the profile; nothing is looked up."""
    done = aws("assume", f"{STAGING}/AdministratorAccess", "--profile", "default")
    assert done.code == 0, done.err
    assert called() == ["AssumeRole"]


def test_without_a_session_nothing_changes(aws: Any, called: Callable) -> None:
    """Without a session, the meaning of a word does not change."""
    text = aws.config.read_text()
    aws.config.write_text(text[: text.index("[sso-session")])
    assert aws("assume", f"{STAGING}/AdministratorAccess").code == 0
    assert called() == ["AssumeRole"]
    done = aws("assume", *EXPLICIT)
    assert "No session of IAM Identity Center is configured" in done.err


def test_ambiguous_word_is_listed(aws: Any, called: Callable) -> None:
    """Each meaning is a command line that works, and nothing is called."""
    aws.add_config(
        f"[profile ops]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/Developer\n"
        f"[profile dev/Developer]\nrole_arn = arn:aws:iam::{STAGING}:role/x\n"
        "source_profile = default\nregion = us-east-1\n"
        f"[profile deep]\nrole_arn = arn:aws:iam::{STAGING}:role/dev/other\n"
    )
    done = aws("assume", "dev/Developer", environment=NO_TERMINAL)
    assert done.code == 255
    assert called() == []
    ways = re.search(r"in place of it: (.*)", done.err).group(1).split("; or ")
    assert ways == [
        f"--sso-session corp --account-id {ACCOUNT} --role-name Developer",
        "--profile dev/Developer",
        f"--role-name Developer --account-id {ACCOUNT}",
        "--role-name dev/Developer",
    ]
    for way in ways:
        assert aws("assume", *way.split()).code == 0, way


def test_two_accounts_with_one_name_are_listed(aws: Any, sso: SsoStub, called: Callable) -> None:
    """The case of names does not matter, and accounts without the role are left out."""
    sso.accounts += [
        PortalAccount("333333333333", "PRODUCTION"),
        PortalAccount("444444444444", "Production", ("Other",)),
    ]
    done = aws("assume", "production/ReadOnlyAccess", environment=NO_TERMINAL)
    ids = re.findall(r"--sso-session corp --account-id (\d+) --role-name ReadOnlyAccess", done.err)
    assert ids == [ACCOUNT, "333333333333"]
    assert "several accounts have the name 'production'" in done.err
    done = aws("assume", "--sso-session", "corp", "--account-id", "production", "--role-name", "x")
    assert "Several accounts have the name 'production'" in done.err
    assert "GetRoleCredentials" not in called()


def test_unknown_account_of_a_session(aws: Any) -> None:
    """The error for an unknown account names a similar one."""
    done = aws("assume", "--sso-session", "corp", "--account-id", "stagin", "--role-name", "x")
    assert "grants no account 'stagin'. Similar: 'staging'" in done.err


def test_several_sessions(aws: Any, called: Callable) -> None:
    """The error lists the sessions, unless the current profile names one."""
    aws.add_config(
        "[sso-session lab]\nsso_region = eu-west-1\n"
        "sso_start_url = https://lab.awsapps.com/start\n"
    )
    done = aws("assume", "production/ReadOnlyAccess", environment=NO_TERMINAL)
    assert done.code == 255
    ways = re.search(r"in place of it: (.*)", done.err).group(1).split("; or ")
    assert ways == [
        "--sso-session corp --account-id production --role-name ReadOnlyAccess",
        "--sso-session lab --account-id production --role-name ReadOnlyAccess",
        "--role-name ReadOnlyAccess --account-id production",
    ]
    assert called() == []
    aws.set_variable("AWS_PROFILE", "dev")
    assert aws("assume", "production/ReadOnlyAccess").code == 0
    assert called() == [*LISTED, *CREDENTIALS, "GetCallerIdentity"]
    unknown = aws("assume", *EXPLICIT[2:], "--sso-session", "other")
    assert "Unknown SSO session 'other'. Configured sessions: corp, lab" in unknown.err


@pytest.mark.parametrize(
    "words",
    [
        ("--duration-seconds", "900"),
        ("--tags", "Key=a,Value=b"),
        ("--policy", "{}"),
        ("--policy-arns", "arn=arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("--transitive-tag-keys", "a"),
        ("--external-id", "partner"),
        ("--source-identity", "carol"),
        ("--serial-number", "arn:aws:iam::123456789012:mfa/carol"),
        ("--token-code", "123456"),
        ("--role-session-name", "carol"),
        ("--provided-contexts", "ProviderArn=a,ContextAssertion=b"),
        ("--minimum-session-token-size", "100"),
        ("--web-identity-token-file", "/token"),
        ("--saml-assertion", "file:///dev/null"),
    ],
)
@pytest.mark.parametrize("verb", [(), ("export",), ("exec",)])
def test_option_that_only_sts_has(aws: Any, called: Callable, words: Any, verb: Any) -> None:
    """The error suggests to assume an IAM role from this role."""
    done = aws("assume", *verb, *EXPLICIT, *words)
    assert done.code == 255
    assert f"{words[0]} does not go with a role of IAM Identity Center" in done.err
    assert "--via ACCOUNT/NAME" in done.err
    assert called() == []


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--sso-session", "corp"), "has an account and a name. Try: --sso-session corp"),
        (("x", "--sso-session", "corp"), "has an account and a name"),
        (("a/b", "--account-id", ACCOUNT, "--sso-session", "corp"), "already names an account"),
        (("--sso-session", "corp", "--role-arn", "a"), "by its account and its permission set"),
        ((*EXPLICIT[:4], "--role-name", "team/x"), "which has no path"),
        ((*EXPLICIT, "--copy-source"), "--copy-source assumes no role"),
        (("--via", "x", "--role-name", "y", "--sso-session", "corp"), "goes with the first --via"),
        (
            ("--role-name", "AWSReservedSSO_AdministratorAccess_0123456789abcdef"),
            "aws assume ACCOUNT/AdministratorAccess",
        ),
        (
            (f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/"
             "AWSReservedSSO_Read_Only_0123456789abcdef",),
            f"aws assume {ACCOUNT}/Read_Only",
        ),
    ],
)  # fmt: skip
def test_wrong_options(aws: Any, called: Callable, words: Any, error: str) -> None:
    """Each is an error before any call."""
    done = aws("assume", *words)
    assert done.code == 255
    assert error in done.err
    assert called() == []


def test_first_role_of_a_chain(aws: Any, called: Callable) -> None:
    """The first role signs the call; its account is the default, and one hour is the maximum."""
    done = aws("assume", "--role-name", "ops", "--via", "production/AdministratorAccess")
    assert done.code == 0, done.err
    assert called() == [*LISTED, *CREDENTIALS, "AssumeRole"]
    assert aws.signers()[-1] == SSO_KEYS.id
    assert record(aws).splitlines()[:5] == [
        f"role-arn = arn:aws:iam::{ACCOUNT}:role/ops",
        "role-session-name = {user}-{date}-session",
        "sso-session = corp",
        f"sso-account-id = {ACCOUNT}",
        "sso-role-name = AdministratorAccess",
    ]
    assert aws("assume", "refresh").code == 0
    assert called() == ["AssumeRole"]
    too_long = aws(
        "assume", "--role-name", "ops", "--via", "production/AdministratorAccess",
        "--duration-seconds", "7200",
    )  # fmt: skip
    assert "role chaining gives at most 3600 seconds" in too_long.err
    assert called() == []


def test_chain_of_three_roles(aws: Any, called: Callable) -> None:
    """The other roles of --via follow the first."""
    done = aws(
        "assume", f"arn:aws:iam::{STAGING}:role/last", "--sso-session", "corp",
        "--via", f"{ACCOUNT}/ReadOnlyAccess", "--via", f"arn:aws:iam::{STAGING}:role/middle",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert called() == [*CREDENTIALS, "AssumeRole", "AssumeRole"]


def test_expired_sign_in_names_the_command(aws: Any, home: Path, version_2: None) -> None:
    """The error names the login command for the session, and the options for an IAM role."""
    write_sso_token(home, hours=-1)
    before = aws.files()
    done = aws("assume", "production/AdministratorAccess")
    assert "Renew it: aws sso login --sso-session corp" in done.err
    assert "role of IAM: --role-name AdministratorAccess --account-id production" in done.err
    done = aws("assume", *EXPLICIT)
    assert "Renew it: aws sso login --sso-session corp" in done.err
    done = aws("assume", "dev")
    assert "Renew it: aws sso login --sso-session corp" in done.err
    assert aws.files() == before


def test_another_tools_token_file(aws: Any, home: Path, version_2: None) -> None:
    """A token file that botocore can't read counts as a missing sign-in."""
    path = write_sso_token(home)
    path.write_text('{"accessToken": 3}')
    done = aws("assume", "production/AdministratorAccess")
    assert done.code == 255
    assert "Renew it: aws sso login --sso-session corp" in done.err
    assert "Traceback" not in done.err


def test_token_is_refreshed_as_in_botocore(
    aws: Any, sso: SsoStub, home: Path, called: Callable
) -> None:
    """An expired token with a refresh token is renewed without a prompt."""
    write_sso_token(home, hours=-1, has_refresh_token=True)
    assert aws("assume", *EXPLICIT).code == 0
    assert sso.journal.calls[-1].by == REFRESHED_TOKEN != ACCESS_TOKEN
    assert called() == ["sso-oidc:CreateToken", *CREDENTIALS, "GetCallerIdentity"]


def test_old_style_session(aws: Any, home: Path, called: Callable, version_2: None) -> None:
    """A profile with its own start URL is also a session."""
    text = aws.config.read_text()
    aws.config.write_text(text[: text.index("[sso-session")])
    aws.add_config(
        f"[profile old]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        f"sso_account_id = {STAGING}\nsso_role_name = Other\n"
    )
    write_sso_token(home, START_URL)
    assert aws("assume", "production/AdministratorAccess").code == 0
    assert called() == [*LISTED, *CREDENTIALS, "GetCallerIdentity"]
    assert f"sso-session = {START_URL}" in record(aws)
    assert aws("assume", "refresh").code == 0
    write_sso_token(home, START_URL, hours=-1)
    done = aws("assume", "staging/AdministratorAccess")
    assert "Renew it: aws sso login --profile old" in done.err


def test_template_of_the_target(aws: Any) -> None:
    """A template of the target name gets the account and the name of the role."""
    done = aws("assume", "production/AdministratorAccess", "--update-profile", "auto")
    assert json.loads(done.out)["Profile"] == f"{ACCOUNT}-AdministratorAccess"


def test_dry_run_calls_nothing(aws: Any, called: Callable) -> None:
    """A dry run shows both requests, or lists the meanings of an unknown word."""
    before = aws.files()
    done = aws("assume", *EXPLICIT, "--dry-run")
    assert json.loads(done.out)["Requests"] == [
        {
            "Operation": "GetRoleCredentials",
            "SourceProfile": f"corp/{ACCOUNT}/ReadOnlyAccess",
            "TargetProfile": "assumed-role",
            "Parameters": {"accountId": ACCOUNT, "roleName": "ReadOnlyAccess"},
        },
        {
            "Operation": "GetCallerIdentity",
            "SourceProfile": f"corp/{ACCOUNT}/ReadOnlyAccess",
            "TargetProfile": "assumed-role",
            "Parameters": {},
        },
    ]
    named = aws("assume", *EXPLICIT[:2], "staging/ReadOnlyAccess", "--dry-run")
    assert json.loads(named.out)["Requests"][0]["Parameters"]["accountId"] == "staging"
    words = ("staging/ReadOnlyAccess", "--dry-run")
    unknown = aws("assume", *words, environment=NO_TERMINAL)
    assert "a dry run makes no call. Type one of these" in unknown.err
    assert called() == []
    assert aws.files() == before


def test_minimum_time_to_live(aws: Any, called: Callable) -> None:
    """A role that is still valid is not requested again; another one is."""
    words = ("assume", "production/AdministratorAccess", "--min-ttl", "900")
    assert aws(*words).code == 0
    called()
    assert aws(*words).code == 0
    assert called() == []
    assert aws("assume", *EXPLICIT, "--min-ttl", "900").code == 0
    assert called() == [*CREDENTIALS, "GetCallerIdentity"]


def test_list_refresh_and_clear(aws: Any, called: Callable) -> None:
    """list, refresh and clear work with the record of the role."""
    before = aws.files()
    for name in ("AdministratorAccess", "ReadOnlyAccess"):
        assert aws("assume", f"production/{name}", "--update-profile", name).code == 0
    called()
    rows = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]
    assert [
        (row["Profile"], row["Account"], row["SourceProfile"], row["State"]) for row in rows
    ] == [
        (name, ACCOUNT, f"corp/{ACCOUNT}/{name}", "valid")
        for name in ("AdministratorAccess", "ReadOnlyAccess")
    ]
    done = aws("assume", "refresh", "--all")
    assert done.code == 0, done.err
    assert sorted(called()) == [*["GetCallerIdentity"] * 2, *CREDENTIALS * 2]
    assert aws("assume", "clear", "--all").code == 0
    assert aws.files() == before


def test_session_that_was_removed(aws: Any) -> None:
    """A refresh reports that the session is no longer configured."""
    assert aws("assume", "production/AdministratorAccess").code == 0
    aws.config.write_text(
        aws.config.read_text().replace("[sso-session corp]", "[sso-session new]")
    )
    aws.config.write_text(
        aws.config.read_text().replace(START_URL, "https://new.awsapps.com/start")
    )
    done = aws("assume", "refresh")
    assert (
        "The SSO session 'corp', which grants 123456789012/AdministratorAccess, is no longer"
        in done.err
    )


def test_in_a_shell_of_the_target(aws: Any, called: Callable) -> None:
    """If AWS_PROFILE is the target, the same settings apply, and the target is written again."""
    aws.add_config("[profile settings]\nregion = eu-central-1\n")
    aws.set_variable("AWS_PROFILE", "settings")
    assert aws("assume", *EXPLICIT).code == 0
    assert "settings-profile = settings" in record(aws)
    aws.set_variable("AWS_PROFILE", "assumed-role")
    done = aws("assume", *EXPLICIT)
    assert json.loads(done.out)["Region"] == "eu-central-1"
    assert "settings-profile = settings" in record(aws)
    called()
    assert aws("assume", "--role-name", "ops").code == 0
    assert called() == ["AssumeRole"]
    assert aws.signers()[-1] == SSO_KEYS.id


def test_explain(aws: Any, home: Path, called: Callable) -> None:
    """explain checks the sign-in and the grant, and requests no credentials."""
    done = aws("assume", "explain", *EXPLICIT, "--output", "json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["RoleArn"], found["Verdict"]) == (f"{ACCOUNT}/ReadOnlyAccess", "ok")
    assert called() == ["sso:ListAccountRoles"]
    done = aws("assume", "explain", *EXPLICIT[:4], "--role-name", "ReadOnlyAcces")
    assert done.code == 1
    assert "IAM Identity Center does not grant ReadOnlyAcces" in done.out
    assert f"Try: aws assume {' '.join(EXPLICIT)}" in done.out
    write_sso_token(home, hours=-1)
    called()
    done = aws("assume", "explain", *EXPLICIT)
    assert "Try: aws sso login --sso-session corp" in done.out
    assert called() == []


def test_explain_a_chain(aws: Any, called: Callable) -> None:
    """explain of a role chain reports the role of Identity Center as the caller."""
    done = aws(
        "assume", "explain", "--role-name", "ops", "--via", "production/AdministratorAccess",
        "--output", "json",
    )  # fmt: skip
    assert called()[:3] == [*LISTED, *CREDENTIALS]
    caller = json.loads(done.out)["Steps"][0]["Evidence"]
    assert caller[0] == f"the caller is arn:aws:sts::{ACCOUNT}:assumed-role/Developer/alice"
    assert "(role production/AdministratorAccess of the SSO session 'corp')" in caller[2]


def test_ambiguous_first_role_of_a_chain(aws: Any, called: Callable) -> None:
    """Each listed meaning works as an option; a leading slash marks a path."""
    aws.add_config(f"[profile deep]\nrole_arn = arn:aws:iam::{STAGING}:role/dev/other\n")
    done = aws("assume", "--role-name", "ops", "--via", "dev/Developer")
    ways = re.search(r"in place of it: (.*)", done.err).group(1).split("; or ")
    assert ways == [f"--sso-session corp --via {ACCOUNT}/Developer", "--via /dev/Developer"]
    assert called() == []
    expected = [
        [*CREDENTIALS, "AssumeRole"], ["GetCallerIdentity", "AssumeRole", "AssumeRole"]
    ]  # fmt: skip
    for way, calls in zip(ways, expected):
        assert aws("assume", "--role-name", "ops", *way.split()).code == 0, way
        assert called() == calls
    unknown = aws("assume", "--role-name", "ops", "--via", "staging/Admin", "--dry-run")
    assert "--sso-session corp --via staging/Admin; or --via /staging/Admin" in unknown.err


def test_profile_in_other_case(aws: Any, called: Callable) -> None:
    """The error for a profile in another case names the profile."""
    done = aws("assume", "DEV")
    words = f"--sso-session corp --account-id {ACCOUNT} --role-name Developer"
    assert f"the profile is 'dev'. Try: aws assume {words}." in done.err
    assert called() == []


def test_word_without_an_account_is_a_role_of_iam(aws: Any, called: Callable) -> None:
    """A role name without an account is an IAM role, even with a session."""
    assert aws("assume", "AdministratorAccess").code == 0
    assert called() == ["GetCallerIdentity", "AssumeRole"]
