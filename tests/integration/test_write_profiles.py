"""`aws assume each --write-profiles` with a real AWS CLI, and an organization of 300 accounts."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from support.organization_stub import WITHOUT_ROLE, OrganizationStub, Rate, account_id
from support.person import Person

newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@newest
def test_profiles_of_an_organization(make_person: Callable[..., Person]) -> None:
    """An STS that throttles: one profile for each account, which the other verbs know."""
    with OrganizationStub() as organization:
        organization.sts_rate = Rate(per_second=150, burst=20)
        person = make_person(organization.url)
        before = [path.read_text().split() for path in (person.config, person.credentials)]
        words = ("audit", "--accounts", "all", "--write-profiles", "{account}-{role}")
        done = person.aws("assume", "each", *words)

        assert done.returncode == 1
        count = len(organization.member_ids) - len(WITHOUT_ROLE)
        assert f"Wrote {count} of {len(organization.member_ids)} profiles" in done.stderr
        found = {one["Profile"]: one for one in json.loads(done.stdout)["Profiles"]}
        assert found[f"{account_id(1)}-audit"]["State"] == "valid"
        failed = sorted(name for name, one in found.items() if one["Error"] is not None)
        assert failed == [f"{account_id(number)}-audit" for number in WITHOUT_ROLE]
        # Each account is assumed once; STS gets more requests only because it has throttled some.
        assert set(organization.assumed.values()) == {1}
        served = organization.counts["AssumeRole"] - organization.throttled["AssumeRole"]
        assert served == len(organization.member_ids)

        organization.reset()
        done = person.aws("assume", "refresh", "--all", "--query", "length(Profiles)")
        assert (done.returncode, done.stdout.strip()) == (0, str(count)), done.stderr
        assert len(organization.assumed) == count
        identity = ("sts", "get-caller-identity", "--profile", f"{account_id(1)}-audit")
        assert json.loads(person.aws(*identity).stdout)["Account"] == account_id(1)

        done = person.aws("assume", "clear", "--all", "--query", "length(Profiles)")
        assert done.stdout.strip() == str(count)
        after = [path.read_text().split() for path in (person.config, person.credentials)]
        assert after == before


@newest
def test_role_profiles_work_in_every_command(make_person: Callable[..., Person]) -> None:
    """The AWS CLI itself assumes the role that the profile names."""
    with OrganizationStub(count=5) as organization:
        person = make_person(organization.url)
        words = ("audit", "--accounts", "app-001", "--write-profiles", "{name}", "--as", "role")
        done = person.aws("assume", "each", *words)

        assert done.returncode == 0, done.stderr
        assert organization.counts["AssumeRole"] == 0
        identity = person.aws("sts", "get-caller-identity", "--profile", "app-001")
        assert json.loads(identity.stdout)["Account"] == account_id(1)
        cleared = person.aws("assume", "clear", "app-001")
        assert cleared.returncode == 0
        assert "app-001" not in person.config.read_text()
