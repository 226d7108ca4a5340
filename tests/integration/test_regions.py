"""The region of the target, and a refresh that needs a region which no profile has."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Callable, Mapping

import pytest

from support.person import Person
from support.sts_stub import ROLE_ARN, StsStub
from support.warm_host import run_warm

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)

OTHER_ARN = ROLE_ARN.replace("my-iam-role", "other")
ADMIN = f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\nregion = eu-west-3\n"
# What names the region in the first run: its words, its variables.
WAYS: Mapping[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "--region": (("--role-arn", ROLE_ARN, "--region", "eu-west-3"), {}),
    "a variable": (("--role-arn", ROLE_ARN), {"AWS_DEFAULT_REGION": "eu-west-3"}),
    "the role's profile": (("--profile", "admin"), {}),
}


@pytest.fixture
def person(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user of the scripted STS."""
    return make_person(sts_stub.url)


def bare(person: Person, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``aws`` with HOME, PATH and the language, and these variables."""
    environment = {name: person.environment[name] for name in ("HOME", "PATH", "LANG")}
    command = [str(person.host.executable), *words]
    return run_warm(person.host, command, {**environment, **variables}, person.home, timeout=120)


def without_region(person: Person) -> None:
    """Remove the region of the source profile."""
    person.config.write_text(person.config.read_text().replace("region = us-east-1\n", "") + ADMIN)


def region_of(person: Person, profile: str = "assumed-role") -> Any:
    return person.sections(person.config)[f"profile {profile}"].get("region")


@pytest.mark.parametrize("target", ["", "[profile assumed-role]\nregion = sa-east-1\n"])
@pytest.mark.parametrize(("words", "variables"), WAYS.values(), ids=WAYS)
def test_the_region_of_the_request_is_recorded(
    person: Person, sts_stub: StsStub, target: str, words: tuple[str, ...],
    variables: dict[str, str],
) -> None:  # fmt: skip
    """All renewals use it without the environment: refresh, --all, and the target's shell."""
    without_region(person)
    with person.config.open("a") as file:
        file.write(target)
    done = person.aws("assume", *words, env=variables)
    assert done.returncode == 0, done.stderr
    region = region_of(person)

    for again in (("refresh",), ("refresh", "--all"), ("--role-arn", ROLE_ARN)):
        shell = {} if "refresh" in again else {"AWS_PROFILE": "assumed-role"}
        done = bare(person, "assume", *again, **shell)
        assert done.returncode == 0, done.stderr
        assert region_of(person) == region
        assert "/eu-west-3/sts/" in sts_stub.headers[-1]["Authorization"]


def test_the_pseudo_region_is_recorded(person: Person, sts_stub: StsStub) -> None:
    """A refresh uses the global endpoint of a variable again, without the variable."""
    without_region(person)
    variables = {"AWS_DEFAULT_REGION": "aws-global"}
    done = person.aws("assume", "--role-arn", ROLE_ARN, env=variables)
    again = bare(person, "assume", "refresh")

    assert done.returncode == 0, done.stderr
    assert again.returncode == 0, again.stderr
    first, second = (one["Authorization"].split("/")[2] for one in sts_stub.headers)
    assert first == second


def test_a_self_renewing_profile_needs_no_variable(person: Person, sts_stub: StsStub) -> None:
    """An hour later its credential process asks the same endpoint in the same region."""
    without_region(person)
    variables = {"AWS_DEFAULT_REGION": "eu-west-3"}
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", env=variables)
    assert done.returncode == 0, done.stderr
    for path in person.home.glob(".aws/cli/cache/assume-sessions/*.json"):
        path.unlink()
    command = person.sections(person.config)["profile assumed-role"]["credential_process"]
    environment = {name: person.environment[name] for name in ("HOME", "PATH")}
    answer = subprocess.run(
        command, shell=True, env=environment, capture_output=True, text=True, timeout=120
    )

    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["Version"] == 1
    assert "/eu-west-3/sts/" in sts_stub.headers[-1]["Authorization"]


def test_a_region_of_ours_gives_way_to_that_of_the_next_role(person: Person) -> None:
    """It is derived anew: from the source, from the role's profile; somebody else's stays."""
    with person.config.open("a") as file:
        file.write(ADMIN)
    person.aws("assume", "--role-arn", ROLE_ARN, "--region", "eu-west-1")
    assert region_of(person) == "eu-west-1"
    person.aws("assume", "--role-arn", OTHER_ARN)
    assert region_of(person) == "us-east-1"
    person.aws("assume", "--profile", "admin")
    assert region_of(person) == "eu-west-3"
    person.aws("configure", "set", "region", "sa-east-1", "--profile", "assumed-role")
    person.aws("assume", "--role-arn", OTHER_ARN)
    assert region_of(person) == "sa-east-1"


def test_an_unknown_region_is_said_with_similar_ones(person: Person) -> None:
    """The endpoint may exist all the same, so it is a warning; the next run writes another."""
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--region", "eu-wset-1")
    assert "does not know the region 'eu-wset-1'" in done.stderr
    assert "eu-west-1" in done.stderr
    again = person.aws("assume", "--role-arn", ROLE_ARN)
    assert "WARNING" not in again.stderr
    assert region_of(person) == "us-east-1"


def test_refresh_and_explain_say_it_once(person: Person, sts_stub: StsStub) -> None:
    """refresh warns once about an unknown region of two profiles; explain warns, too."""
    for name in ("one", "two"):
        words = ("--role-arn", ROLE_ARN, "--region", "eu-wset-1", "--update-profile", name)
        assert person.aws("assume", *words).returncode == 0
    done = person.aws("assume", "refresh", "--all")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("does not know the region 'eu-wset-1'") == 1
    done = person.aws("assume", "explain", "--role-arn", ROLE_ARN, "--region", "eu-wset-1")
    assert done.stderr.count("does not know the region 'eu-wset-1'") == 1
