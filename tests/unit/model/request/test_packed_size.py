"""The estimate of what STS packs of a request."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from awscli_assume.model.arns import Role
from awscli_assume.model.request.packed_size import packed_size
from awscli_assume.model.request.request import AssumeRoleRequest

PLAIN = AssumeRoleRequest(Role("my-iam-role", "/", "123456789012", "aws"), "alice")


def test_nothing_to_pack() -> None:
    """A request without policies and tags has no size."""
    found = packed_size(PLAIN)

    assert (found.characters, found.deflated, found.is_safe) == (0, 0, True)


def test_everything_counts() -> None:
    """Policy, policy ARNs, keys and values of tags."""
    full = replace(
        PLAIN, policy="{}", policy_arns=("arn:aws:iam::aws:policy/P",), tags=(("k", "v"),)
    )

    assert packed_size(full).characters == len("{}" + "arn:aws:iam::aws:policy/P" + "kv")


def test_what_repeats_packs_well() -> None:
    """The estimate is of packed bytes, not of characters."""
    repeated = replace(PLAIN, policy="a" * 2048)
    mixed = "".join(hashlib.sha256(str(one).encode()).hexdigest() for one in range(32))

    assert packed_size(repeated).is_safe
    assert not packed_size(replace(PLAIN, policy=mixed)).is_safe
