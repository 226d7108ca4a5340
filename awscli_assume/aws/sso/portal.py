"""The portal of IAM Identity Center: the accounts and roles that it grants to the user.

The host creates the client and reads the token, so that the user's endpoint settings
(AWS_ENDPOINT_URL_SSO, ``services``) and the CLI's token cache apply. The operations are in the
IAM Identity Center Portal API reference, "ListAccounts", "ListAccountRoles" and
"GetRoleCredentials".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Callable, Iterator, Mapping, Optional

from awscli_assume.aws.optional_call import CallUnavailable, adaptive_retries, failure_named
from awscli_assume.aws.sso.login import PORTAL_HINT
from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.host import (
    Config,
    InvalidRegionError,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
    parse_timestamp,
    sso_token_loader,
    sso_token_provider,
    unsigned_config,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.assumable_role import Account
from awscli_assume.model.credentials import SessionCredentials, parse_time, read_session
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.model.printable import printable, printable_line

# The service rejects larger pages (API reference, "MaxResultType").
PAGE_SIZE = 100
# Requests at the same time. The service limits the rate for each user.
WORKERS = 8
# The requests for credentials come from more threads; a connection that is closed costs another
# handshake.
_CONNECTIONS = 64
_ATTEMPTS = 5
_OPERATIONS = {"list_accounts": "ListAccounts", "list_account_roles": "ListAccountRoles"}
_ROLE_CREDENTIALS = "GetRoleCredentials"
_KEYS = ("accessKeyId", "secretAccessKey", "sessionToken")
# What botocore needs to refresh a token (tokens.py, SSOTokenProvider).
_REGISTRATION = ("refreshToken", "clientId", "clientSecret", "registrationExpiresAt")


@dataclass(frozen=True)
class SsoToken:
    """The access token of a login, with its expiration (aware UTC) and its region."""

    access_token: str = field(repr=False)
    expiration: datetime
    region: str = ""
    can_refresh: bool = False

    def is_usable(self, now: datetime) -> bool:
        """Return whether the token is valid, or botocore may refresh it."""
        return self.can_refresh or self.expiration > now


def stored_token(sso_session: SsoSession) -> SsoToken:
    """Return the token that ``aws sso login`` stored, without a call.

    Raises SSOTokenLoadError if the token file is missing or damaged.
    """
    name = None if sso_session.profile is not None else sso_session.name
    try:
        found = sso_token_loader()(sso_session.start_url, session_name=name)
        return _read_token(found)
    except (KeyError, TypeError, ValueError, AttributeError, UnexpectedAnswer):
        raise SSOTokenLoadError(
            error_msg=f"The cached token of {printable(sso_session.name)} can't be read"
        ) from None


def login_region(sso_session: SsoSession) -> Optional[str]:
    """Return the region of the stored login, or None if it is unknown."""
    try:
        return stored_token(sso_session).region or None
    except SSOTokenLoadError:
        return None


class Portal:
    """The portal of one session. Threads may share it."""

    def __init__(self, context: CommandContext, sso_session: SsoSession) -> None:
        self._token = _token_of(context, sso_session)
        self._client = _create_client(context, sso_session)

    @property
    def expiration(self) -> datetime:
        """The time when the token expires. Refreshes the token where botocore would."""
        return self._token().expiration

    def account_pages(self) -> Iterator[list[Account]]:
        """Return the accounts, page by page.

        Raises CallUnavailable, and UnauthorizedSSOTokenError if the login has expired.
        """
        for page in self._pages("list_accounts", "accountList", "accountId"):
            yield [
                Account(one["accountId"], printable_line(str(one.get("accountName") or "")))
                for one in page
                if ACCOUNT_ID.fullmatch(one["accountId"])
            ]

    def role_name_pages(self, account_id: str) -> Iterator[list[str]]:
        """Return the names of the roles in an account, page by page.

        Raises as ``account_pages`` does.
        """
        pages = self._pages("list_account_roles", "roleList", "roleName", accountId=account_id)
        for page in pages:
            yield [printable_line(one["roleName"]) for one in page]

    def accounts(self) -> list[Account]:
        """Return all accounts; raises as ``account_pages`` does."""
        return [account for page in self.account_pages() for account in page]

    def role_names(self, account_id: str) -> list[str]:
        """Return the names of all roles in an account; raises as ``account_pages`` does."""
        return [name for page in self.role_name_pages(account_id) for name in page]

    def role_credentials(self, account_id: str, role_name: str) -> SessionCredentials:
        """Return credentials of a role, which no file contains afterwards.

        Raises as ``account_pages`` does.
        """
        call = self._client.get_role_credentials
        names = {"accountId": account_id, "roleName": role_name}
        found = self._call(call, _ROLE_CREDENTIALS, names).get("roleCredentials") or {}
        try:
            expiration = datetime.fromtimestamp(found["expiration"] / 1000, timezone.utc)
            key_id, secret, token = (found[key] for key in _KEYS)
            return read_session(key_id, secret, token, expiration)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise CallUnavailable(
                f"the response to sso:{_ROLE_CREDENTIALS} has no credentials. {PORTAL_HINT}"
            ) from None

    def _pages(
        self, method: str, key: str, item_key: str, **parameters: str
    ) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the list ``key`` of each page. Its items must have the key ``item_key``."""
        call, operation = getattr(self._client, method), _OPERATIONS[method]
        following: dict[str, str] = {}
        page_tokens = set[str]()
        while True:
            page = self._call(
                call, operation, {"maxResults": PAGE_SIZE, **parameters, **following}
            )
            yield _items(page, operation, key, item_key)
            page_token = page.get("nextToken")
            if not page_token:
                return
            if page_token in page_tokens:
                raise CallUnavailable(f"sso:{operation} returned the token of a page twice")
            page_tokens.add(page_token)
            following = {"nextToken": page_token}

    def _call(
        self, call: Callable[..., Any], operation: str, parameters: Mapping[str, object]
    ) -> Mapping[str, Any]:
        token = self._token().access_token
        try:
            with failure_named(f"sso:{operation}"):
                page: Mapping[str, Any] = call(accessToken=token, **parameters)
                return page
        except CallUnavailable as error:
            if error.code == "UnauthorizedException":
                raise UnauthorizedSSOTokenError() from None
            raise


def _items(
    page: Mapping[str, Any], operation: str, key: str, item_key: str
) -> list[Mapping[str, Any]]:
    """Return the items of a page. Raises CallUnavailable for a malformed page.

    If nothing is granted, the service returns an empty list. A response of a proxy may have the
    status 200 and no list, which botocore parses as an empty result.
    """
    items = page.get(key)
    if items is None or not all(isinstance(item.get(item_key), str) for item in items):
        raise CallUnavailable(f"the response to sso:{operation} has no {key}. {PORTAL_HINT}")
    found: list[Mapping[str, Any]] = items
    return found


def _token_of(context: CommandContext, sso_session: SsoSession) -> Callable[[], SsoToken]:
    """Return a function that returns the token, refreshed where botocore refreshes it."""
    stored = stored_token(sso_session)
    if not stored.is_usable(context.environment.now()):
        raise UnauthorizedSSOTokenError()
    if sso_session.profile is not None or not stored.can_refresh:
        return lambda: stored
    provider = sso_token_provider(context.session, sso_session.name)

    def current() -> SsoToken:
        frozen = provider.get_frozen_token()
        return SsoToken(frozen.token, frozen.expiration.astimezone(timezone.utc))

    return current


def _create_client(context: CommandContext, sso_session: SsoSession) -> Any:
    """Return an unsigned SSO client. Each of its operations has the token as a parameter."""
    options = {"max_pool_connections": _CONNECTIONS, **adaptive_retries(context, _ATTEMPTS)}
    config = unsigned_config().merge(Config(region_name=sso_session.region, **options))
    verify = context.parsed_globals.verify_ssl
    try:
        return context.session.create_client("sso", config=config, verify=verify)
    except InvalidRegionError:
        raise InvalidConfiguration(
            f"The SSO session '{printable(sso_session.name)}' has an invalid sso_region: "
            f"{sso_session.region!r}"
        ) from None


def _read_token(found: Mapping[str, Any]) -> SsoToken:
    access_token, expiration = (
        found["accessToken"],
        parse_time(parse_timestamp(found["expiresAt"])),
    )
    if not isinstance(access_token, str):
        raise TypeError("no text")
    can_refresh = all(found.get(key) for key in _REGISTRATION)
    return SsoToken(access_token, expiration, str(found.get("region") or ""), can_refresh)
