"""facts.json is what the registry of verbs, their options and the AWS CLI say."""

from __future__ import annotations

from support.completion_facts import FACTS, read_facts, region_facts, verb_facts, written
from support.option_table import REGENERATE


def test_verbs_and_options() -> None:
    """The verbs are those of the registry, with the options of their parsers."""
    assert read_facts()["verbs"] == verb_facts(), f"generate it anew: {REGENERATE}"


def test_regions() -> None:
    """The regions are those of botocore, which may know newer ones."""
    assert read_facts()["regions"].items() <= region_facts().items(), REGENERATE


def test_layout() -> None:
    """The file is laid out for review: one argument a line."""
    assert FACTS.read_text(encoding="utf-8") == written(read_facts())


def test_descriptions_are_short() -> None:
    """Each verb and option has a description of one line."""
    verbs = read_facts()["verbs"].values()
    texts = [one["help"] for verb in verbs for one in (verb, *verb["arguments"].values())]

    assert not [text for text in texts if not text or len(text) > 160 or not text.isprintable()]
