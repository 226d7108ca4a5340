"""Select the accounts of ``--accounts``."""

from __future__ import annotations

from dataclasses import dataclass

from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.targets.account import TargetAccount


@dataclass(frozen=True)
class SelectedAccounts:
    """The accounts in the order of their selection, and a sentence for each kind left out."""

    accounts: tuple[TargetAccount, ...]
    notes: tuple[str, ...] = ()


def select_accounts(context: CommandContext, parsed_args: ParsedArgs) -> SelectedAccounts:
    """Return the accounts that ``--accounts`` selects.

    Calls AWS only for expressions that need it: IDs need no call. Raises InvalidRequest for an
    unknown or ambiguous name, or if nothing is selected, InvalidConfiguration if the caller may
    not list the organization, and botocore's exceptions.
    """
    raise NotImplementedError
