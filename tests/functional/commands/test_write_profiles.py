"""`aws assume each --write-profiles`: profiles for many accounts, which other verbs know."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any, Iterator, Optional

import pytest

from support.organization_stub import MANAGEMENT, OrganizationStub, account_id
from support.sso_stub import SSO_PROFILE
from support.sts_stub import MFA_SERIAL

ONE, TWO, WITHOUT_ROLE = account_id(1), account_id(2), account_id(7)


@pytest.fixture
def organization(aws: Any) -> Iterator[OrganizationStub]:
    with OrganizationStub(count=25) as server:
        server.sts_delay = 0.0
        aws.set_variable("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file is replaced."""
    found: Counter[str] = Counter()
    replace = os.replace

    def count(source: Any, target: Any, **more: Any) -> None:
        found[os.path.basename(target)] += 1
        replace(source, target, **more)

    monkeypatch.setattr(os, "replace", count)
    return found


def write(aws: Any, *words: str, template: str = "{account}-{role}") -> Any:
    return aws("assume", "each", "--write-profiles", template, *words)


def rows(done: Any) -> dict[str, tuple[str, str, Optional[str]]]:
    """Return account, state and error of each profile."""
    found = json.loads(done.out)["Profiles"]
    return {one["Profile"]: (one["Account"], one["State"], one["Error"]) for one in found}


def test_keys(aws: Any, organization: OrganizationStub) -> None:
    """Each account is assumed once; one without the role has an error, and no profile."""
    done = write(aws, "--role-name", "team/audit", "--accounts", ONE, TWO, WITHOUT_ROLE)

    assert done.code == 1
    found = rows(done)
    assert found[f"{ONE}-audit"] == (ONE, "valid", None)
    assert found[f"{WITHOUT_ROLE}-audit"][1] == "failed"
    assert "AccessDenied" in str(found[f"{WITHOUT_ROLE}-audit"][2])
    assert organization.counts["AssumeRole"] == 3
    assert "Wrote 2 of 3 profiles" in done.err
    section = aws.section(aws.credentials, f"{ONE}-audit")
    assert section["aws_access_key_id"] == f"ASIA{ONE}0001"
    assert f"role-arn = arn:aws:iam::{ONE}:role/team/audit" in aws.config.read_text()
    assert WITHOUT_ROLE not in aws.config.read_text() + aws.credentials.read_text()


def test_other_verbs_know_the_profiles(aws: Any, organization: OrganizationStub) -> None:
    """list shows them, refresh --all renews them with the same engine, clear removes them."""
    before = aws.files()
    write(aws, "audit", "--accounts", ONE, TWO)
    listed = aws("assume", "list", "--output", "json")
    refreshed = aws("assume", "refresh", "--all")

    names = {f"{ONE}-audit", f"{TWO}-audit"}
    assert set(rows_of_list(listed)) == set(rows(refreshed)) == names
    section = aws.section(aws.credentials, f"{ONE}-audit")
    assert section["aws_access_key_id"] == f"ASIA{ONE}0002"
    aws("assume", "clear", "--all")
    assert [one.split() for one in aws.files()] == [one.split() for one in before]


def test_other_verbs_know_profiles_that_name_a_role(
    aws: Any, organization: OrganizationStub
) -> None:
    """list shows them with what has become of them; they have nothing to refresh."""
    write(aws, "audit", "--accounts", ONE, TWO, "--as", "role")
    write(aws, "audit", "--accounts", account_id(3))
    aws("configure", "set", "source_profile", "other", "--profile", f"{TWO}-audit")
    listed = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]

    states = {one["Profile"]: (one["State"], one["Account"]) for one in listed}
    assert states == {
        f"{ONE}-audit": ("role", ONE),
        f"{TWO}-audit": ("replaced", TWO),
        f"{account_id(3)}-audit": ("valid", account_id(3)),
    }
    assert listed[1]["RoleArn"] == f"arn:aws:iam::{ONE}:role/audit"
    assert (listed[1]["SourceProfile"], listed[1]["Expiration"]) == ("default", None)
    refreshed = aws("assume", "refresh", "--all")
    assert refreshed.code == 0
    assert list(rows(refreshed)) == [f"{account_id(3)}-audit"]
    assert "2 profiles name a role (each --as role)" in refreshed.err
    for verb in ("refresh", "export"):
        done = aws("assume", verb, "--update-profile", f"{ONE}-audit")
        assert done.code == 255
        assert f"Use it: aws sts get-caller-identity --profile {ONE}-audit" in done.err
    aws("assume", "clear", "--all")
    assert rows_of_list(aws("assume", "list", "--output", "json")) == []


def rows_of_list(done: Any) -> list[str]:
    return [one["Profile"] for one in json.loads(done.out)["Profiles"]]


def test_one_replace_of_each_file(
    aws: Any, organization: OrganizationStub, replaced: Counter[str]
) -> None:
    """All profiles of an organization, in one replace of each file."""
    done = write(aws, "audit", "--accounts", "all")

    assert done.code == 1
    assert {name: replaced[name] for name in ("config", "credentials")} == {
        "config": 1,
        "credentials": 1,
    }
    # 24 members, of which one is suspended and one has no role.
    assert "Wrote 22 of 23 profiles" in done.err
    assert MANAGEMENT not in aws.config.read_text()


def test_names_of_accounts(aws: Any, organization: OrganizationStub) -> None:
    """{name} is the account's name; two accounts with the same name get their ID, too."""
    done = write(aws, "audit", "--accounts", "app-001", "twin*", template="{name}-{role}")

    twins = [f"twin-{account_id(number)}-audit" for number in (20, 21)]
    assert set(rows(done)) == {"app-001-audit", *twins}
    again = write(aws, "audit", "--accounts", "app-001", template="{name}-{role}")
    assert set(rows(again)) == {"app-001-audit"}
    assert rows_of_list(aws("assume", "list", "--output", "json")) == ["app-001-audit", *twins]


def test_role_profiles(aws: Any, organization: OrganizationStub) -> None:
    """--as role calls nothing: the AWS CLI assumes the role when it uses the profile."""
    words = ("audit", "--accounts", ONE, "--external-id", "partner", "--duration-seconds", "1h",
             "--serial-number", MFA_SERIAL, "--as", "role")  # fmt: skip
    done = write(aws, *words)

    assert done.code == 0, done.err
    assert rows(done) == {f"{ONE}-audit": (ONE, "role", None)}
    assert organization.counts["AssumeRole"] == 0
    found = aws.section(aws.config, f"profile {ONE}-audit")
    assert found.pop("provisioned")
    assert found == {
        "role_arn": f"arn:aws:iam::{ONE}:role/audit",
        "source_profile": "default",
        "external_id": "partner",
        "duration_seconds": "3600",
        "mfa_serial": MFA_SERIAL,
        "region": "us-east-1",
    }
    # Again without the options: they are removed, and what the user has added stays.
    aws("configure", "set", "output", "text", "--profile", f"{ONE}-audit")
    assert write(aws, "audit", "--accounts", ONE, "--as", "role").code == 0
    found = aws.section(aws.config, f"profile {ONE}-audit")
    assert found.pop("provisioned")
    assert set(found) == {"role_arn", "source_profile", "region", "output"}
    aws("assume", "clear", f"{ONE}-audit")
    assert aws.section(aws.config, f"profile {ONE}-audit") == {"output": "text"}


def test_role_profile_is_used_by_the_cli(aws: Any, organization: OrganizationStub) -> None:
    """botocore assumes the role of the profile."""
    write(aws, "audit", "--accounts", ONE, "--as", "role")
    done = aws("sts", "get-caller-identity", "--profile", f"{ONE}-audit", "--query", "Account")

    assert json.loads(done.out) == ONE
    assert organization.counts["AssumeRole"] == 1


def test_auto_refresh(aws: Any, organization: OrganizationStub) -> None:
    """The role is assumed once, and credential_process has its credentials."""
    done = write(aws, "audit", "--accounts", ONE, "--as", "auto-refresh")

    assert done.code == 0, done.err
    assert rows(done) == {f"{ONE}-audit": (ONE, "auto-refresh", None)}
    assert "credential_process" in aws.section(aws.config, f"profile {ONE}-audit")
    assert f"{ONE}-audit" not in aws.credentials.read_text()
    used = aws("assume", "export", "--update-profile", f"{ONE}-audit", "--format", "process")
    assert json.loads(used.out)["AccessKeyId"] == f"ASIA{ONE}0001"
    assert organization.counts["AssumeRole"] == 1


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("keys", "role", "has credentials of aws assume"),
        ("auto-refresh", "role", "has credentials of aws assume"),
        ("role", "keys", "was written by aws assume each with another --as"),
    ],
)
def test_other_kind_of_a_profile(
    aws: Any, organization: OrganizationStub, first: str, second: str, message: str
) -> None:
    """A profile does not change from credentials to a role behind its user's back."""
    write(aws, "audit", "--accounts", ONE, "--as", first)
    before = aws.files()
    done = write(aws, "audit", "--accounts", ONE, "--as", second)

    assert done.code == 2
    assert message in done.err
    assert f"aws assume clear --update-profile {ONE}-audit" in done.err
    assert aws.files() == before
    aws("assume", "clear", "--update-profile", f"{ONE}-audit")
    assert write(aws, "audit", "--accounts", ONE, "--as", second).code == 0


def test_keys_become_self_renewing(aws: Any, organization: OrganizationStub) -> None:
    """Both kinds have credentials of ours, so one may replace the other."""
    write(aws, "audit", "--accounts", ONE)
    done = write(aws, "audit", "--accounts", ONE, "--as", "auto-refresh")

    assert done.code == 0, done.err
    assert f"[{ONE}-audit]" not in aws.credentials.read_text()


def test_profile_of_others(aws: Any, organization: OrganizationStub) -> None:
    """A profile that the user wrote is an error of its account, and stays as it is."""
    aws.add_config(f"[profile {ONE}-audit]\nrole_arn = arn:aws:iam::{ONE}:role/mine\n")
    aws.add_key(f"{TWO}-audit", "AKIAUSERUSERUSERUSER", "x")
    for kind in ("keys", "auto-refresh", "role"):
        done = write(aws, "audit", "--accounts", ONE, TWO, account_id(3), "--as", kind)
        assert done.code == 1
        assert [error is None for _, _, error in rows(done).values()] == [False, False, True]
        assert "--write-profiles" in done.err
        aws("assume", "clear", "--all")

    assert "role/mine" in aws.config.read_text()
    assert "AKIAUSERUSERUSERUSER" in aws.credentials.read_text()


@pytest.mark.parametrize("kind", ["keys", "auto-refresh", "role"])
def test_dry_run(aws: Any, organization: OrganizationStub, kind: str) -> None:
    """The changes are printed; no role is assumed and nothing is written."""
    before = aws.files()
    done = write(aws, "audit", "--accounts", ONE, TWO, "--as", kind, "--dry-run")

    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert any(f"{ONE}-audit" in line for one in result["Changes"] for line in one["Diff"])
    assert [one["TargetProfile"] for one in result.get("Requests", [])] == (
        [] if kind == "role" else [f"{ONE}-audit", f"{TWO}-audit"]
    )
    assert "Would write 2 of 2 profiles" in done.err
    assert organization.counts["AssumeRole"] == 0
    assert aws.files() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--as", "role"], "--as goes only with --write-profiles"),
        (["--dry-run", "--", "aws", "s3", "ls"], "--dry-run goes only with --write-profiles"),
        (["--write-profiles", "x", "--", "aws", "s3", "ls"], "runs no command"),
        (["--write-profiles", "x", "--merge"], "--merge is for a command"),
        (["--write-profiles", "x", "--regions", "eu-west-1"], "--regions is for a command"),
        (["--write-profiles", "x", "--as", "sso"], "choose one of keys, role, auto-refresh"),
        (["--write-profiles", "{host}"], "{host} is no placeholder"),
        (["--write-profiles", "[{name}]"], "Try: --write-profiles '"),
        (["--write-profiles", "x", "--as", "role", "--tags", "Key=a,Value=b"], "no --tags"),
        (["--write-profiles", "x", "--as", "role", "--via", "hub"], "no --via"),
        (["--write-profiles", "x", "--as", "role", "--duration-seconds", "max"], "a number"),
    ],
)
def test_refused_combinations(
    aws: Any, organization: OrganizationStub, words: list[str], message: str
) -> None:
    """The message says why, before anything is called."""
    at = words.index("--") if "--" in words else len(words)
    line = ["audit", "--accounts", ONE, *words[:at], *words[at:]]
    done = aws("assume", "each", *line)

    assert done.code == 255
    assert message in done.err
    assert organization.counts["AssumeRole"] == 0


@pytest.mark.parametrize(
    ("kind", "message"),
    [("role", "needs a source profile"), ("auto-refresh", "the keys in this environment")],
)
def test_keys_of_the_environment_are_not_there_later(
    aws: Any, organization: OrganizationStub, kind: str, message: str
) -> None:
    """A profile that is used later needs a source that is there later."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAALICEALICEALICE1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "x")
    done = write(aws, "audit", "--accounts", ONE, "--as", kind)

    assert done.code == 255
    assert message in done.err


def test_roles_of_identity_center(aws: Any, sso: Any) -> None:
    """aws assume profiles writes the profiles of what Identity Center grants."""
    assert "sso_account_id" in SSO_PROFILE
    done = write(aws, "Developer", "--accounts", ONE, "--sso-session", SSO_URL)

    assert done.code == 255
    assert "aws assume profiles" in done.err


SSO_URL = next(
    line.partition(" = ")[2] for line in SSO_PROFILE.splitlines() if "sso_start_url" in line
)
