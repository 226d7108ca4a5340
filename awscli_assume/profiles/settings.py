"""What a person set for a source profile in its nested block ``assume =``.

Set by ``aws configure set assume.duration_seconds 28800``.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration

BLOCK = "assume"
NAMES = (
    "account_id",
    "duration_seconds",
    "external_id",
    "role_session_name",
    "serial_number",
    "source_identity",
    "update_profile",
)


def read_settings(profile: Optional[Mapping[str, Any]]) -> dict[str, str]:
    """Answer the settings of a source profile. Raises InvalidConfiguration."""
    block = (profile or {}).get(BLOCK, {})
    if not isinstance(block, Mapping):
        raise InvalidConfiguration(
            f"'{BLOCK} = {block}' in the source profile: it has to be a block of its own keys. "
            "Remove that line, then: aws configure set assume.duration_seconds 3600"
        )
    for name in block:
        if name not in NAMES:
            raise InvalidConfiguration(
                f"There is no setting 'assume.{name}', only: {', '.join(NAMES)}. "
                "Remove it from the source profile in the config file"
            )
    return {name: str(value) for name, value in block.items() if value != ""}
