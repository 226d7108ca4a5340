"""A role in one word, and accounts by their names, in the CLI's own driver."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from support.sts_stub import ACCOUNT, OTHER_ACCOUNT, USER_KEY_ID, Directory, refusal

URL = "https://signin.aws.amazon.com/switchrole?roleName=admin&displayName=x&account="
ASKED = ["ListAccountAliases", "ListAccounts"]
ORGANIZATION = (
    ((ACCOUNT, "Main", "ACTIVE"), ("111111111111", "Old Prod", "SUSPENDED")),
    ((OTHER_ACCOUNT, "Prod", "ACTIVE"), ("222222222222", "Twin", "ACTIVE")),
    (("333333333333", "twin", "ACTIVE"),),
)
PROFILES = f"""
[profile prod-admin]
role_arn = arn:aws:iam::{OTHER_ACCOUNT}:role/team/admin
source_profile = default
region = us-east-1
[profile other-prod]
sso_account_id = {OTHER_ACCOUNT}
account_name = Prod EU
[profile twin]
aws_account_id = 111111111111
account_name = both
[profile twin-2]
aws_account_id = 222222222222
account_name = both
"""


def arn(name: str, account: str = OTHER_ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def roles(aws: Any) -> list[str]:
    """Return the roles that STS was asked for."""
    return [one["RoleArn"] for one in aws.stub.requests if one["Action"] == "AssumeRole"]


def memory_of(aws: Any) -> Path:
    return aws.config.parent / "cli" / "cache" / "assume-accounts"


def age(aws: Any, hours: int) -> None:
    """Make all that is cached older."""
    for file in memory_of(aws).iterdir():
        content = json.loads(file.read_text())
        file.write_text(json.dumps({**content, "At": content["At"] - hours * 3600}))


# A role in one word.


@pytest.mark.parametrize(
    ("word", "role"),
    [
        (arn("admin"), arn("admin")),
        (f"{OTHER_ACCOUNT}:admin", arn("admin")),
        (f"{OTHER_ACCOUNT}/team/admin", arn("team/admin")),
        (f"{URL}{OTHER_ACCOUNT}", arn("admin")),
        (f"{URL}other-prod", arn("admin")),
        ("prod-admin", arn("team/admin")),
        ("Prod EU:admin", arn("admin")),
        ("other-prod/admin", arn("admin")),
    ],
)
def test_role_specifier_needs_one_call(aws, word: str, role: str) -> None:
    """AssumeRole is all that is called: an account of 12 digits, or of a profile, is looked up by
    nobody, and the URL is read and not called."""
    aws.add_config(PROFILES)
    done = aws("assume", word)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole"]
    assert roles(aws) == [role]
    assert json.loads(done.out)["RoleArn"] == role


@pytest.mark.parametrize("account", [(), ("--account-id", OTHER_ACCOUNT)], ids=["own", "other"])
def test_specifier_that_is_a_role_name(aws, account: tuple[str, ...]) -> None:
    """A word that nothing else is known by is the name of a role, also beside --account-id."""
    done = aws("assume", "my-iam-role", *account)

    assert done.code == 0, done.err
    assert roles(aws) == [arn("my-iam-role", account[1] if account else ACCOUNT)]


def test_specifier_may_follow_options(aws) -> None:
    """ROLE may stand before and behind the options."""
    behind = aws(
        "assume", "--update-profile", "a", "--auto-refresh", f"{OTHER_ACCOUNT}:x", "--dry-run"
    )
    before = aws(
        "assume", f"{OTHER_ACCOUNT}:x", "--update-profile", "a", "--auto-refresh", "--dry-run"
    )

    assert (behind.code, behind.out) == (0, before.out), behind.err
    assert f":iam::{OTHER_ACCOUNT}:role/x" in before.out


def test_profile_as_specifier_brings_its_settings(aws) -> None:
    """A profile with a role is as by --profile: its source, its keys, its target."""
    aws.add_config(f"{PROFILES}[profile named]\nrole_arn = {arn('r')}\nsource_profile = work\n")
    aws.add_config(
        "external_id = 7c9e6679\nregion = eu-west-1\nassume =\n    update_profile = mine\n"
    )
    aws.add_key("work", "AKIAWORKWORKWORKWORK", "secret")
    by_word = aws("assume", "named")
    by_option = aws("assume", "--profile", "named")

    assert by_word.code == by_option.code == 0, by_word.err
    assert aws.stub.requests[0] == aws.stub.requests[1]
    assert aws.stub.requests[0]["ExternalId"] == "7c9e6679"
    assert aws.signers() == ["AKIAWORKWORKWORKWORK"] * 2
    assert json.loads(by_word.out)["Profile"] == "mine"


def test_profile_as_specifier_beats_keys_in_the_environment(aws) -> None:
    """The profile's own source is used, whatever is in the environment."""
    aws.add_config(PROFILES)
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "secret")
    done = aws("assume", "export", "prod-admin", "--format", "json")

    assert done.code == 0, done.err
    assert roles(aws) == [arn("team/admin")]
    assert aws.signers() == [USER_KEY_ID]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("x", "--role-name", "y"), "ROLE 'x' and --role-name 'y' name two roles"),
        (("x", "--role-arn", arn("y")), f"ROLE 'x' and --role-arn '{arn('y')}' name two roles"),
        (("export", "x", "--role-name", "y"), "ROLE 'x' and --role-name 'y' name two roles"),
        (("exec", "x", "--role-name", "y", "--", "true"), "name two roles"),
        (("exec", "x", "true", "a b"), "Try: aws assume exec x -- true 'a b'"),
        (("exec", "--role-name", "x", "true", "a"), "Try: aws assume exec true -- a"),
        ((arn("x"), "--account-id", OTHER_ACCOUNT), "leave one of them out"),
        (
            ("prod-admin", "--profile", "twin"),
            f"Leave out --profile, or name the role itself: --role-arn {arn('team/admin')}",
        ),
        (("a/x",), "--role-name x --account-id a; or --role-name a/x"),
        (("--dry-run", "list"), "If it is the name of a role: --role-name list"),
        (("x", "list"), "The verb 'list' must come before its options"),
        (("export", "x", "--update-profile", "y"), "leave it out, or ROLE"),
        (("both:x",), "--account-id 111111111111; or --account-id 222222222222"),
        (("x", "--account-id", "1234"), "it must be 12 digits"),
    ],
)
def test_specifiers_that_are_refused(aws, words: tuple[str, ...], reason: str) -> None:
    """What names two roles, or none, is refused before anything is called."""
    aws.add_config(PROFILES)
    aws.add_config("[profile keys]\nregion = us-east-1\n")
    done = aws("assume", *words)

    assert done.code in (252, 255)
    assert reason in done.err
    assert aws.stub.requests == []


def test_role_that_is_called_as_a_verb(aws) -> None:
    """A verb stays a verb; a role of its name is named by --role-name."""
    listed = aws("assume", "list")
    assumed = aws("assume", "--role-name", "list")

    assert (listed.code, assumed.code) == (0, 0), assumed.err
    assert roles(aws) == [arn("list", ACCOUNT)]


# Accounts by their names.


def test_alias_of_the_callers_account(aws) -> None:
    """The alias is requested first, its account is the caller's, and both are cached."""
    aws.stub.script = Directory(alias="my-company")
    first = aws("assume", "My-Company:admin")
    second = aws("assume", "--role-name", "other", "--account-id", "my-company")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert aws.stub.actions == [
        "ListAccountAliases", "GetCallerIdentity", "AssumeRole", "AssumeRole",
    ]  # fmt: skip
    assert roles(aws) == [arn("admin", ACCOUNT), arn("other", ACCOUNT)]


def test_account_of_the_organization(aws) -> None:
    """All pages are read, and the name is cached in a file of the owner's alone."""
    aws.stub.script = Directory(accounts=ORGANIZATION)
    first = aws("assume", "prod:admin")
    second = aws("assume", "export", "PROD:other", "--format", "json")
    (file,) = memory_of(aws).iterdir()

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert aws.stub.actions == [*ASKED, "ListAccounts", "ListAccounts", "AssumeRole", "AssumeRole"]
    assert roles(aws) == [arn("admin"), arn("other")]
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"Name", "AccountId", "At"}


def test_name_that_is_no_alias_is_not_looked_up_in_iam(aws) -> None:
    """A name with a blank can't be an alias."""
    aws.stub.script = Directory("x-y", [[(OTHER_ACCOUNT, "My Prod", "ACTIVE")]])
    done = aws("assume", "my prod/admin")

    assert done.code == 0, done.err
    assert aws.stub.actions == ["ListAccounts", "AssumeRole"]


@pytest.mark.parametrize("name", ["old prod", "Prodd", "twin"])
def test_name_of_no_account_or_of_two(aws, name: str) -> None:
    """A suspended account has no name, near misses are listed, so are two of a name."""
    aws.stub.script = Directory("", ORGANIZATION)
    done = aws("assume", f"{name}:admin")

    assert done.code in (252, 255)
    assert "AssumeRole" not in aws.stub.actions
    if name == "twin":
        assert "--account-id 222222222222; or --account-id 333333333333" in done.err
    else:
        assert "organizations:ListAccounts does not list it" in done.err
        assert "Similar: 'Prod'" in done.err
        assert "'Old Prod'" not in done.err


def test_caller_who_may_not_ask(aws) -> None:
    """The sentence names what was asked and refused, and what to type."""
    aws.stub.script = Directory()
    done = aws("assume", "x", "--account-id", "prod")

    assert done.code in (252, 255)
    assert aws.stub.actions == ASKED
    assert (
        "No account with the name 'prod' was found: no profile has it, iam:ListAccountAliases was "
        "refused (AccessDenied) and organizations:ListAccounts was refused "
        "(AccessDeniedException). Type its ID: --account-id 123456789012"
    ) in done.err


def test_an_answer_that_is_none(aws) -> None:
    """HTML in place of an answer is a failure in one sentence, without the body."""
    aws.stub.script = lambda parameters: (200, "text/html", "<html>geheim")
    done = aws("assume", "prod:x")

    assert done.code in (252, 255)
    assert "failed (" in done.err
    assert "geheim" not in done.err
    assert "Traceback" not in done.err


def test_name_is_looked_up_again_after_a_day(aws) -> None:
    """After a day the account of the name may be another one."""
    aws.stub.script = Directory(accounts=ORGANIZATION)
    first = aws("assume", "prod:x")
    aws.stub.script = Directory(accounts=[[(ACCOUNT, "Prod", "ACTIVE")]])
    age(aws, 23)
    soon = aws("assume", "prod:x")
    age(aws, 2)
    later = aws("assume", "prod:x")

    assert (first.code, soon.code, later.code) == (0, 0, 0), later.err
    assert roles(aws) == [arn("x"), arn("x"), arn("x", ACCOUNT)]


def test_cached_name_is_used_where_the_lookup_fails(aws) -> None:
    """Who may not ask any more keeps the account of an earlier day, with a note."""
    aws.stub.script = Directory(accounts=ORGANIZATION)
    aws("assume", "prod:x")
    aws.stub.script = Directory()
    age(aws, 25)
    done = aws("assume", "prod:x")

    assert done.code == 0, done.err
    assert roles(aws) == [arn("x"), arn("x")]
    assert f"AccessDeniedException): the account 'prod' is taken to be {OTHER_ACCOUNT}" in done.err


def test_name_that_is_gone_is_forgotten(aws) -> None:
    """Where all answer and none has the name, the old account is not used, nor later."""
    aws.stub.script = Directory(accounts=ORGANIZATION)
    aws("assume", "prod:x")
    aws.stub.script = Directory("", [[]])
    age(aws, 25)
    gone = aws("assume", "prod:x")
    aws.stub.script = Directory()
    refused = aws("assume", "prod:x")

    assert "No account with the name" in gone.err
    assert "No account with the name" in refused.err
    assert roles(aws) == [arn("x")]


def test_name_of_one_source_is_not_anothers(aws) -> None:
    """Another source may be of another organization, and is asked itself."""
    aws.add_key("work", "AKIAWORKWORKWORKWORK", "secret")
    aws.add_config("[profile work]\nregion = us-east-1\n")
    aws.stub.script = Directory(accounts=ORGANIZATION)
    aws("assume", "prod:x")
    aws.stub.script = Directory(accounts=[[("444444444444", "Prod", "ACTIVE")]])
    done = aws("assume", "prod:x", "--profile", "work")

    assert done.code == 0, done.err
    assert roles(aws) == [arn("x"), arn("x", "444444444444")]
    assert aws.signers()[-3:] == ["AKIAWORKWORKWORKWORK"] * 3


def test_name_in_the_setting_and_in_the_session_name(aws) -> None:
    """assume.account_id may be a name; {account} is its id, the first time and the second."""
    aws("configure", "set", "assume.account_id", "prod")
    aws("configure", "set", "assume.role_session_name", "{account}-{role}")
    aws.stub.script = Directory(accounts=ORGANIZATION)
    done = [aws("assume", "x"), aws("assume", "--role-name", "x")]

    assert [one.code for one in done] == [0, 0], done[0].err
    found = [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]
    assert [one["RoleSessionName"] for one in found] == [f"{OTHER_ACCOUNT}-x"] * 2
    assert roles(aws) == [arn("x")] * 2


def test_dry_run_looks_nothing_up(aws) -> None:
    """--dry-run calls nothing: a name stands as it is, until it is cached."""
    unknown = aws("assume", "prod:x", "--dry-run")
    calls = list(aws.stub.actions)
    aws.stub.script = Directory(accounts=ORGANIZATION)
    aws("assume", "prod:x", "--update-profile", "other")
    known = aws("assume", "prod:x", "--dry-run")

    assert (unknown.code, known.code, calls) == (0, 0, []), unknown.err
    assert "::prod:role/x" in unknown.out
    assert f":iam::{OTHER_ACCOUNT}:role/x" in known.out


def test_cached_name_satisfies_min_ttl(aws) -> None:
    """With --min-ttl a name that is cached needs no call at all."""
    aws.stub.script = Directory(accounts=ORGANIZATION)
    aws("assume", "prod:x")
    before = len(aws.stub.requests)
    done = aws("assume", "prod:x", "--min-ttl", "60")

    assert done.code == 0, done.err
    assert len(aws.stub.requests) == before


def test_look_ups_leave_no_credentials_in_the_log(aws) -> None:
    """--debug has no secret of the requests that look a name up."""
    aws.add_key("temporary", "ASIATEMPTEMPTEMPTEMP", "TempSecretTempSecret", "TempTokenTempToken")
    aws.add_config("[profile temporary]\nregion = us-east-1\n")
    aws.stub.script = Directory(accounts=ORGANIZATION)
    done = aws("assume", "prod:x", "--profile", "temporary", "--debug")

    assert done.code == 0
    assert aws.stub.actions[:2] == ASKED
    assert "TempSecretTempSecret" not in done.err
    assert "TempTokenTempToken" not in done.err


def test_memory_that_can_not_be_written_is_done_without(aws) -> None:
    """A file in the folder's place costs calls, and nothing else."""
    folder = memory_of(aws)
    folder.parent.mkdir(parents=True)
    folder.touch()
    aws.stub.script = Directory(accounts=ORGANIZATION)
    done = aws("assume", "prod:x")

    assert done.code == 0, done.err
    assert roles(aws) == [arn("x")]


def test_refusal_of_the_callers_identity_is_shown(aws) -> None:
    """An alias needs the caller's account: what STS refuses there is STS's own error."""

    def script(parameters: dict[str, str]) -> Any:
        if parameters["Action"] == "GetCallerIdentity":
            return refusal(403, "ExpiredToken", "The security token included is expired")
        return Directory(alias="my-company")(parameters)

    aws.stub.script = script
    done = aws("assume", "my-company:x")

    assert done.code in (254, 255)
    assert "ExpiredToken" in done.err


@pytest.mark.parametrize(("word", "verb"), [("lst", "list"), ("exprot", "export")])
def test_a_slip_in_a_verb_is_no_role(aws, word: str, verb: str) -> None:
    """A word that is nearly a verb is an error that lists both; nothing is called."""
    done = aws("assume", word)

    assert done.code == 255
    assert f"Try: aws assume {verb}. If it is the name of a role: --role-name {word}" in done.err
    assert aws.stub.requests == []


def test_a_profile_that_is_nearly_a_verb_is_a_profile(aws) -> None:
    """What is configured is meant."""
    aws.add_config(
        "[profile lst]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = default\n"
        "region = us-east-1\n"
    )

    assert aws("assume", "lst").code == 0
