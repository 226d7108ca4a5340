"""A command of its own that selects accounts, and an organization for it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import timedelta
from typing import Any, Iterator, Optional, Sequence

import pytest
from awscli.clidriver import create_clidriver

from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.workflow.targets.select import SelectedAccounts, select_accounts
from support.environment import NOW
from support.organization_stub import MEMBER_KEY_ID, MEMBER_SECRET, OrganizationStub

GLOBALS = {
    "profile": None, "region": None, "output": None, "query": None, "endpoint_url": None,
    "verify_ssl": None, "ca_bundle": None, "connect_timeout": None, "read_timeout": None,
}  # fmt: skip


class Chooser:
    """Select accounts as a command of its own would, with a new session each time."""

    def __init__(self, aws: Any, stub: OrganizationStub) -> None:
        self.aws, self.stub = aws, stub
        self.environment = Environment(now=lambda: NOW)

    def __call__(self, *accounts: str, profile: Optional[str] = None, **options: Any) -> Any:
        return self.run(accounts, profile, **options)[1]

    def run(
        self, accounts: Sequence[str], profile: Optional[str] = None, **options: Any
    ) -> tuple[CommandContext, SelectedAccounts]:
        """Return the context, and what was selected in it."""
        driver = create_clidriver()
        if profile is not None:
            driver.session.set_config_variable("profile", profile)
        given = Namespace(**{**GLOBALS, "profile": profile})
        context = CommandContext(driver.session, given, self.environment)
        values = {"organization_profile": None, "no_cache": False, "sso_session": None, **options}
        return context, select_accounts(context, Namespace(accounts=list(accounts), **values))

    def ids(self, *accounts: str, **options: Any) -> list[str]:
        """Return the IDs of the selected accounts."""
        return [one.account_id for one in self(*accounts, **options).accounts]

    def later(self, hours: float) -> None:
        """Set the clock."""
        self.environment = replace(self.environment, now=lambda: NOW + timedelta(hours=hours))


@pytest.fixture
def stub(aws: Any) -> Iterator[OrganizationStub]:
    with OrganizationStub() as server:
        aws.set_variable("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def choose(aws: Any, stub: OrganizationStub) -> Chooser:
    aws.add_key("member", MEMBER_KEY_ID, MEMBER_SECRET)
    aws.add_config("[profile member]\nregion = us-east-1\n")
    return Chooser(aws, stub)
