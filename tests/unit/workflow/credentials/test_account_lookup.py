"""Looking accounts up by name."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from awscli_assume.aws.accounts import AccountClients, look_up_account
from awscli_assume.host import BotoCoreError, NoRegionError


def raising(error: Exception) -> Callable[[], Any]:
    def create() -> Any:
        raise error

    return create


def directory(iam: Exception, organizations: Exception) -> AccountClients:
    return AccountClients(raising(iam), raising(organizations), lambda: "123456789012")


@pytest.mark.parametrize("first", [NoRegionError(), BotoCoreError()], ids=["iam", "organizations"])
def test_a_region_that_is_missing_is_no_unknown_name(first: Exception) -> None:
    """Without a region nobody was asked, and no id would help: botocore's own error says so."""
    with pytest.raises(NoRegionError):
        look_up_account("corp-main", directory(first, NoRegionError()))


def test_who_does_not_answer_is_named() -> None:
    """Any other failure is told with the operation."""
    found = look_up_account("corp-main", directory(BotoCoreError(), BotoCoreError()))

    assert found.ids == ()
    assert found.failures == {
        "iam:ListAccountAliases": "failed (BotoCoreError)",
        "organizations:ListAccounts": "failed (BotoCoreError)",
    }
