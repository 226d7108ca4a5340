"""``include_profile``: what a profile inherits, and that no chain of them hangs."""

from __future__ import annotations

import copy
from argparse import Namespace
from datetime import datetime, timezone
from typing import Any, Optional

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.profiles.include_profile import ResolvedProfiles, all_with_inherited
from awscli_assume.profiles.known_names import account_ids, account_names
from awscli_assume.workflow.planning.make_plan import make_plan
from awscli_assume.workflow.planning.plan import AssumePlan

FILES = ("/home/alice/.aws/config", "/home/alice/.aws/credentials")
ACCOUNT = "123456789012"
# Keys of a role's profile, each with two values that it takes.
KEYS = {
    "role_arn": [f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{ACCOUNT}:role/b"],
    "source_profile": ["user"],
    "region": ["eu-west-1", "us-east-1"],
    "external_id": ["ext-1", "ext-2"],
    "mfa_serial": [f"arn:aws:iam::{ACCOUNT}:mfa/a", f"arn:aws:iam::{ACCOUNT}:mfa/b"],
    "role_session_name": ["one", "two"],
    "duration_seconds": ["900", "7200"],
    "session_tags": ["team=a,cost=b", "team=c"],
    "transitive_session_tags": ["team"],
    "source_identity": ["alice", "bob"],
    "assume": [{"external_id": "by-block"}, {"source_identity": "by-block"}],
}
NAMES = ["top", "b", "c", "d", "e", "f"]
GONE = "gone"
own_keys = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(values) for key, values in KEYS.items()}
)


@st.composite
def chains(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Return profiles that include each other: three levels at least, circles, missing ones."""
    length = draw(st.integers(3, len(NAMES)))
    names = NAMES[:length]
    profile_pair = {"open": None, "missing": GONE, "circle": draw(st.sampled_from(names))}
    others = [
        *names[1:],
        profile_pair[draw(st.sampled_from(["open", "open", "open", *profile_pair]))],
    ]
    profiles = {}
    for name, other in zip(names, others):
        profiles[name] = dict(draw(own_keys))
        if other is not None:
            profiles[name]["include_profile"] = other
    # Most of them name a role and its source, somewhere on the way.
    for key in draw(st.sampled_from([["role_arn", "source_profile"]] * 3 + [[]])):
        profiles[draw(st.sampled_from(names))][key] = KEYS[key][0]
    # The order in the file does not count.
    order = draw(st.permutations(names))
    return {**{name: profiles[name] for name in order}, "user": {"region": "eu-west-3"}}


def flattened(profiles: dict[str, Any]) -> tuple[Optional[dict[str, Any]], list[str]]:
    """Return ``top`` with all inherited keys, or None for a circle; and the path.

    Written anew, from the near end, so that the code under test is not its own judge.
    """
    path: list[str] = []
    flat: dict[str, Any] = {}
    name: Optional[str] = "top"
    while name is not None:
        path.append(name)
        if name not in profiles or name in path[:-1]:
            return None, path
        for key, value in profiles[name].items():
            if key == "assume":
                flat[key] = {**value, **flat.get(key, {})}
            elif key != "include_profile":
                flat.setdefault(key, value)
        name = profiles[name].get("include_profile")
    return flat, path


class Session:
    """What a plan asks of a session: the profiles, and which of them is its own."""

    def __init__(self, profiles: dict[str, Any]) -> None:
        self.full_config = {"profiles": profiles}

    def get_config_variable(self, name: str) -> str:
        assert name == "profile"
        return "top"


def plan_of(profiles: dict[str, Any]) -> AssumePlan:
    """Return the plan of ``aws assume --profile top``."""
    environment = Environment(
        variables={},
        now=lambda: datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc),
        login_name=lambda: "alice",
        host_name=lambda: "laptop",
    )
    names = (*STS_OPTIONS, "role_name", "role_arn", "account_id", "update_profile")
    session = Session({name: dict(profile) for name, profile in profiles.items()})
    return make_plan(
        CommandContext(session, Namespace(profile="top"), environment),
        Namespace(**dict.fromkeys(names)),
    )


def outcome(profiles: dict[str, Any]) -> Any:
    """Return request, record and region of the plan, or what it is refused for."""
    try:
        plan = plan_of(profiles)
    except Exception as error:
        return type(error), str(error)
    return plan.request, plan.record(None), plan.region


@given(chains())
@example({"top": {"include_profile": "top"}})
@example({"top": {"include_profile": "b"}, "b": {"include_profile": GONE}})
def test_any_chain_asks_as_the_flattened_profile(profiles: dict[str, dict[str, Any]]) -> None:
    """The plan is the written-out profile's; a circle or a gap is the error with its path."""
    flat, path = flattened(profiles)
    found = outcome(profiles)

    if flat is None:
        event("a gap" if path[-1] == GONE else "a circle")
        kind, message = found
        assert kind is InvalidConfiguration
        assert " -> ".join(path) in message
        assert "circle" in message or GONE in message
    else:
        event(f"a chain, {'refused' if len(found) == 2 else 'a request'}")
        assert found == outcome({**profiles, "top": flat})


@given(chains())
def test_what_is_inherited_is_inherited_once(profiles: dict[str, dict[str, Any]]) -> None:
    """Resolving again changes nothing, whichever came first, and the files' profiles never."""
    flat, _ = flattened(profiles)
    if flat is None:
        return
    written = copy.deepcopy(profiles)
    resolved = ResolvedProfiles(profiles, FILES)
    for name in ("c", "top", "top"):
        resolved.resolve(name)

    assert resolved["top"] == flat
    assert profiles == written


def test_access_keys_and_marks_stay() -> None:
    """Whose a profile is, and its access keys, belong to the profile that they stand in."""
    theirs = {
        "aws_access_key_id": "AKIAX", "aws_secret_access_key": "s", "aws_session_token": "t",
        "x_security_token_expires": "2026", "x_principal_arn": "arn",
        "assumed": {"role-arn": "r"}, "region": "eu-west-1",
    }  # fmt: skip
    profiles = {"a": {"include_profile": "b", "credential_process": "p"}, "b": theirs}

    assert ResolvedProfiles(profiles, FILES).resolve("a") == {
        "credential_process": "p",
        "region": "eu-west-1",
    }


@pytest.mark.parametrize("own", ["assumed", "credential_process"])
def test_nothing_is_inherited_by_a_profile_of_ours(own: str) -> None:
    """A target keeps what we wrote, whatever somebody has added to it."""
    profiles = {"a": {"include_profile": "gone", "assumed": {"role-arn": "r"}, own: {}}}
    profiles["a"]["assumed"] = {"role-arn": "r"}

    assert ResolvedProfiles(profiles, FILES).resolve("a") == profiles["a"]


def test_files_of_a_gap() -> None:
    """What is missing is looked for in both files, and the message names them."""
    with pytest.raises(InvalidConfiguration) as refusal:
        ResolvedProfiles({"a": {"include_profile": "b,c"}}, FILES).resolve("a")

    assert f"(a -> b,c), and there is no profile of that name in {FILES[0]} or {FILES[1]}" in str(
        refusal.value
    )


def test_a_block_is_no_name() -> None:
    """A block of its own keys names no profile."""
    with pytest.raises(InvalidConfiguration, match="the name of one profile"):
        ResolvedProfiles({"a": {"include_profile": {"b": "c"}}}, FILES).resolve("a")


class _Counting(dict):  # type: ignore[type-arg]
    """Profiles that count how often one is read."""

    reads = 0

    def __getitem__(self, name: str) -> Any:
        """Count and return."""
        self.reads += 1
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Count and return."""
        self.reads += 1
        return super().get(name, default)


def chain_of(length: int) -> _Counting:
    """Return profiles of which each includes the next one."""
    chain = {f"p{n}": {"include_profile": f"p{n + 1}"} for n in range(length)}
    return _Counting({**chain, f"p{length}": {"aws_account_id": ACCOUNT}})


def test_a_long_chain_takes_linear_time() -> None:
    """A chain of 800 profiles is read a few times, by the look-up of accounts as well."""
    profiles = chain_of(800)

    assert account_ids(profiles, "p0") == [ACCOUNT]
    assert len(account_names(profiles)) == 801
    ResolvedProfiles(profiles, FILES).resolve("p0")
    assert profiles.reads < 12 * 800


def test_all_profiles_inherit_as_one_does() -> None:
    """Broken chains are as written; all others are what resolve returns."""
    profiles = {
        "a": {"include_profile": "b", "region": "a", "assume": {"external_id": "1"}},
        "b": {"include_profile": "c", "aws_access_key_id": "b", "assume": {"account_id": ACCOUNT}},
        "c": {"output": "c", "region": "c"},
        "x": {"include_profile": "y", "region": "x"}, "y": {"include_profile": "x"},
        "z": {"include_profile": "gone", "region": "z"}, "w": {"include_profile": "z"},
    }  # fmt: skip
    found = all_with_inherited(profiles)

    resolved = ResolvedProfiles(profiles, FILES)
    for name in "abc":
        assert found[name] == resolved.resolve(name)
    for name in "xyzw":
        assert found[name] == profiles[name]
