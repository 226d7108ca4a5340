"""One browser identity for each account and role: a Firefox container or a Chromium profile."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from awscli_assume.model.identity_center import permission_set_of

# The names of Firefox's container colors (MDN, "contextualIdentities.create"), without
# toolbar, which is no color, and red, which is for production.
COLORS = ("blue", "turquoise", "green", "yellow", "orange", "pink", "purple")
PRODUCTION_COLOR = "red"

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_NOT_PRODUCTION = frozenset({"non", "no", "not", "pre"})
# Chromium makes a folder of the name. IAM role names have none of these.
_NOT_IN_A_FOLDER_NAME = re.compile(r"[^A-Za-z0-9+=,@_.-]")


@dataclass(frozen=True)
class BrowserIdentity:
    """Who the user is in the browser.

    ``profile`` is what the user calls it: the target profile or the words for the role. Texts
    are sanitized. ``account`` is the account ID, ``account_name`` its name if it is known.
    """

    profile: str
    account: str
    role: str
    account_name: str = ""

    @property
    def name(self) -> str:
        """The name of the container or of the profile folder, the same for each sign-in.

        The role comes first, because Firefox cuts long names at the end.
        """
        role = permission_set_of(self.role) or self.role
        return _NOT_IN_A_FOLDER_NAME.sub("-", f"{role}-{self.account}").lstrip(".-")

    @property
    def color(self) -> str:
        """A Firefox container color: red for production, else by account and role."""
        if any(map(_is_production, (self.account_name, self.role, self.profile))):
            return PRODUCTION_COLOR
        digest = hashlib.sha256(self.name.encode()).digest()
        return COLORS[digest[0] % len(COLORS)]


def _is_production(name: str) -> bool:
    """Return whether one of the words of a name means production, as in ``AppProdAdmin``."""
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = zip(["", *words], words)
    return any(word in _PRODUCTION and before not in _NOT_PRODUCTION for before, word in pairs)
