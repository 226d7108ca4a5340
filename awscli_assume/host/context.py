"""What the AWS CLI hands to a command: its session, its global options, its process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedGlobals, Session


@dataclass(frozen=True)
class RequestSettings:
    """Where a request was sent; None is what the source profile says."""

    region: Optional[str] = None
    endpoint_url: Optional[str] = None
    ca_bundle: Optional[str] = None


NO_SETTINGS = RequestSettings()


@dataclass(frozen=True)
class CommandContext:
    """The CLI's session and parsed global options, and the environment of the process."""

    session: Session
    parsed_globals: ParsedGlobals
    environment: Environment

    def with_settings(self, settings: RequestSettings) -> CommandContext:
        """Return the context with these settings where the command line has none."""
        given = self.parsed_globals
        values = {
            "region": given.region or settings.region,
            "endpoint_url": given.endpoint_url or settings.endpoint_url,
            "verify_ssl": settings.ca_bundle if given.verify_ssl is None else given.verify_ssl,
        }
        return replace(self, parsed_globals=type(given)(**{**vars(given), **values}))
