"""The URL by which the console switches roles.

Source: IAM User Guide, "Grant a user permissions to switch roles" and
"Switch from a user to an IAM role (console)".
"""

from __future__ import annotations

from typing import Optional
from urllib.parse import SplitResult, parse_qsl, urlsplit

from awscli_assume.errors import InvalidRequest

EXAMPLE = "https://signin.aws.amazon.com/switchrole?roleName=NAME&account=ID"
# The domain of the console's sign-in, where its partition is known by it.
_PARTITIONS = {
    "aws.amazon.com": "aws",
    "amazonaws.cn": "aws-cn",
    "amazonaws-us-gov.com": "aws-us-gov",
}


def read_switch_role_url(text: str) -> tuple[str, str, Optional[str]]:
    """Return role name, account (id or name) and partition of a URL. Raises InvalidRequest.

    The partition is None where the host does not tell. The URL is read, never
    called. A message shows no query: that of another sign-in URL is a credential.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise _refusal("(…)", "it is no URL") from None
    shown = f"{parts.scheme}://{host}{parts.path}"
    is_switch = parts.path.rstrip("/") == "/switchrole" and "signin" in host.split(".")
    if parts.scheme != "https" or not is_switch:
        raise _refusal(shown, "it is not the one by which the console switches roles")
    role_name = _only(parts, "roleName", shown)
    account = _only(parts, "account", shown)
    partitions = [one for domain, one in _PARTITIONS.items() if host.endswith(f".{domain}")]
    return role_name, account, partitions[0] if partitions else None


def _only(parts: SplitResult, name: str, shown: str) -> str:
    found = [value for key, value in parse_qsl(parts.query, keep_blank_values=True) if key == name]
    if len(found) != 1 or not found[0]:
        raise _refusal(shown, f"it has {len([one for one in found if one])} {name}")
    return found[0]


def _refusal(shown: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid role URL {shown!r}: {why}. It has to read {EXAMPLE}")
