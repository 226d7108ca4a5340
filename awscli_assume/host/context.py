"""What the AWS CLI hands to a command: its session, its global options, its process."""

from __future__ import annotations

from dataclasses import dataclass

from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedGlobals, Session


@dataclass(frozen=True)
class CommandContext:
    """The CLI's session and parsed global options, and the environment of the process."""

    session: Session
    parsed_globals: ParsedGlobals
    environment: Environment
