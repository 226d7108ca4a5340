"""List an organization with few calls: from the cache, or with the credentials of a profile."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Callable, Iterator, Mapping, Optional, Sequence, TypeVar

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.organizations import (
    WORKERS,
    OrganizationReader,
    create_organizations_client,
    unknown_unit,
)
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import create_sts_client, region_of
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import no_credentials
from awscli_assume.errors import InvalidRequest, with_advice
from awscli_assume.host import (
    CLI_VERSION,
    NoCredentialsError,
    ProfileNotFound,
    overridden_profiles,
    reset_profile,
    use_profile,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import FrozenCredentials, StsClient
from awscli_assume.model.printable import printable
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.expressions import UNIT_ID
from awscli_assume.model.targets.organization import Organization, Unit, split_path
from awscli_assume.outputs.progress import Progress
from awscli_assume.profiles.cache.organization import OrganizationCache
from awscli_assume.workflow.many_roles.workers import run_all
from awscli_assume.workflow.planning.source_profile import choose_source, read_profiles, use_source

U = TypeVar("U")
_ENDPOINTS = ("AWS_ENDPOINT_URL_ORGANIZATIONS", "AWS_ENDPOINT_URL")


@dataclass(frozen=True)
class _Caller:
    """The caller of a profile, and its account. The session is that of the profile."""

    client: StsClient
    frozen: FrozenCredentials
    account_id: str


class Listing:
    """The lists of an organization. Each is asked for once, and stored in the cache at the end.

    ``account_id`` is the account that lists it.
    """

    def __init__(
        self,
        context: CommandContext,
        account_id: str,
        cached: Optional[Organization],
        make_reader: Callable[[], OrganizationReader],
    ) -> None:
        self.account_id = account_id
        self.is_cached = cached is not None
        self.is_changed = False
        self._environment = context.environment
        self._make_reader = make_reader
        self._made: Optional[OrganizationReader] = None
        self.found = cached or self._new()

    def refresh(self) -> bool:
        """Forget what the cache had, and return whether there was anything to forget."""
        if not self.is_cached:
            return False
        self.is_cached, self.found = False, self._new()
        return True

    @property
    def knows_states(self) -> bool:
        """Return whether the states of accounts are known."""
        states = [one.state for one in self.found.accounts.values()]
        return not states or any(state is not None for state in states)

    def all(self) -> list[TargetAccount]:
        """Return all accounts."""
        if not self.found.is_complete:
            self._list_accounts(stop_without_paths=False)
        return list(self.found.accounts.values())

    def below(self, text: str) -> list[TargetAccount]:
        """Return the accounts below the root or unit of an ID or a path of names.

        Raises InvalidRequest if there is none.
        """
        unit_id = text if UNIT_ID.fullmatch(text) else self._find(text).id
        if unit_id.startswith("r-"):
            if self._root().id != unit_id:
                raise unknown_unit(unit_id)
            return self.all()
        is_listed = unit_id in self.found.members or self.found.is_complete
        if not is_listed and self._reader.knows_paths:
            self._list_accounts(stop_without_paths=True)
        found = self.found.below(unit_id) if self.found.has_paths else []
        # Without accounts, only its own list says whether there is such a unit.
        return found or self._walk(unit_id)

    def tags(self, accounts: Sequence[TargetAccount]) -> Mapping[str, Mapping[str, str]]:
        """Return the tags of accounts by account ID. Takes a call for each account."""
        missing = [one.account_id for one in accounts if one.account_id not in self.found.tags]
        if missing:
            progress = Progress(self._environment, "Listing the tags of accounts")
            self._in_threads(self._reader.tags_of, missing, self.found.tags.__setitem__, progress)
        return self.found.tags

    @property
    def _reader(self) -> OrganizationReader:
        if self._made is None:
            self._made = self._make_reader()
        self.is_changed = True
        return self._made

    def _new(self) -> Organization:
        return Organization(int(self._environment.now().timestamp()))

    def _list_accounts(self, stop_without_paths: bool) -> None:
        """List all accounts; with ``stop_without_paths`` only if the first ones have paths."""
        progress = Progress(self._environment, "Listing the accounts of the organization")
        try:
            for page in self._reader.account_pages():
                if stop_without_paths and page and not page[0].ou_ids:
                    return
                self.found.add(page)
                progress.count(len(self.found.accounts))
        finally:
            progress.clear()
        self.found.is_complete = True

    def _root(self) -> Unit:
        if self.found.root is None:
            self.found.root = self._reader.root()
        return self.found.root

    def _units(self, unit_id: str) -> tuple[Unit, ...]:
        if unit_id not in self.found.units:
            self.found.units[unit_id] = self._reader.units_of(unit_id)
        return self.found.units[unit_id]

    def _find(self, path: str) -> Unit:
        """Return the unit of a path of names below the root, or the root for ``/``."""
        unit, rest = self._root(), path.strip("/")
        if rest and split_path(rest, self._units(unit.id)) is None:
            # The path may begin with the name of the root.
            within = split_path(rest, [unit])
            rest = rest if within is None else within[1]
        names = [unit.name]
        while rest:
            below = self._units(unit.id)
            found = split_path(rest, below)
            if found is None:
                raise _no_unit(path, rest, "/".join(names), unit, below)
            unit, rest = found
            names.append(unit.name)
        return unit

    def _walk(self, unit_id: str) -> list[TargetAccount]:
        """List a unit, and everything below it; two calls for each unit at least."""
        paths, level = {unit_id: (*self._above(unit_id), unit_id)}, [unit_id]
        progress = Progress(self._environment, "Listing organizational units")
        while level:
            missing = [one for one in level if one not in self.found.members]
            self._in_threads(
                lambda one: (self._reader.members_of(one), self._units(one)),
                missing,
                lambda one, lists: self._add_unit(one, lists[0], paths[one]),
                progress,
            )
            below = [(one, unit.id) for one in level for unit in self._units(one)]
            paths.update({unit: (*paths[parent], unit) for parent, unit in below})
            level = [unit for _, unit in below]
        return self.found.listed_below(unit_id)

    def _add_unit(
        self, unit_id: str, members: Sequence[TargetAccount], path: tuple[str, ...]
    ) -> None:
        self.found.add(one if one.ou_ids else replace(one, ou_ids=path) for one in members)
        self.found.members[unit_id] = tuple(one.account_id for one in members)

    def _above(self, unit_id: str) -> tuple[str, ...]:
        """Return the root and units above a unit, as far as they are known."""
        parents = {unit.id: parent for parent, units in self.found.units.items() for unit in units}
        found: list[str] = []
        while unit_id in parents and parents[unit_id] not in found:
            unit_id = parents[unit_id]
            found.insert(0, unit_id)
        return tuple(found)

    def _in_threads(
        self,
        call: Callable[[str], U],
        items: Sequence[str],
        store: Callable[[str, U], None],
        progress: Progress,
    ) -> None:
        """Call for each item in a few threads, and store each result in this one."""
        done = 0

        def finished(found: tuple[str, U]) -> None:
            nonlocal done
            store(*found)
            done += 1
            progress.show(done, len(items))

        try:
            run_all(items, lambda one: (one, call(one)), finished, WORKERS)
        finally:
            progress.clear()


@contextmanager
def organization_listing(
    context: CommandContext, profile: Optional[str], no_cache: bool
) -> Iterator[Listing]:
    """Yield the lists of the organization of a profile; None is the source of the command line.

    Inside the block, the session's profile is that one. Raises botocore's exceptions if there are
    no credentials.
    """
    with _signed_in(context, profile) as caller, credentials_redacted():
        cache = OrganizationCache(_scope(context, caller))
        now = context.environment.now()

        def make_reader() -> OrganizationReader:
            region = region_of(caller.client)
            client = create_organizations_client(context, region, caller.frozen)
            return OrganizationReader(client, caller.account_id)

        cached = None if no_cache else cache.load(now)
        listing = Listing(context, caller.account_id, cached, make_reader)
        try:
            yield listing
        finally:
            # What was listed before an error need not be listed again.
            if listing.is_changed:
                cache.store(listing.found, now)


def source_account(context: CommandContext) -> Optional[str]:
    """Return the account of the source credentials, None if there are none."""
    try:
        with _signed_in(context, None) as caller:
            return caller.account_id
    except NoCredentialsError:
        return None


@contextmanager
def _signed_in(context: CommandContext, profile: Optional[str]) -> Iterator[_Caller]:
    """Let the session sign as a profile, or as the source of the command line, for a while."""
    session = context.session
    original = session.get_config_variable("profile")
    is_explicit = context.parsed_globals.profile is not None
    if profile is not None:
        if profile not in session.available_profiles:
            raise ProfileNotFound(profile=profile)
        use_profile(session, profile)
    try:
        profiles = read_profiles(context)
        pair = choose_source(context, profiles, is_explicit or profile is not None)
        with overridden_profiles(session, profiles.resolved):
            use_source(session, pair)
            with login_hint_added(session), credentials_redacted(), error_hints_added():
                client = create_sts_client(context)
                # Those of the client: the profile of a role can be loaded only once.
                credentials = session.get_credentials()
                if credentials is None:
                    raise _no_credentials(pair.source, pair.credential_source)
                frozen = credentials.get_frozen_credentials()
            caller = CallerCache().get(client, frozen.access_key, context.environment.now())
            yield _Caller(client, frozen, caller.account_id)
    finally:
        reset_profile(session, original, is_explicit)


def _no_credentials(profile: Optional[str], credential_source: Optional[str]) -> Exception:
    error = no_credentials(profile, credential_source)
    if isinstance(error, NoCredentialsError):
        with_advice(error, "To list the organization, name a profile: --organization-profile NAME")
    return error


def _scope(context: CommandContext, caller: _Caller) -> str:
    """Return the cache key: another account or endpoint may be in another organization."""
    variables = context.environment.variables
    endpoints = [context.parsed_globals.endpoint_url, *map(variables.get, _ENDPOINTS)]
    endpoints.append(context.session.get_scoped_config().get("endpoint_url"))
    endpoint = next((one for one in endpoints if one), "")
    # An older AWS CLI knows less of an account.
    place = (caller.client.meta.partition, caller.account_id, str(endpoint), CLI_VERSION)
    return "\n".join(place)


def _no_unit(
    path: str, rest: str, place: str, parent: Unit, units: Sequence[Unit]
) -> InvalidRequest:
    names = ", ".join(printable(one.name) for one in units) or "none"
    return InvalidRequest(
        f"There is no organizational unit '{printable(rest)}' of 'ou:{printable(path)}' in "
        f"{place} ({parent.id}). Its units: {names}. To see them: aws organizations "
        f"list-organizational-units-for-parent --parent-id {parent.id}"
    )
