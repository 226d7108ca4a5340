"""`aws assume --copy-source` in the CLI's own driver: any source to plain credentials."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Optional

import pytest

from support.environment import NO_TERMINAL
from support.loopback import Call, Keys, in_hours, rfc3339
from support.metadata_stub import ContainerStub
from support.sso_stub import ACCESS_TOKEN, SSO_KEYS, START_URL, SsoStub, write_sso_token
from support.sts_stub import ACCOUNT, ROLE_ARN, assume_role_answer, refusal

SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/Developer/alice"
OTHER_KEYS = Keys("other", "ASIASSOSSOSSOSSOSSO2", "SsoSecret2", "SsoSessionToken2")
PORTAL_CALLS = [
    Call("sso:GetRoleCredentials", {"role_name": "Developer", "account_id": ACCOUNT}, ACCESS_TOKEN)
]
KEYS = {
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "x_security_token_expires",
    "x_principal_arn",
    "x_principal_id",
    "x_principal_access_key_id",
}
TEMPORARY = "ASIATEMPTEMPTEMPTEM1"


def recorded(aws: Any, profile: str = "profile assumed-role") -> dict[str, str]:
    """Return our record in a target profile."""
    lines = aws.section(aws.config, profile)["assumed"].strip().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def copy(aws: Any, *words: str, **options: Any) -> Any:
    """Copy the SSO profile."""
    return aws("assume", "--copy-source", "--profile", "dev", *words, **options)


def test_a_session_of_sso_becomes_plain_credentials(aws: Any, sso: SsoStub) -> None:
    """The role credentials of SSO, their end and whose they are, by one call to STS."""
    done = copy(aws)

    assert done.code == 0, done.err
    assert sso.journal.calls == PORTAL_CALLS
    assert aws.stub.actions == ["GetCallerIdentity"]
    assert aws.signers() == [SSO_KEYS.id]
    assert json.loads(done.out) == {
        "UserId": "AIDASTUB",
        "Account": ACCOUNT,
        "Arn": SESSION_ARN,
        "Profile": "assumed-role",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Developer",
        "Expiration": rfc3339(sso.expiration),
        "Region": "eu-west-1",
    }
    assert "The source's credentials have been copied" in done.err
    assert aws.section(aws.credentials, "assumed-role") == {
        "aws_access_key_id": SSO_KEYS.id,
        "aws_secret_access_key": SSO_KEYS.secret,
        "aws_session_token": SSO_KEYS.token,
        "x_security_token_expires": rfc3339(sso.expiration),
        "x_principal_arn": SESSION_ARN,
        "x_principal_id": "AIDASTUB",
        "x_principal_access_key_id": SSO_KEYS.id,
    }
    assert set(aws.section(aws.config, "profile assumed-role")) == {"region", "assumed"}
    assert recorded(aws) == {
        "copy-source": "true",
        "source-profile": "dev",
        "target-region": "eu-west-1",
        "endpoint-url": aws.stub.url,
    }


def test_a_start_url_in_the_profile_itself(aws: Any, home: Path, sso: SsoStub) -> None:
    """The older form of an SSO profile, whose token file is named by the start URL."""
    write_sso_token(home, START_URL)
    aws.add_config(
        f"[profile old]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        f"sso_account_id = {ACCOUNT}\nsso_role_name = Developer\n"
    )
    done = aws("assume", "--copy-source", "--profile", "old", "--region", "us-east-1")

    assert done.code == 0, done.err
    assert sso.journal.calls == PORTAL_CALLS
    assert set(aws.section(aws.credentials, "assumed-role")) == KEYS


def test_a_program_with_an_expiry_is_copied(aws: Any, home: Path) -> None:
    """A credential_process is a source; its principal may be a user, who has no role."""
    expiration = rfc3339(in_hours(1))
    document = {"Version": 1, "AccessKeyId": TEMPORARY, "SecretAccessKey": "s",
                "SessionToken": "t", "Expiration": expiration}  # fmt: skip
    (home / "document").write_text(json.dumps(document))
    aws.add_config(f"[profile program]\ncredential_process = cat {home / 'document'}\n")
    done = aws("assume", "--copy-source", "--profile", "program", "--region", "us-east-1")

    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["Expiration"] == expiration
    assert answer["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert answer["RoleArn"] is None
    assert aws.signers() == [TEMPORARY]


def test_a_source_without_an_expiry_is_copied_without_one(aws: Any, home: Path) -> None:
    """A program that says no end: that is said, listed, exported, and copied again."""
    document = {"Version": 1, "AccessKeyId": TEMPORARY, "SecretAccessKey": "s",
                "SessionToken": "t"}  # fmt: skip
    (home / "document").write_text(json.dumps(document))
    aws.add_config(f"[profile program]\ncredential_process = cat {home / 'document'}\n")
    aws.add_key("assumed-role", TEMPORARY, "before", "before")
    with aws.credentials.open("a") as file:
        file.write(f"x_security_token_expires = {rfc3339(in_hours(-1))}\n")
    words = ("assume", "--copy-source", "--profile", "program", "--region", "us-east-1")
    done = aws(*words)

    assert done.code == 0, done.err
    assert json.loads(done.out)["Expiration"] is None
    assert "the source does not say when they expire" in done.err
    assert set(aws.section(aws.credentials, "assumed-role")) == KEYS - {"x_security_token_expires"}
    (row,) = json.loads(aws("assume", "list").out)["Profiles"]
    assert (row["State"], row["Expiration"], row["SecondsLeft"]) == ("unknown", None, 0)
    exported = aws("assume", "export", "--update-profile", "assumed-role", "--format", "process")
    assert "Expiration" not in json.loads(exported.out)
    assert aws("assume", "refresh", "--region", "us-east-1").code == 0
    assert aws(*words, "--min-ttl", "0").code == 0
    assert aws.stub.actions == ["GetCallerIdentity"] * 3


def test_an_expiry_beside_temporary_keys_is_known(aws: Any) -> None:
    """The key that saml2aws and we write beside temporary keys tells their end."""
    aws.add_key("pasted", TEMPORARY, "s", "t")
    expiration = rfc3339(in_hours(1))
    aws.credentials.write_text(
        aws.credentials.read_text() + f"x_security_token_expires = {expiration}\n"
    )
    done = aws("assume", "--copy-source", "--profile", "pasted", "--region", "us-east-1")

    assert done.code == 0, done.err
    assert json.loads(done.out)["Expiration"] == expiration


@pytest.mark.parametrize("hours", [None, 1], ids=["no expiry", "expiry"])
def test_keys_of_the_environment(aws: Any, hours: Optional[int]) -> None:
    """Temporary keys of the environment are copied, with their end where it stands beside."""
    aws.set_variable("AWS_ACCESS_KEY_ID", TEMPORARY)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "s")
    aws.set_variable("AWS_SESSION_TOKEN", "t")
    if hours is not None:
        aws.set_variable("AWS_CREDENTIAL_EXPIRATION", rfc3339(in_hours(hours)))
    done = aws("assume", "--copy-source")

    assert done.code == 0, done.err
    assert (json.loads(done.out)["Expiration"] is None) == (hours is None)
    assert recorded(aws)["credential-source"] == "Environment"
    assert aws.signers() == [TEMPORARY]


def test_expired_temporary_keys_are_refused(aws: Any) -> None:
    """What has ended is not copied, and STS is not asked."""
    aws.add_key("pasted", TEMPORARY, "s", "t")
    with aws.credentials.open("a") as file:
        file.write(f"x_security_token_expires = {rfc3339(in_hours(-1))}\n")
    done = aws("assume", "--copy-source", "--profile", "pasted", "--region", "us-east-1")

    assert "have expired at" in done.err
    assert aws.stub.requests == []


def test_long_lived_keys_are_refused(aws: Any) -> None:
    """Nothing is gained by a copy of those, and the message says so."""
    before = aws.files()
    done = aws("assume", "--copy-source")

    assert done.code == 255
    assert "long-lived credentials, which have no advantage as a copy" in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


def test_a_container_is_copied(aws: Any) -> None:
    """The endpoint of a container is a source without any profile."""
    aws.credentials.write_text("")
    with ContainerStub() as container:
        for name, value in container.variables.items():
            aws.set_variable(name, value)
        done = aws("assume", "--copy-source")

    assert done.code == 0, done.err
    assert json.loads(done.out)["Expiration"] == rfc3339(container.expiration)
    assert recorded(aws)["source-profile"] == "default"


def test_a_role_profile_is_copied(aws: Any) -> None:
    """What botocore has assumed for a profile with role_arn is copied: no second AssumeRole."""
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/s"
    aws.add_config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n")
    done = aws("assume", "--copy-source", "--profile", "deploy", "--region", "us-east-1")

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole", "GetCallerIdentity"]
    assert json.loads(done.out)["RoleArn"] == ROLE_ARN


def test_a_refusal_writes_nothing(aws: Any, sso: SsoStub) -> None:
    """Credentials that STS does not know are not written."""
    aws.stub.script = lambda request: refusal(403, "InvalidClientTokenId", "invalid")
    before = aws.files()
    done = copy(aws)

    assert done.code == 255
    assert "InvalidClientTokenId" in done.err
    assert aws.files() == before


@pytest.mark.parametrize("caller", ["", "arn:aws:iam::123456789012:user/a\n[x]"])
def test_an_answer_that_is_not_of_sts(aws: Any, sso: SsoStub, caller: str) -> None:
    """An ARN that would add a line to a file is refused."""
    aws.stub.caller = caller or "x:x:x:x:x:x"
    before = aws.files()
    done = copy(aws)

    assert "GetCallerIdentity is not one of STS" in done.err
    assert aws.files() == before


@pytest.mark.parametrize(
    "words",
    [
        ("--role-name", "r"),
        ("--role-arn", ROLE_ARN),
        ("--account-id", ACCOUNT),
        ("--duration-seconds", "900"),
        ("--role-session-name", "me"),
        ("--serial-number", "GAHT12345678"),
        ("--tags", "Key=a,Value=b"),
        ("--auto-refresh",),
    ],
)
def test_options_that_shape_a_role_are_refused(
    aws: Any, sso: SsoStub, words: tuple[str, ...]
) -> None:
    """Nothing is asked of anybody, and the message names the option."""
    done = copy(aws, *words)

    assert done.code == 255
    assert words[0] in done.err
    assert sso.journal.calls == []
    assert aws.stub.requests == []


# The verbs know a copy.


def test_list_shows_a_copy(aws: Any, sso: SsoStub) -> None:
    """Role and account are those of the session that was copied."""
    copy(aws)
    (row,) = json.loads(aws("assume", "list").out)["Profiles"]

    assert row.pop("SecondsLeft") > 3600
    assert row == {
        "Profile": "assumed-role",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Developer",
        "Account": ACCOUNT,
        "SourceProfile": "dev",
        "Expiration": rfc3339(sso.expiration),
        "Scope": None,
        "State": "valid",
    }


def test_list_shows_a_copy_without_its_marks(aws: Any, sso: SsoStub) -> None:
    """A section that another tool wrote anew tells nothing of whose it was."""
    copy(aws)
    aws.credentials.write_text("")
    (row,) = json.loads(aws("assume", "list").out)["Profiles"]

    assert (row["State"], row["RoleArn"], row["Account"]) == ("missing", None, None)


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_refresh_copies_again(aws: Any, home: Path, sso: SsoStub, words: tuple[str, ...]) -> None:
    """A refresh copies what the source has by now."""
    sso.expiration = in_hours(0.1)
    copy(aws)
    sso.expiration, sso.keys = in_hours(6), OTHER_KEYS
    done = aws("assume", "refresh", *words)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["GetCallerIdentity"] * 2
    assert aws.signers() == [SSO_KEYS.id, "ASIASSOSSOSSOSSOSSO2"]
    (row,) = json.loads(done.out)["Profiles"]
    assert row["Expiration"] == rfc3339(sso.expiration)
    assert row["Error"] is None
    section = aws.section(aws.credentials, "assumed-role")
    assert section["aws_access_key_id"] == "ASIASSOSSOSSOSSOSSO2"
    assert recorded(aws)["copy-source"] == "true"


def test_refresh_copies_what_it_has_just_renewed(aws: Any) -> None:
    """A copy of a profile of ours comes after that one, and is of its new credentials."""
    numbers = iter("1234")
    aws.stub.script = lambda request: (
        assume_role_answer(
            request["RoleArn"], "s", access_key_id=f"ASIANUMBERNUMBERNUM{next(numbers)}"
        )
        if request["Action"] == "AssumeRole"
        else None
    )
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "first")
    aws("assume", "--copy-source", "--profile", "first", "--update-profile", "second")
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert aws.section(aws.credentials, "first")["aws_access_key_id"] == "ASIANUMBERNUMBERNUM2"
    assert aws.section(aws.credentials, "second")["aws_access_key_id"] == "ASIANUMBERNUMBERNUM2"


def test_refresh_of_an_expired_sign_in_names_the_command(
    aws: Any, home: Path, sso: SsoStub
) -> None:
    """The row says how to renew the sign-in; the profile stays as it was."""
    sso.expiration = in_hours(0.1)
    copy(aws)
    write_sso_token(home, hours=-1)
    before = aws.files()
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert "aws sso login --profile dev" in json.loads(done.out)["Profiles"][0]["Error"]
    assert aws.files() == before


def test_clear_leaves_no_trace(aws: Any, sso: SsoStub) -> None:
    """Both files are as before, byte for byte."""
    before = aws.files()
    copy(aws)
    done = aws("assume", "clear")

    assert done.code == 0, done.err
    assert aws.files() == before


def test_export_answers_a_copy(aws: Any, sso: SsoStub) -> None:
    """What the profile holds is what is exported."""
    copy(aws)
    done = aws("assume", "export", "--update-profile", "assumed-role", "--format", "process")

    assert done.code == 0, done.err
    assert json.loads(done.out)["AccessKeyId"] == SSO_KEYS.id
    assert len(aws.stub.requests) == 1


def test_a_copy_that_lives_long_enough_is_not_made_again(aws: Any, sso: SsoStub) -> None:
    """--min-ttl prints the same and calls nothing; a role of that source is another request."""
    first = copy(aws, "--min-ttl", "900")
    second = copy(aws, "--min-ttl", "900")

    assert second.out == first.out
    assert len(sso.journal.calls) == len(aws.stub.requests) == 1
    aws("assume", "--role-arn", ROLE_ARN, "--profile", "dev", "--min-ttl", "900")
    assert aws.stub.actions == ["GetCallerIdentity", "AssumeRole"]
    done = copy(aws, "--min-ttl", "900")
    assert aws.stub.actions == ["GetCallerIdentity", "AssumeRole", "GetCallerIdentity"]
    assert f"had {ROLE_ARN}" in done.err


def test_a_dry_run_calls_nothing(aws: Any, sso: SsoStub) -> None:
    """What is not known is (new); no source is asked."""
    before = aws.files()
    done = copy(aws, "--dry-run")

    assert done.code == 0, done.err
    assert (sso.journal.calls, aws.stub.requests) == ([], [])
    assert aws.files() == before
    answer = json.loads(done.out)
    assert answer["Requests"] == [
        {"Operation": "GetCallerIdentity", "SourceProfile": "dev",
         "TargetProfile": "assumed-role", "Parameters": {}}
    ]  # fmt: skip
    config, credentials = (change["Diff"] for change in answer["Changes"])
    assert "+    copy-source = true" in config
    assert "+x_security_token_expires = (new)" in credentials
    assert "+region = eu-west-1" in config


def test_a_dry_run_of_a_refresh(aws: Any, sso: SsoStub) -> None:
    """A refresh of a copy is shown as one."""
    copy(aws)
    done = aws("assume", "refresh", "--dry-run")

    assert done.code == 0, done.err
    assert json.loads(done.out)["Requests"][0]["Operation"] == "GetCallerIdentity"
    assert len(aws.stub.requests) == 1


def test_a_shell_of_the_target_copies_the_recorded_source(aws: Any, sso: SsoStub) -> None:
    """With AWS_PROFILE on the copy, its source is copied again, not the copy."""
    copy(aws)
    aws.set_variable("AWS_PROFILE", "assumed-role")
    done = aws("assume", "--copy-source")

    assert done.code == 0, done.err
    assert recorded(aws)["source-profile"] == "dev"


def test_the_source_itself_is_no_target(aws: Any, sso: SsoStub) -> None:
    """The SSO profile is never overwritten."""
    before = aws.files()
    done = copy(aws, "--update-profile", "dev")

    assert done.code == 255
    assert "is the source" in done.err
    assert aws.files() == before


def test_no_secret_leaves_by_debug(aws: Any, sso: SsoStub) -> None:
    """Neither the token of SSO nor what it buys is in the log."""
    done = copy(aws, "--debug")

    assert done.code == 0, done.err
    assert "awscli.assume" in done.err
    assert [
        text for text in (SSO_KEYS.secret, SSO_KEYS.token, ACCESS_TOKEN) if text in done.err
    ] == []


# Sign-ins that have ended.


@pytest.mark.parametrize("words", [("--copy-source",), ("--role-arn", ROLE_ARN),
                                   ("--role-name", "my-iam-role")])  # fmt: skip
@pytest.mark.parametrize("how", ["expired", "missing", "signed out"])
def test_the_command_that_renews_is_named(
    aws: Any, home: Path, sso: SsoStub, words: tuple[str, ...], how: str
) -> None:
    """botocore's own text stays, and the command for this profile stands behind it, once."""
    if how == "missing":
        write_sso_token(home).unlink()
    elif how == "expired":
        write_sso_token(home, hours=-1)
    sso.tokens.clear()
    before = aws.files()
    done = aws("assume", *words, "--profile", "dev")

    assert done.code == 255
    assert "SSO" in done.err or "Token" in done.err
    assert done.err.count("With AWS CLI version 2, run: aws sso login --profile dev") == 1
    assert aws.stub.requests == []
    assert aws.files() == before


def test_a_role_on_sso_names_the_profile_of_the_sign_in(
    aws: Any, home: Path, sso: SsoStub
) -> None:
    """Where the source is a role on an SSO profile, that one is named."""
    write_sso_token(home, hours=-1)
    aws.add_config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = dev\n")
    done = aws("assume", "--copy-source", "--profile", "deploy", "--region", "us-east-1")

    assert "aws sso login --profile dev" in done.err


def test_export_of_an_expired_sign_in(aws: Any, home: Path, sso: SsoStub) -> None:
    """The source's own credentials have the same message."""
    write_sso_token(home, hours=-1)
    done = aws("assume", "export", "--profile", "dev")

    assert "aws sso login --profile dev" in done.err


def test_a_login_session_without_a_token(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws login` is named for a profile of its own kind."""
    # Version 1 needs awscrt for it; without, botocore says that before all else.
    monkeypatch.setattr("botocore.credentials.EC", object())
    aws.add_config(f"[profile console]\nlogin_session = arn:aws:iam::{ACCOUNT}:user/alice\n")
    for words in (("--copy-source",), ("--role-arn", ROLE_ARN, "--region", "us-east-1")):
        done = aws("assume", *words, "--profile", "console")

        assert done.err.count("aws login --profile console") == 1


def test_an_expiry_in_the_near_end_is_told(aws: Any, sso: SsoStub) -> None:
    """The state of a copy is that of any profile."""
    sso.expiration = in_hours(0) + timedelta(minutes=10)
    copy(aws)

    assert json.loads(aws("assume", "list").out)["Profiles"][0]["State"] == "expiring"


def test_a_copy_of_a_user_is_no_role_session(aws: Any, sso: SsoStub) -> None:
    """A role on it has no limit of one hour: it is no role chaining."""
    aws.stub.caller = f"arn:aws:iam::{ACCOUNT}:user/alice"
    copy(aws, "--update-profile", "first")
    words = ("--role-arn", ROLE_ARN, "--duration-seconds", "7200", "--dry-run")
    done = aws("assume", *words, "--profile", "first")
    assert done.code == 0, done.err

    aws.stub.caller = SESSION_ARN
    copy(aws, "--update-profile", "first")
    assert "role chaining" in aws("assume", *words, "--profile", "first").err


# The verbs that write nothing.


def test_export_hands_out_a_copy(aws: Any, sso: SsoStub) -> None:
    """The source's own credentials with their end, and nothing is asked of STS."""
    before = aws.files()
    done = aws("assume", "export", "--copy-source", "--profile", "dev", "--format", "process")

    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert (answer["AccessKeyId"], answer["Expiration"]) == (SSO_KEYS.id, rfc3339(sso.expiration))
    assert aws.stub.requests == []
    assert aws.files() == before


def test_export_copies_what_a_role_profile_yields(aws: Any) -> None:
    """With --copy-source the role of the profile is botocore's own affair."""
    aws.add_config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n")
    words = ("export", "--copy-source", "--profile", "deploy", "--region", "us-east-1")
    done = aws("assume", *words, "--format", "env")

    assert done.code == 0, done.err
    assert [one.get("RoleSessionName", "")[:8] for one in aws.stub.requests] == ["botocore"]


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("export", ("--role-name", "r")),
        ("export", ("--duration-seconds", "900")),
        ("export", ("--update-profile", "assumed-role")),
        ("exec", ("--role-arn", ROLE_ARN)),
        ("exec", ("--auto-refresh",)),
    ],
)
def test_the_verbs_refuse_a_role_beside_a_copy(
    aws: Any, sso: SsoStub, verb: str, words: tuple[str, ...]
) -> None:
    """Nothing is asked of anybody, and both options are named."""
    end = ("--", "true") if verb == "exec" else ()
    done = aws("assume", verb, "--copy-source", "--profile", "dev", *words, *end)

    assert done.code == 255
    assert "--copy-source" in done.err
    assert words[0] in done.err
    assert sso.journal.calls == []


def test_no_role_on_a_source_of_sso_suggests_the_copy(aws: Any, sso: SsoStub) -> None:
    """`aws assume` with neither names the option that would have worked."""
    done = aws("assume", "--profile", "dev", environment=NO_TERMINAL)

    assert "No role was named" in done.err
    assert "--copy-source" in done.err


# Keys of the environment are the source, whatever AWS_PROFILE names.


def set_keys(aws: Any, profile: str) -> None:
    """Set temporary keys and a profile in the environment, beside a profile of another role."""
    aws.add_config(
        f"[profile audit]\nrole_arn = {ROLE_ARN}\nsource_profile = default\nregion = us-east-1\n"
    )
    aws.set_variable("AWS_ACCESS_KEY_ID", TEMPORARY)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "s")
    aws.set_variable("AWS_SESSION_TOKEN", "t")
    aws.set_variable("AWS_PROFILE", profile)


@pytest.mark.parametrize("profile", ["audit", "default"])
@pytest.mark.parametrize("words", [(), ("refresh", "--all")], ids=["assume", "refresh"])
def test_keys_of_the_environment_beside_a_profile(
    aws: Any, profile: str, words: tuple[str, ...]
) -> None:
    """The keys are copied and not who the profile is, by a refresh as well."""
    set_keys(aws, profile)
    done = aws("assume", "--copy-source", "--region", "us-east-1")
    assert done.code == 0, done.err
    if words:
        again = aws("assume", *words)
        assert again.code == 0, again.err

    assert set(aws.stub.actions) == {"GetCallerIdentity"}
    assert set(aws.signers()) == {TEMPORARY}
    assert recorded(aws)["credential-source"] == "Environment"
    section = aws.section(aws.credentials, "assumed-role")
    assert section["aws_access_key_id"] == TEMPORARY


def test_a_role_is_refreshed_by_keys_of_the_environment_beside_a_copy(aws: Any) -> None:
    """Both have the environment as their source, and AWS_PROFILE changes neither."""
    set_keys(aws, "audit")
    options = ("--region", "us-east-1", "--update-profile")
    assert aws("assume", "--copy-source", *options, "a-copy").code == 0
    assert aws("assume", "--role-arn", ROLE_ARN, *options, "b-role").code == 0
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert set(aws.signers()) == {TEMPORARY}


@pytest.mark.parametrize("verb", ["export", "exec"])
def test_the_verbs_take_the_recorded_source(
    aws: Any, sso: SsoStub, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """In a shell of the copy, which may have ended, the source is what the copy was made from."""
    children: list[Any] = []
    monkeypatch.setattr(
        "awscli_assume.commands.exec.become",
        lambda path, command, child: children.append(child) or 0,
    )
    sso.expiration = in_hours(0.01)
    copy(aws)
    aws.credentials.write_text(
        aws.credentials.read_text().replace(rfc3339(sso.expiration), rfc3339(in_hours(-1)))
    )
    sso.expiration, sso.keys = in_hours(6), OTHER_KEYS
    aws.set_variable("AWS_PROFILE", "assumed-role")
    end = ("--format", "process") if verb == "export" else ("--", "true")
    done = aws("assume", verb, "--copy-source", *end)

    assert done.code == 0, done.err
    given = json.loads(done.out)["AccessKeyId"] if verb == "export" else children[0]
    given = given if isinstance(given, str) else given["AWS_ACCESS_KEY_ID"]
    assert given == "ASIASSOSSOSSOSSOSSO2"


def test_the_verbs_hand_out_the_copy_itself_where_it_is_named(aws: Any, sso: SsoStub) -> None:
    """A copy that --profile names is the source, and so is AWS_PROFILE without --copy-source."""
    copy(aws)
    sso.keys = OTHER_KEYS
    named = aws("assume", "export", "--copy-source", "--profile", "assumed-role",
                "--format", "process")  # fmt: skip
    aws.set_variable("AWS_PROFILE", "assumed-role")
    bare = aws("assume", "export", "--format", "process")

    found = [json.loads(done.out)["AccessKeyId"] for done in (named, bare)]
    assert found == [SSO_KEYS.id, SSO_KEYS.id]


# What another tool has set over a profile of ours.


@pytest.mark.parametrize("key_id", ["ASIASOMEBODYELSES001", SSO_KEYS.id], ids=["theirs", "ours"])
def test_the_end_of_other_keys_is_not_theirs(aws: Any, sso: SsoStub, key_id: str) -> None:
    """An expiry that stands beside keys counts for the ones that it was written with."""
    copy(aws, "--update-profile", "first")
    text = aws.credentials.read_text().replace(rfc3339(sso.expiration), rfc3339(in_hours(-1)))
    first = f"aws_access_key_id = {SSO_KEYS.id}"
    aws.credentials.write_text(text.replace(first, f"aws_access_key_id = {key_id}", 1))
    source = ("--copy-source", "--profile", "first", "--region", "us-east-1")
    copied = aws("assume", *source)
    exported = aws("assume", "export", "--profile", "first", "--format", "process")

    if key_id == SSO_KEYS.id:
        assert "have expired at" in copied.err
        assert "have expired at" in exported.err
        return
    assert copied.code == 0, copied.err
    assert json.loads(copied.out)["Expiration"] is None
    assert exported.code == 0, exported.err
    answer = json.loads(exported.out)
    assert (answer["AccessKeyId"], "Expiration" in answer) == (key_id, False)


CHAINED = "itself an assumed role"


@pytest.mark.parametrize("caller", [SESSION_ARN, f"arn:aws:iam::{ACCOUNT}:user/alice"])
def test_the_note_on_role_chaining_is_true(aws: Any, sso: SsoStub, caller: str) -> None:
    """A role on AWS_PROFILE is role chaining where that one is a role's; a copy never is."""
    aws.stub.caller = caller
    copy(aws, "--update-profile", "first")
    aws.set_variable("AWS_PROFILE", "first")
    role = aws("assume", "--role-arn", ROLE_ARN, "--region", "us-east-1")
    copied = aws("assume", "--copy-source", "--region", "us-east-1")

    assert (role.code, copied.code) == (0, 0), role.err + copied.err
    assert (CHAINED in role.err) == (caller == SESSION_ARN)
    assert CHAINED not in copied.err
