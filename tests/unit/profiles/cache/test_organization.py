"""The cached organization: what is stored, for how long, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable

import pytest

from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.organization import Organization, Unit
from awscli_assume.profiles.cache.organization import OrganizationCache, cached_names
from support.environment import NOW

A = TargetAccount("111111111111", "a", "ACTIVE", ("r-1", "ou-1"))
B = TargetAccount("222222222222")
AT = int(NOW.timestamp())


def organization() -> Organization:
    return Organization(
        AT,
        {A.account_id: A, B.account_id: B},
        True,
        Unit("r-1", "Root"),
        {"r-1": (Unit("ou-1", "Web"),)},
        {"ou-1": (A.account_id,)},
        {A.account_id: {"Stage": "prod"}},
    )


def test_stored_and_loaded(tmp_path: Path) -> None:
    """All of it returns for a day, in a private file."""
    cache = OrganizationCache("scope", str(tmp_path / "cache"))
    assert cache.load(NOW) is None
    cache.store(organization(), NOW)

    assert cache.load(NOW) == organization()
    assert cache.load(NOW + timedelta(hours=23, minutes=59)) == organization()
    assert cache.load(NOW + timedelta(hours=24)) is None
    # The clock was set back.
    assert cache.load(NOW - timedelta(minutes=1)) is None
    assert Path(cache.path).stat().st_mode & 0o777 == 0o600
    assert OrganizationCache("other", str(tmp_path / "cache")).load(NOW) is None


def test_minimal(tmp_path: Path) -> None:
    """Little may be known: no root, nothing complete."""
    cache = OrganizationCache("scope", str(tmp_path))
    cache.store(Organization(AT), NOW)
    assert cache.load(NOW) == Organization(AT)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.update(Format=2),
        lambda values: values.update(At="now"),
        lambda values: values.pop("Accounts"),
        lambda values: values["Accounts"].append(
            {"Id": "1", "Name": "", "State": None, "Ous": []}
        ),
        lambda values: values["Accounts"][0].update(Name=None),
        lambda values: values["Accounts"].pop(0),
        lambda values: values["Accounts"].append("x"),
        lambda values: values.update(Units=[]),
        lambda values: values.update(Units={"r-1": [["ou-1"]]}),
        lambda values: values.update(Root=["r-1"]),
        lambda values: values.update(Tags={"1": None}),
    ],
)
def test_damaged(tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """A file with something else in it is as good as none."""
    cache = OrganizationCache("scope", str(tmp_path))
    cache.store(organization(), NOW)
    values = json.loads(Path(cache.path).read_text())
    change(values)
    Path(cache.path).write_text(json.dumps(values))

    assert cache.load(NOW) is None


def test_readable_by_others(tmp_path: Path) -> None:
    """A file that others may have written is not read."""
    cache = OrganizationCache("scope", str(tmp_path))
    cache.store(organization(), NOW)
    Path(cache.path).chmod(0o666)
    assert cache.load(NOW) is None


def test_unusable_folder(tmp_path: Path) -> None:
    """Without a folder there is no cache, and no error."""
    (tmp_path / "file").write_text("")
    cache = OrganizationCache("scope", str(tmp_path / "file"))
    cache.store(organization(), NOW)
    assert cache.load(NOW) is None


def test_cached_names(tmp_path: Path) -> None:
    """The names of all lists are known, and what is no list is ignored."""
    assert cached_names(str(tmp_path / "missing")) == {}
    OrganizationCache("scope", str(tmp_path)).store(organization(), NOW)
    other = Organization(AT, {"3" * 12: TargetAccount("3" * 12, "c")})
    OrganizationCache("other", str(tmp_path)).store(other, NOW)
    for name, text in (("a.json", "x"), ("b.json", '{"Accounts": 1}'),
                       ("c.json", '{"Accounts": [1, {"Id": 1}, {"Name": "x"}]}')):  # fmt: skip
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)

    assert cached_names(str(tmp_path)) == {"1" * 12: "a", "2" * 12: "", "3" * 12: "c"}
