"""The role sessions of the accounts, and the targets: an account in a region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Iterator, Optional, Sequence, Union

from awscli_assume.arguments.each_command import EachOptions
from awscli_assume.aws.enabled_regions import default_regions, enabled_regions
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import UsableCredentials
from awscli_assume.model.each.results import EachTarget
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.outputs.progress import Progress
from awscli_assume.workflow.each.interrupts import Interrupts
from awscli_assume.workflow.each.roles import Obtain, TargetRole
from awscli_assume.workflow.many_roles.engine import RoleEngine

# A command gets credentials that are valid for at least this time, if its role can be assumed
# again.
_LEAST = timedelta(minutes=5)


class AccountSession:
    """The role of one account, and its credentials while targets of the account need them.

    ``role`` is an exception if no plan could be made. ``uses`` is the number of targets.
    """

    def __init__(
        self,
        account: TargetAccount,
        role: Union[TargetRole, Exception],
        engine: RoleEngine,
        interrupts: Interrupts,
    ) -> None:
        self.account = account
        self.uses = 1
        self._role = role
        self._engine = engine
        self._interrupts = interrupts
        self._obtain: Optional[Obtain] = None
        self._found: Union[UsableCredentials, Exception, None] = None
        # The regions of an account wait for the first one to assume the role.
        self._lock = Lock()

    @property
    def region(self) -> Optional[str]:
        """The default region, as far as it is known."""
        return None if isinstance(self._role, Exception) else self._role.region

    def start(self) -> None:
        """Prepare the request, and make it if it may ask for an MFA code.

        Called in the main thread, once or more.
        """
        if self._obtain is not None or isinstance(self._found, Exception):
            return
        try:
            if isinstance(self._role, Exception):
                raise self._role
            with self._interrupts.allowed():
                self._obtain = self._role.start(self._engine)
        except Exception as error:
            self._found = error

    def take(self) -> UsableCredentials:
        """Return the credentials, in any thread. The first call assumes the role.

        Raises what the request raises.
        """
        with self._lock:
            if self._found is None or self._is_ending(self._found):
                assert self._obtain is not None  # noqa: S101 - for the type checker
                try:
                    self._found = self._obtain()
                except Exception as error:
                    self._found = error
            found = self._found
        if isinstance(found, Exception):
            raise found
        return found

    def release(self) -> None:
        """Forget the credentials after the last target."""
        with self._lock:
            self.uses -= 1
            if self.uses <= 0:
                self._found = self._obtain = None

    def _is_ending(self, found: Union[UsableCredentials, Exception]) -> bool:
        if isinstance(found, Exception) or found.credentials.expiration is None:
            return False
        return found.credentials.expiration - self._engine.context.environment.now() < _LEAST


@dataclass(frozen=True)
class TargetSession:
    """A target and the session of its account."""

    target: EachTarget
    session: AccountSession


def targets_of(
    context: CommandContext,
    sessions: Sequence[AccountSession],
    options: EachOptions,
    engine: RoleEngine,
) -> list[TargetSession]:
    """Return each account in each region. With ``--regions all``, each account is asked."""
    regions: dict[AccountSession, Sequence[Optional[str]]] = {}
    if options.regions is None:
        regions.update(_enabled(context, sessions, engine))
    found: list[TargetSession] = []
    for session in sessions:
        names = regions.get(session, options.regions or (session.region,))
        session.uses = len(names)
        for name in names:
            account = session.account
            target = EachTarget(account.account_id, account.name, name, account.profile)
            found.append(TargetSession(target, session))
    return found


def _enabled(
    context: CommandContext, sessions: Sequence[AccountSession], engine: RoleEngine
) -> dict[AccountSession, Sequence[Optional[str]]]:
    """Return the regions of each account; the default regions if the role may not list them.

    A role that can't be assumed has its default region, where its command then fails.
    """
    found: dict[AccountSession, Sequence[Optional[str]]] = {}
    unknown: list[str] = []
    progress = Progress(context.environment, "Listing the regions of accounts")

    def finished(result: _Regions) -> None:
        found[result.session] = result.names
        if result.failure:
            unknown.append(f"{result.session.account.label}: {result.failure}")
        progress.show(len(found), len(sessions))

    try:
        engine.run(_started(sessions), partial(_regions_of, context), finished)
    finally:
        progress.clear()
    if unknown:
        context.environment.notify(
            f"aws: [WARNING]: the regions of {len(unknown)} of {len(sessions)} accounts could not "
            "be listed; the command runs there in the regions that every account has. The first: "
            f"{unknown[0]}\n"
        )
    return found


def _started(sessions: Sequence[AccountSession]) -> Iterator[AccountSession]:
    for session in sessions:
        session.start()
        yield session


@dataclass(frozen=True)
class _Regions:
    """The regions of an account, and why they could not be listed."""

    session: AccountSession
    names: Sequence[Optional[str]]
    failure: str = ""


def _regions_of(context: CommandContext, session: AccountSession) -> _Regions:
    """Ask for the regions of an account, in a worker thread."""
    try:
        credentials = session.take()
    except Exception:
        return _Regions(session, (session.region,))
    region = credentials.region
    try:
        return _Regions(session, enabled_regions(context, credentials.credentials, region))
    except CallUnavailable as error:
        return _Regions(session, default_regions(context, region), str(error))
