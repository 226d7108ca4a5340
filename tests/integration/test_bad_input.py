"""Invalid input in one table: each row ends with its exit code and one sentence.

Nothing is sent to STS, nothing is printed on stdout, and the files stay as they
were byte for byte. The exit codes are version 2's (AWS CLI User Guide, "Command
line return codes"); version 1 ends every one of them with 255.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Callable, Optional

import pytest

from support.hosts import HOST_NAMES
from support.person import Person
from support.sts_stub import ACCOUNT, MFA_SERIAL, USER_KEY_ID, USER_SECRET, StsStub

ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/r1"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/r1/alice"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NAME = ("--role-name", "r1")
ARN = ("--role-arn", ROLE_ARN)

# What is wrong with the machine; answers variables to set.
SetUp = Callable[[Person], Optional[dict[str, str]]]


@dataclass(frozen=True)
class Row:
    """A command line after ``aws assume``, and how it has to end.

    ``parts`` all stand in the message. ``by_cli`` tells that the CLI itself
    refuses, in as many lines as it likes.
    """

    words: tuple[str, ...]
    parts: tuple[str, ...]
    code: int = 252
    set_up: SetUp = lambda person: None
    by_cli: bool = False
    code_of_version_1: int = 255


def config(text: str) -> SetUp:
    """Return a set-up that appends to the config file; an indented text joins [default]."""

    def change(person: Person) -> None:
        before = person.config.read_text()
        if text.startswith("["):
            person.config.write_text(before + text + "\n")
        else:
            person.config.write_text(before.replace("[default]\n", f"[default]\n{text}\n"))

    return change


def setting(name: str, value: str) -> SetUp:
    """Return a set-up that puts one setting into the source profile's block."""
    return config(f"assume =\n    {name} = {value}")


def credentials(text: str) -> SetUp:
    """Return a set-up that appends to the credentials file."""

    def change(person: Person) -> None:
        person.credentials.write_text(person.credentials.read_text() + text + "\n")

    return change


def variables(**values: str) -> SetUp:
    """Return a set-up of variables only."""
    return lambda person: values


def mode(name: str, bits: int) -> SetUp:
    """Return a set-up that changes a file's mode."""
    return lambda person: getattr(person, name).chmod(bits)


def in_the_place_of_credentials(make: Callable[[str], object]) -> SetUp:
    """Return a set-up in which the credentials path is something else than a file."""

    def change(person: Person) -> dict[str, str]:
        path = person.home / ".aws" / "odd"
        make(str(path))
        return {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_ACCESS_KEY_ID": USER_KEY_ID,
                "AWS_SECRET_ACCESS_KEY": USER_SECRET}  # fmt: skip

    return change


def without_credentials(person: Person) -> None:
    """Take the only key away."""
    person.credentials.unlink()


def without_region(person: Person) -> None:
    """Take the region away."""
    person.config.write_text(person.config.read_text().replace("region = us-east-1\n", ""))


def target(content: str) -> SetUp:
    """Return a set-up in which the config file says something of the target profile."""
    return config(f"[profile assumed-role]\n{content}")


def tag(key: str, value: str = "v") -> tuple[str, ...]:
    """Return the options of one tag."""
    return (*ARN, "--tags", json.dumps([{"Key": key, "Value": value}]))


def policy_of(size: int) -> str:
    """Return a policy of so many characters."""
    text = '{"Version":"2012-10-17","Statement":[],"Id":""}'
    return text[:-2] + "x" * (size - len(text)) + text[-2:]


ROLES = {
    "no role at all": Row((), ("--role-name", "--role-arn")),
    "two roles": Row((*NAME, *ARN), ("'r1'", ROLE_ARN, "leave one")),
    "name is a role ARN": Row(("--role-name", ROLE_ARN), (f"--role-arn {ROLE_ARN}",)),
    "name is a session ARN": Row(("--role-name", SESSION_ARN), (f"--role-arn {ROLE_ARN}",)),
    "name is empty": Row(("--role-name", ""), ("''",)),
    "name is a blank": Row(("--role-name", " "), ("' '",)),
    "name with a blank": Row(("--role-name", "my role"), ("'my role'",)),
    "name with a newline": Row(("--role-name", "my\nrole"), ("my\\nrole", "1 to 64")),
    "name is a shell's command": Row(("--role-name", "$(id)"), ("'$(id)'",)),
    "name with an escape sequence": Row(("--role-name", "r\x1b[31m1"), ("1 to 64",)),
    "name of 65 characters": Row(("--role-name", "r" * 65), ("1 to 64",)),
    "name ends with a slash": Row(("--role-name", "team/"), ("'team/'",)),
    "path with a blank": Row(("--role-name", "my team/r1"), ("'my team/r1'", "path")),
    "ARN is a name": Row(("--role-arn", "my-iam-role"), ("--role-name my-iam-role",)),
    "ARN is empty": Row(("--role-arn", ""), ("''", "arn:PARTITION:iam::ACCOUNT:role/NAME")),
    "ARN of a session": Row(("--role-arn", SESSION_ARN), (f"--role-arn {ROLE_ARN}",)),
    "ARN of a user": Row(
        ("--role-arn", f"arn:aws:iam::{ACCOUNT}:user/alice"), ("'user/alice' is not a role",)
    ),
    "ARN of a bucket": Row(("--role-arn", "arn:aws:s3:::reports"), ("arn:aws:iam::",)),
    "ARN of an account": Row(("--role-arn", f"arn:aws:iam::{ACCOUNT}:root"), ("'root'",)),
    "ARN cut short": Row(("--role-arn", f"arn:aws:iam::{ACCOUNT}"), (ACCOUNT, "role/NAME")),
    "ARN without a name": Row(("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/"), ("role/NAME",)),
    "ARN with a region": Row(
        ("--role-arn", f"arn:aws:iam:us-east-1:{ACCOUNT}:role/r1"), ("arn:aws:iam::",)
    ),
    "ARN with 11 digits": Row(
        ("--role-arn", "arn:aws:iam::12345678901:role/r1"), ("'12345678901'", "12 digits")
    ),
    "ARN of no partition": Row(
        ("--role-arn", f"arn:amazon:iam::{ACCOUNT}:role/r1"), ("'amazon'", "partition")
    ),
    "ARN with a newline": Row(("--role-arn", f"{ROLE_ARN}\n[default]"), ("1 to 64",)),
    "ARN of another partition than the region": Row(
        ("--role-arn", f"arn:aws-cn:iam::{ACCOUNT}:role/r1"), ("aws-cn", "us-east-1", "--region")
    ),
    "region of another partition than the ARN": Row(
        (*ARN, "--region", "us-gov-west-1"), ("aws-us-gov", "us-gov-west-1", "--region")
    ),
    "account without a role": Row(("--account-id", ACCOUNT), (ACCOUNT, "--role-name")),
    "account beside an ARN": Row((*ARN, "--account-id", ACCOUNT), (ACCOUNT, "--role-name")),
    "account with dashes": Row(
        (*NAME, "--account-id", "1234-5678-9012"), ("--account-id 123456789012",)
    ),
    "account of 11 digits": Row((*NAME, "--account-id", "12345678901"), ("'12345678901'", "12")),
    "account with a blank": Row((*NAME, "--account-id", " prod"), ("' prod'", "12 digits")),
    "account is empty": Row((*NAME, "--account-id", ""), ("''", "12 digits")),
    "account in other digits": Row(
        (*NAME, "--account-id", "\N{FULLWIDTH DIGIT ONE}" * 12), ("12 digits",)
    ),
}
PARAMETERS = {
    "session name of 1 character": Row((*ARN, "--role-session-name", "a"), ("'a'", "2 to 64")),
    "session name of 65": Row((*ARN, "--role-session-name", "a" * 65), ("2 to 64",)),
    "session name with a blank": Row((*ARN, "--role-session-name", "a b"), ("'a b'",)),
    "session name is empty": Row((*ARN, "--role-session-name", ""), ("''", "2 to 64")),
    "session name with a newline": Row((*ARN, "--role-session-name", "a\nb"), ("2 to 64",)),
    "session name is a template": Row((*ARN, "--role-session-name", "{user}"), ("'{user}'",)),
    "duration too short": Row((*ARN, "--duration-seconds", "899"), ("899", "900 to 43200")),
    "duration too long": Row((*ARN, "--duration-seconds", "43201"), ("43201", "900 to 43200")),
    "duration is negative": Row((*ARN, "--duration-seconds", "-1"), ("-1", "900 to 43200")),
    "duration is a word": Row(
        (*ARN, "--duration-seconds", "abc"), ("'abc'", "--duration-seconds 3600")
    ),
    "duration with an exponent": Row((*ARN, "--duration-seconds", "1e3"), ("'1e3'", "seconds")),
    "duration with an unknown unit": Row((*ARN, "--duration-seconds", "8x"), ("'8x'", "seconds")),
    "duration is empty": Row((*ARN, "--duration-seconds", ""), ("''", "seconds")),
    "duration with an underscore": Row((*ARN, "--duration-seconds", "3_600"), ("'3_600'",)),
    "51 tags": Row(
        (*ARN, "--tags", *(f"Key=k{number},Value=v" for number in range(51))), ("51", "50")
    ),
    "tag twice, case aside": Row(
        (*ARN, "--tags", "Key=Team,Value=a", "Key=team,Value=b"), ("'team'", "twice")
    ),
    "tag of AWS": Row(tag("AWS:team"), ("'AWS:team'", "aws:")),
    "tag key is empty": Row(tag(""), ("''", "1 to 128")),
    "tag key of 129": Row(tag("k" * 129), ("1 to 128",)),
    "tag value of 257": Row(tag("k", "v" * 257), ("'k'", "0 to 256")),
    "tag value with a comma": Row(tag("team", "a,b"), ("'team'", "'a,b'")),
    "tag with a newline": Row(tag("team", "a\nb"), ("'team'",)),
    "tags in no shorthand": Row((*ARN, "--tags", "team"), ("--tags", "'='"), by_cli=True),
    "tags in bad JSON": Row((*ARN, "--tags", "[{"), ("--tags", "Invalid JSON"), by_cli=True),
    "tag without a value": Row(
        (*ARN, "--tags", "Key=team"), ("'team'", "--tags Key=team,Value=")
    ),
    "tag without a key": Row((*ARN, "--tags", "Value=storage"), ("--tags Key=",)),
    "tag with a third member": Row(
        (*ARN, "--tags", "Key=a,Value=b,Colour=c"), ('"Colour"',), by_cli=True
    ),
    "tag value is a number": Row(
        (*ARN, "--tags", '[{"Key": "a", "Value": 1}]'), ("Invalid type",), by_cli=True
    ),
    "transitive key of no tag": Row(
        (*ARN, "--tags", "Key=a,Value=b", "--transitive-tag-keys", "c"), ("'c'", "--tags Key=c")
    ),
    "transitive key twice": Row(
        (*ARN, "--tags", "Key=a,Value=b", "--transitive-tag-keys", "a", "A"), ("twice",)
    ),
    "policy is no JSON": Row((*ARN, "--policy", "s3:*"), ("not JSON", "file://policy.json")),
    "policy is empty": Row((*ARN, "--policy", ""), ("not JSON", "file://policy.json")),
    "policy is a list": Row((*ARN, "--policy", "[]"), ("JSON object",)),
    "policy of 2049": Row((*ARN, "--policy", policy_of(2049)), ("2049", "2048", "--policy-arns")),
    "policy with a euro sign": Row((*ARN, "--policy", '{"Id": "€"}'), ("U+00FF",)),
    "policy file is missing": Row(
        (*ARN, "--policy", "file://nowhere.json"), ("--policy", "nowhere.json"), by_cli=True
    ),
    "11 policy ARNs": Row(
        (*ARN, "--policy-arns", *(f"arn={READ_ONLY}{number}" for number in range(11))),
        ("11", "10"),
    ),
    "policy ARN of a role": Row((*ARN, "--policy-arns", f"arn={ROLE_ARN}"), (ROLE_ARN, "policy/")),
    "policy ARNs without arn=": Row(
        (*ARN, "--policy-arns", READ_ONLY), ("--policy-arns", "'='"), by_cli=True
    ),
    "policy and ARNs too large together": Row(
        (*ARN, "--policy", policy_of(2040), "--policy-arns", f"arn={READ_ONLY}"),
        ("together", "2048"),
    ),
    "external id of 1 character": Row((*ARN, "--external-id", "x"), ("'x'", "2 to 1224")),
    "external id with a blank": Row((*ARN, "--external-id", "a b"), ("'a b'",)),
    "token code without serial, source is no user": Row(
        (*ARN, "--token-code", "918273"), ("--token-code", "--serial-number"),
        set_up=credentials("aws_session_token = token"),
    ),
    "token code of 5 digits": Row(
        (*ARN, "--serial-number", MFA_SERIAL, "--token-code", "91827"), ("5", "six digits")
    ),
    "token code of letters": Row(
        (*ARN, "--serial-number", MFA_SERIAL, "--token-code", "abcdef"), ("six digits",)
    ),
    "serial number too short": Row(
        (*ARN, "--serial-number", "alice", "--token-code", "918273"),
        ("'alice'", "aws iam list-mfa-devices"),
    ),
    "serial without a terminal": Row(
        (*NAME, "--serial-number", MFA_SERIAL), (MFA_SERIAL, "--token-code"), 253
    ),
    "source identity of AWS": Row((*ARN, "--source-identity", "aws:me"), ("'aws:me'",)),
    "source identity of 1 character": Row((*ARN, "--source-identity", "a"), ("'a'", "2 to 64")),
    "context of no provider": Row(
        (*ARN, "--provided-contexts", "ProviderArn=x,ContextAssertion=abcd"),
        ("'x'", "ProviderArn of --provided-contexts", "an ARN"),
    ),
    "context assertion too short": Row(
        (*ARN, "--provided-contexts",
         "ProviderArn=arn:aws:iam::aws:contextProvider/IdentityCenter,ContextAssertion=abc"),
        ("4 to 2048", "3"),
    ),
    "session token of 4097 bytes": Row(
        (*ARN, "--minimum-session-token-size", "4097"), ("4097", "4096")
    ),
    "6 contexts": Row(
        (*ARN, "--provided-contexts",
         *["ProviderArn=arn:aws:iam::aws:contextProvider/X,ContextAssertion=abcd"] * 6),
        ("6", "5"),
    ),
    "contexts in no shorthand": Row(
        (*ARN, "--provided-contexts", "x"), ("--provided-contexts",), by_cli=True
    ),
}  # fmt: skip
TARGETS = {
    **{
        f"target {name!r}": Row((*NAME, "--update-profile", name), (*parts, "--update-profile"))
        for name, parts in {
            "": ("''",),
            " ": ("' '",),
            " admin": ("' admin'",),
            "admin ": ("'admin '",),
            "DEFAULT": ("DEFAULT", "--update-profile default"),
            "it's": ("it's",),
            'my "admin"': ("admin",),
            "a]b": ("a]b",),
            "a\\b": ("a", "backslash"),
            "a\n[default]": ("\\n",),
            "a\tb": ("\\t",),
            "a\x1b[31mb": ("\\x1b",),
        }.items()
    },
    "target of 129 characters": Row((*NAME, "--update-profile", "a" * 129), ("129", "128")),
    "target has long-lived keys": Row(
        NAME, ("'assumed-role'", "long-lived", "--update-profile"), 253,
        credentials("[assumed-role]\naws_access_key_id = AKIABOBBOBBOBBOBBOB1\n"
                    "aws_secret_access_key = secret"),
    ),
    "target has keys of a user and a token": Row(
        NAME, ("'assumed-role'", "long-lived", "--update-profile"), 253,
        credentials("[assumed-role]\naws_access_key_id = AKIABOBBOBBOBBOBBOB1\n"
                    "aws_secret_access_key = secret\naws_session_token = token"),
    ),
    **{
        f"target has {name}": Row(
            NAME, ("'assumed-role'", name.split()[0], "--update-profile"), 253, target(content)
        )
        for name, content in {
            "role_arn": f"role_arn = {ROLE_ARN}\nsource_profile = default",
            "sso_session": "sso_session = corp\nsso_account_id = 123456789012",
            "web_identity_token_file": "web_identity_token_file = /tmp/token",
            "login_session": f"login_session = arn:aws:iam::{ACCOUNT}:user/alice",
            "credential_process": "credential_process = /bin/false",
        }.items()
    },
    "target is the source": Row(
        (*NAME, "--update-profile", "default"), ("'default'", "source", "--update-profile"), 253
    ),
    "target is the explicit source": Row(
        (*NAME, "--profile", "bob", "--update-profile", "bob"),
        ("'bob'", "source", "--update-profile"), 253,
        credentials("[bob]\naws_access_key_id = ASIABOBBOBBOBBOBBOB1\n"
                    "aws_secret_access_key = secret\naws_session_token = token"),
    ),
}  # fmt: skip
CONFIGURATION = {
    "unknown --profile": Row((*NAME, "--profile", "nobody"), ("nobody",), 255),
    "unknown AWS_PROFILE": Row(NAME, ("nobody",), 255, variables(AWS_PROFILE="nobody")),
    "no credentials, role name": Row(
        NAME, ("Unable to locate credentials", "aws "), 253, without_credentials
    ),
    "no credentials, role ARN": Row(
        ARN, ("Unable to locate credentials", "aws "), 253, without_credentials
    ),
    "no region": Row(NAME, ("region", "aws configure"), 253, without_region),
    "unknown setting": Row(
        NAME, ("assume.durations", "duration_seconds", "default"), 253, setting("durations", "900")
    ),
    "settings are no block": Row(
        NAME, ("assume", "aws configure set"), 253, config("assume = admin")
    ),
    "template with an unknown placeholder": Row(
        NAME, ("{usr}", "{user}", "aws configure set"), 253,
        setting("role_session_name", "{usr}-x"),
    ),
    "template with a blank": Row(
        NAME, ("'{user} x'",), 253, setting("role_session_name", "{user} x")
    ),
    "template of one character": Row(
        NAME, ("'x'", "role_session_name"), 253, setting("role_session_name", "x")
    ),
    "duration of the settings": Row(
        NAME, ("'8x'", "duration_seconds"), 253, setting("duration_seconds", "8x")
    ),
    "duration of the settings too long": Row(
        NAME, ("86400", "duration_seconds"), 253, setting("duration_seconds", "86400")
    ),
    "account of the settings": Row(
        NAME, ("'1234'", "account_id"), 253, setting("account_id", "1234")
    ),
    "target of the settings": Row(
        NAME, ("a]b", "update_profile"), 253, setting("update_profile", "a]b")
    ),
    "serial of the settings, no terminal": Row(
        NAME, (MFA_SERIAL, "--token-code"), 253, setting("serial_number", MFA_SERIAL)
    ),
    "role profile without a source": Row(
        ("--profile", "deploy"), ("'deploy'", "source_profile", f"--role-arn {ROLE_ARN}"), 255,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}"),
    ),
    "role profile with an empty source": Row(
        ("--profile", "deploy"), ("credential_source", "deploy", "AWS_ACCESS_KEY_ID"), 255,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nregion = us-east-1\n"
               "credential_source = Environment"),
    ),
    "role profile with a missing source": Row(
        ("--profile", "deploy"), ('"deploy"', "nobody", "list-profiles"), 255,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = nobody"),
    ),
    "role profile with a bad ARN": Row(
        ("--profile", "deploy"), ("'my-role'", "deploy"), 253,
        config("[profile deploy]\nrole_arn = my-role\nsource_profile = default"),
    ),
    "role profile with a bad duration": Row(
        ("--profile", "deploy"), ("'8h'", "deploy"), 253,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
               "duration_seconds = 8h"),
    ),
    "role profile with a device, no terminal": Row(
        ("--profile", "deploy"), (MFA_SERIAL, "--token-code"), 253,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
               f"region = us-east-1\nmfa_serial = {MFA_SERIAL}"),
    ),
    "source is a role with a device, no terminal": Row(
        (*NAME, "--profile", "deploy"), (MFA_SERIAL, "no terminal"), 253,
        config(f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
               f"region = us-east-1\nmfa_serial = {MFA_SERIAL}"),
        by_cli=True,  # botocore asks, and says on several lines that it can't hide the answer
    ),
    "source of an earlier run is gone": Row(
        NAME, ("'assumed-role'", "'bob'", "--profile"), 253,
        lambda person: target(f"assumed =\n    role-arn = {ROLE_ARN}\n    role-session-name = aa\n"
                              "    source-profile = bob")(person)
        or {"AWS_PROFILE": "assumed-role"},
    ),
}  # fmt: skip
FILES = {
    "empty AWS_SHARED_CREDENTIALS_FILE": Row(
        NAME, ("AWS_SHARED_CREDENTIALS_FILE", "unset AWS_SHARED_CREDENTIALS_FILE"), 253,
        variables(AWS_SHARED_CREDENTIALS_FILE="", AWS_ACCESS_KEY_ID=USER_KEY_ID,
                  AWS_SECRET_ACCESS_KEY=USER_SECRET),
    ),
    "credentials file is a folder": Row(
        NAME, ("/odd", "not a regular file"), 253, in_the_place_of_credentials(os.mkdir)
    ),
    "credentials file is a FIFO": Row(
        NAME, ("/odd", "not a regular file"), 253, in_the_place_of_credentials(os.mkfifo)
    ),
    "credentials file is read-only": Row(
        NAME, ("/credentials", "read-only", "chmod u+rw"), 253, mode("credentials", 0o400)
    ),
    "config file is read-only": Row(
        NAME, ("/config", "read-only", "chmod u+rw"), 253, mode("config", 0o400)
    ),
    "credentials file has a section twice": Row(
        NAME, ("credentials",), 255, credentials("[default]\nregion = eu-west-1"), by_cli=True
    ),
}  # fmt: skip
WORDS = {
    "unknown option": Row((*NAME, "--colour"), ("--colour",), by_cli=True),
    "one role too many": Row((*NAME, "now"), ("'now'", "two roles")),
    "one word too many": Row(("r1", "now"), ("now",), by_cli=True),
    "verb that is no role": Row(("--dry-run", "list"), ("'list'", "--role-name list")),
    "option without a value": Row(
        ("--role-name",), ("--role-name",), by_cli=True, code_of_version_1=2
    ),
    "bad query": Row((*NAME, "--query", "["), ("--query",), by_cli=True),
}
TABLE = {**ROLES, **PARAMETERS, **TARGETS, **CONFIGURATION, **FILES, **WORDS}
# One row of each kind runs on all AWS CLIs, and what the CLI itself refuses on both majors. The
# other rows are refused by code that is the same on all of them.
ON_ALL = (
    "no role at all", "name is a shell's command", "duration is a word", "tags in no shorthand",
    "target 'a]b'", "target has role_arn", "serial without a terminal",
    "credentials file is read-only", "no credentials, role name",
)  # fmt: skip
# Version 1 ends with a traceback of its own before it looks at any command.
NOT_ON_VERSION_1 = ("credentials file has a section twice",)
CASES = [
    pytest.param(host, row, id=f"{host}-{name}")
    for host in HOST_NAMES
    for name, row in TABLE.items()
    if (host == "v2-2.38.5" or name in ON_ALL or (host == "v1-newest" and row.by_cli))
    and not (host.startswith("v1") and name in NOT_ON_VERSION_1)
]


@pytest.fixture(scope="module")
def unused_stub():
    """Run one STS for the whole table: nobody asks it anything."""
    with StsStub() as stub:
        yield stub


@pytest.mark.parametrize(("host", "row"), CASES, indirect=["host"])
def test_bad_input(make_person: Callable, unused_stub: StsStub, row: Row) -> None:
    """One sentence that names the value, the documented exit code, and nothing done."""
    unused_stub.requests.clear()
    person = make_person(unused_stub.url)
    env = row.set_up(person)
    before = person.snapshot()
    done = person.aws("assume", *row.words, env=env)

    assert done.returncode == (row.code if person.host.major == 2 else row.code_of_version_1), (
        done.stderr
    )
    assert [part for part in row.parts if part not in done.stderr] == [], done.stderr
    assert "Traceback" not in done.stderr
    assert USER_SECRET not in done.stderr
    assert "\x1b" not in done.stderr
    assert row.by_cli or len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert len(done.stderr) < 800
    assert done.stdout == ""
    assert unused_stub.requests == []
    assert person.snapshot() == before


def test_the_table_is_whole() -> None:
    """Rows of the same name would hide each other, and a misspelt name a host."""
    groups = (ROLES, PARAMETERS, TARGETS, CONFIGURATION, FILES, WORDS)

    assert len(TABLE) == sum(map(len, groups)) >= 60
    assert {*ON_ALL, *NOT_ON_VERSION_1} <= set(TABLE)


@pytest.mark.parametrize(
    ("host", "words", "name"),
    [
        (
            "v2-2.11.0",
            ("--provided-contexts", "ProviderArn=arn:aws:iam::aws:contextProvider/IdentityCenter,"
             "ContextAssertion=abcd"),
            "ProvidedContexts",
        ),
        ("v2-2.22.12", ("--minimum-session-token-size", "4096"), "MinimumSessionTokenSize"),
    ],
    indirect=["host"],
)  # fmt: skip
def test_a_parameter_that_the_host_lacks(
    make_person: Callable, unused_stub: StsStub, words: tuple[str, ...], name: str
) -> None:
    """The error names the host and the parameter, before STS would refuse it."""
    unused_stub.requests.clear()
    person = make_person(unused_stub.url)
    done = person.aws("assume", *NAME, *words)

    assert done.returncode == 252, done.stderr
    assert f"AWS CLI {person.host.name.partition('-')[2]}" in done.stderr
    assert name in done.stderr
    assert unused_stub.requests == []
