"""How large the session policies and tags of a request are, packed.

STS packs them into one binary format and refuses what is above its limit, whatever
the sizes in characters (AWS STS API reference, "AssumeRole", PackedPolicySize). It
publishes neither the format nor the limit in bytes: this is an estimate.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from awscli_assume.model.request.request import AssumeRoleRequest

# Half of the 2,048 characters that plain policies may have. Above it the estimate
# is not relied on.
_SAFE_BYTES = 1024


@dataclass(frozen=True)
class PackedSize:
    """Characters as given, and bytes as deflated: an estimate of what STS packs."""

    characters: int
    deflated: int

    @property
    def is_safe(self) -> bool:
        """Return whether the request is far from the limit, by the estimate."""
        return self.deflated <= _SAFE_BYTES


def packed_size(request: AssumeRoleRequest) -> PackedSize:
    """Return the size of session policies, policy ARNs and tags together."""
    parts = [request.policy or "", *request.policy_arns]
    parts += [text for tag in request.tags for text in tag]
    text = "\n".join(part for part in parts if part)
    deflated = len(zlib.compress(text.encode(), 9)) if text else 0
    return PackedSize(sum(map(len, parts)), deflated)
