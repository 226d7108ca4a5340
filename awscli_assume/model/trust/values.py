"""What is known of a request's condition keys: values, that there are none, or not even that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Union


@dataclass(frozen=True)
class Missing:
    """The key is not present in the request context."""


@dataclass(frozen=True)
class Unknown:
    """The key's value can't be known here, and why.

    ``alternatives`` are all that it can be, where they are few; empty says nothing.
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
    """The request context: values by condition key in lower case, for case does not count.

    Below the prefixes in ``complete`` a key that is not listed is missing; any other
    is not known. Source: IAM User Guide, "IAM JSON policy elements: Condition".
    """

    values: Mapping[str, Value]
    complete: tuple[str, ...] = ()

    def value_of(self, key: str) -> Value:
        """Return what is known of a key, in whatever case it is written."""
        name = key.lower()
        if name in self.values:
            return self.values[name]
        if name.startswith(self.complete):
            return MISSING
        return Unknown(f"the value of {key} is not known here")
