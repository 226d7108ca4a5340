"""The registry of verbs."""

from __future__ import annotations

import pytest

from awscli_assume.commands.verbs import VERBS, load_verb
from awscli_assume.model.assumable_role import VERBS as SUGGESTED_VERBS


@pytest.mark.parametrize("name", VERBS)
def test_the_registry_loads_each_verb(name: str) -> None:
    """A verb's class is found by its entry, and has the verb's name."""
    assert name == load_verb(name).NAME


def test_verbs_are_no_profiles() -> None:
    """The command line that is suggested for a profile with the name of a verb has an option."""
    assert set(VERBS) <= SUGGESTED_VERBS
