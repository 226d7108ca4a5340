"""Values and results that may not be known: of condition keys, and of comparisons.

A result is true, false, or None if it can't be known here (three-valued logic).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Mapping, Optional, Union


@dataclass(frozen=True)
class Missing:
    """The key is not present in the request context."""


@dataclass(frozen=True)
class Unknown:
    """The key's value can't be known here, and why.

    ``alternatives`` are all possible values, if they are few; empty if there are many.
    """

    reason: str
    alternatives: tuple[Union[tuple[str, ...], Missing], ...] = ()


MISSING = Missing()
Known = Union[tuple[str, ...], Missing]
Value = Union[Known, Unknown]

# IAM User Guide, "AWS global condition context keys" and "IAM and AWS STS condition context
# keys": value type multivalued. None of them can be a policy variable.
MULTIVALUED = frozenset(
    {
        "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:tagkeys",
        "sts:transitivetagkeys",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """The request context: values by condition key in lower case, because case doesn't matter.

    A key that is not listed is missing if it has one of the prefixes in ``complete``, and
    unknown otherwise. Source: IAM User Guide, "IAM JSON policy elements: Condition".
    """

    values: Mapping[str, Value]
    complete: tuple[str, ...] = ()

    def value_of(self, key: str) -> Value:
        """Return what is known of a key, in any case."""
        name = key.lower()
        if name in self.values:
            return self.values[name]
        if name.startswith(self.complete):
            return MISSING
        return Unknown(f"the value of {key} is not known here")


@dataclass(frozen=True)
class Finding:
    """One result; ``reason`` says why it is false or not known."""

    holds: Optional[bool]
    reason: str = ""


def all_of(findings: Iterable[Finding]) -> Finding:
    """Return the first finding that is false, else the first unknown one, else true."""
    found = list(findings)
    for value in (False, None):
        for finding in found:
            if finding.holds is value:
                return finding
    return Finding(True)


def all_hold(results: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return True if all results are true, False if one is false, else None."""
    found = list(results)
    if False in found:
        return False
    return None if None in found else True


def any_holds(results: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return True if one result is true, False if all are false, else None."""
    return negate(all_hold(negate(result) for result in results))


def agreed(results: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return the result that all have in common; None if they differ or there are none."""
    found = set(results)
    return found.pop() if len(found) == 1 else None


def negate(result: Optional[bool]) -> Optional[bool]:
    """Return False for True, True for False, and None for None."""
    return None if result is None else not result
