"""List the roles that a session of IAM Identity Center grants, from its portal or the cache."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, Optional, Sequence, TypeVar

from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.portal import WORKERS, Portal, stored_token
from awscli_assume.host import SIGN_IN_ERRORS
from awscli_assume.host.context import CommandContext
from awscli_assume.model.assumable_role import IDENTITY_CENTER, Account, AssumableRole
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.outputs.progress import Progress
from awscli_assume.profiles.cache.granted_roles import GrantedRolesCache, Grants

T = TypeVar("T")


@dataclass(frozen=True)
class Granted:
    """What a session grants. ``failures`` has a sentence for each list that is incomplete."""

    roles: tuple[AssumableRole, ...]
    failures: tuple[str, ...] = ()


@dataclass
class _Listing:
    """The accounts and roles that were received, and the failures."""

    accounts: list[Account] = field(default_factory=list)
    role_names: dict[str, list[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def grants(self) -> Grants:
        """The roles of each account, in the order of the service."""
        return [(one, self.role_names.get(one.account_id, [])) for one in self.accounts]


def granted_roles(
    context: CommandContext, sso_session: SsoSession, no_cache: bool = False, login: bool = False
) -> Granted:
    """Return the roles that a session grants, and cache them until its token expires.

    With ``login``, a missing or expired login is renewed. An incomplete list is not cached.
    Raises botocore's SIGN_IN_ERRORS if there is no valid login, and as ``run_login`` does.
    """
    try:
        return _granted(context, sso_session, no_cache)
    except SIGN_IN_ERRORS as error:
        if not login:
            raise
        # Imported here, because a login is rare.
        from awscli_assume.workflow.credentials.login import run_login

        run_login(sso_session.login_arguments, context.environment, error)
    return _granted(context, sso_session, no_cache)


def granted_or_login_hint(
    context: CommandContext, sso_session: SsoSession, no_cache: bool, login: bool
) -> Granted:
    """Return as ``granted_roles`` does, and add the login command to botocore's errors."""
    try:
        return granted_roles(context, sso_session, no_cache, login)
    except SIGN_IN_ERRORS as error:
        if not login:
            # Imported here, because an expired login is rare.
            from awscli_assume.aws.sso.login import login_command

            command = login_command(sso_session.login_arguments)
            error.args = (f"{error}\nLog in: {command}, or add --login",)
        raise


def _granted(context: CommandContext, sso_session: SsoSession, no_cache: bool) -> Granted:
    cache = GrantedRolesCache(sso_session)
    found = None if no_cache else cached_roles(context, sso_session)
    if found is not None:
        return found
    with credentials_redacted():
        portal = Portal(context, sso_session)
        expiration = portal.expiration
        listing = _list(portal, Progress(context.environment, "Listing the roles of accounts"))
    if listing.failures:
        cache.remove()
    else:
        cache.store(listing.grants, expiration)
    return Granted(_roles(listing.grants, sso_session), tuple(listing.failures))


def cached_roles(context: CommandContext, sso_session: SsoSession) -> Optional[Granted]:
    """Return the cached roles, or None if there are none. Makes no call.

    Raises SSOTokenLoadError if there is no login.
    """
    expiration = stored_token(sso_session).expiration
    if expiration <= context.environment.now():
        return None
    grants = GrantedRolesCache(sso_session).load(expiration)
    return None if grants is None else Granted(_roles(grants, sso_session))


def _roles(grants: Grants, sso_session: SsoSession) -> tuple[AssumableRole, ...]:
    return tuple(
        AssumableRole(
            role_name=name,
            account_id=account.account_id,
            account_name=account.name or None,
            source=IDENTITY_CENTER,
            sso_session=sso_session.name,
        )
        for account, names in grants
        for name in names
    )


def _list(portal: Portal, progress: Progress) -> _Listing:
    """List the accounts page by page, and in parallel the roles of each account."""
    # Imported here: the import takes several milliseconds, and only this function needs threads.
    from concurrent.futures import Future, ThreadPoolExecutor, as_completed

    listing = _Listing()
    pool = ThreadPoolExecutor(WORKERS)
    try:
        pending: dict[Future[tuple[list[str], str]], Account] = {}
        pages, failure = portal.account_pages(), ""
        while True:
            page, failure = _next(pages)
            if page is None:
                break
            listing.accounts += page
            for account in page:
                job = pool.submit(_arrived, portal.role_name_pages(account.account_id))
                pending[job] = account
            progress.show(sum(job.done() for job in pending), len(pending))
        if failure:
            listing.failures.append(
                f"Only {len(listing.accounts)} accounts were listed: {failure}"
            )
        for done, job in enumerate(as_completed(pending), 1):
            account = pending[job]
            listing.role_names[account.account_id], failure = job.result()
            if failure:
                listing.failures.append(_incomplete(account, failure))
            progress.show(done, len(pending))
    finally:
        # After an error or Ctrl-C, cancel the calls that have not started.
        pool.shutdown(cancel_futures=True)
        progress.clear()
    return listing


def _next(pages: Iterator[T]) -> tuple[Optional[T], str]:
    """Return the next page, or None and the reason for a failure."""
    try:
        return next(pages, None), ""
    except CallUnavailable as error:
        return None, str(error)


def _arrived(pages: Iterator[Sequence[T]]) -> tuple[list[T], str]:
    """Return the items of all pages that were received, and the reason of a failure."""
    items: list[T] = []
    while True:
        page, failure = _next(pages)
        if page is None:
            return items, failure
        items += page


def _incomplete(account: Account, failure: str) -> str:
    name = f"{account.name} ({account.account_id})" if account.name else account.account_id
    return f"The roles of account {name} are incomplete: {failure}"
