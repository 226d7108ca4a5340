"""The registry of verbs."""

from __future__ import annotations

import pytest

from awscli_assume.commands.verbs import VERBS, load_verb


@pytest.mark.parametrize("name", VERBS)
def test_the_registry_loads_each_verb(name: str) -> None:
    """A verb's class is found by its entry, and has the verb's name."""
    assert name == load_verb(name).NAME
