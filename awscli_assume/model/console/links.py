"""The page of the console that opens, and the URLs that sign in to it.

Sources: IAM User Guide, "Enable custom identity broker access to the AWS console" and "Grant a
user permissions to switch roles".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Optional
from urllib.parse import quote, urlencode, urlsplit

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role
from awscli_assume.model.console.hosts import ConsolePartition
from awscli_assume.model.printable import option

# "The URL is valid for 15 minutes": the sign-in token in it.
URL_LIFETIME = timedelta(minutes=15)
# What made the URL: optional, and no page of ours exists that could sign in again.
ISSUER = "awscli-assume"
_HOME = "console/home"
# Each session of the console's multi-session support has a host of its own, which another
# session can't use: ACCOUNT-xxxxxxxx.REGION.console.aws.amazon.com.
_OF_A_SESSION = re.compile(r"\d{12}-[a-z0-9]+\.")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//)?")
_LENGTH_MAX = 2048
_DISPLAY_NAME_MAX = 64


@dataclass(frozen=True)
class ConsolePage:
    """What to open: a page of a service (``service_page``) or a URL or a path, else the home page.

    Both are checked where they come from.
    """

    service_page: Optional[str] = None
    destination: Optional[str] = None

    def url(self, partition: ConsolePartition, region: Optional[str]) -> str:
        """Return the URL of the page. Raises InvalidRequest for one of another host."""
        if self.destination is not None and _SCHEME.match(self.destination):
            return _own_url(self.destination, partition)
        host = partition.console(region)
        if self.destination is not None:
            return f"https://{host}/{self.destination.lstrip('/')}"
        page, mark, place = (self.service_page or _HOME).partition("#")
        query = f"?region={region}" if region is not None else ""
        return f"https://{host}/{page}{query}{mark}{place}"


def check_destination(text: str) -> str:
    """Return the value of ``--destination``: a URL or a path. Raises InvalidRequest."""
    is_line = text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`{|}')
    if not text.strip("/") and text:
        return "/"
    if not is_line or not text or len(text) > _LENGTH_MAX:
        raise _bad_destination(
            text,
            f"it must have 1 to {_LENGTH_MAX} characters, without spaces and other characters "
            "that a URL can't have",
        )
    scheme = _SCHEME.match(text)
    if text.startswith("//") or (scheme and not scheme[1]):
        raise _bad_destination(text, "it must be a path such as /s3/home, or a whole URL")
    return text


def _own_url(text: str, partition: ConsolePartition) -> str:
    """Return a URL of a console host of the partition."""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise _bad_destination(text, "it is not a URL") from None
    if parts.scheme.lower() != "https" or port not in (None, 443) or "@" in parts.netloc:
        raise _bad_destination(text, "it must be an https URL of a host without user and port")
    if not partition.has_console_host(host):
        raise _bad_destination(
            text, f"{host or 'this'} is not a host of the console in the partition "
            f"{partition.name}, such as {partition.console(partition.region)}"
        )  # fmt: skip
    host = _OF_A_SESSION.sub("", host, count=1)
    return parts._replace(scheme="https", netloc=host).geturl()


def _bad_destination(text: str, why: str) -> InvalidRequest:
    # A URL that signs in is a secret, and is in its query.
    shown = text.partition("?")[0].partition("#")[0][:128]
    return InvalidRequest(
        f"Invalid destination {shown!r}: {why}. Try: {option('--destination', '/s3/home')}"
    )


def login_url(endpoint: str, destination: str, token: str) -> str:
    """Return the URL that signs in. It is a secret for 15 minutes.

    ``endpoint`` is the URL of the sign-in host, without a path.
    """
    query = {"Action": "login", "Issuer": ISSUER, "Destination": destination, "SigninToken": token}
    return f"{endpoint}/federation?{urlencode(query, quote_via=quote)}"


def with_logout(sign_out_endpoint: str, url: str) -> str:
    """Return the URL that first ends the session in the browser and then opens ``url``."""
    query = {"Action": "logout", "redirect_uri": url}
    return f"{sign_out_endpoint}/oauth?{urlencode(query, quote_via=quote)}"


def switch_role_url(endpoint: str, role: Role, display_name: str) -> str:
    """Return the URL with which a user of the console switches to a role. It is not a secret."""
    query = {
        "roleName": role.path_and_name,
        "account": str(role.account_id),
        "displayName": display_name[:_DISPLAY_NAME_MAX],
    }
    return f"{endpoint}/switchrole?{urlencode(query, quote_via=quote)}"


def url_expiration(now: datetime, credentials_expire: Optional[datetime]) -> datetime:
    """Return until when a sign-in URL is valid: 15 minutes, or as long as the credentials."""
    limit = now + URL_LIFETIME
    return limit if credentials_expire is None else min(limit, credentials_expire)
