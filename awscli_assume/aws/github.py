"""The web identity token of a job of GitHub Actions.

Source: GitHub Docs, "OpenID Connect reference": the runner gives a job with
``permissions: id-token: write`` a URL and a bearer token for it.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import AWSRequest, URLLib3Session, get_environ_proxies
from awscli_assume.model.request.identity_provider import TOKEN_MAX, check_token

LOG = logging.getLogger("awscli.assume.github")
URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
# What the role's trust policy is made for (aws-actions/configure-aws-credentials).
AUDIENCE = "sts.amazonaws.com"
SECONDS = 10
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def github_request(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the runner's URL and the bearer token for it. Raises InvalidConfiguration."""
    url, bearer = variables.get(URL, ""), variables.get(BEARER, "")
    if not url or not bearer:
        raise InvalidConfiguration(
            f"There is no {BEARER if url else URL}: GitHub hands out tokens to a job of GitHub "
            "Actions that has 'permissions: id-token: write'"
        )
    try:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
    except ValueError:
        is_safe = False
    if not is_safe or not (url + bearer).isprintable():
        raise InvalidConfiguration(
            f"{URL} has to be an https URL: the token for it would go over the network in the open"
        )
    return url, bearer


def fetch_token(variables: Mapping[str, str], ca_bundle: Optional[str] = None) -> str:
    """Ask the runner for the token of this job. Raises InvalidConfiguration, which shows none.

    Its certificate is checked in any case, by ``ca_bundle`` (a path) or the CLI's own.
    """
    url, bearer = github_request(variables)
    joint = "&" if urlsplit(url).query else "?"
    headers = {"Authorization": f"bearer {bearer}", "Accept": "application/json"}
    bundle = ca_bundle or variables.get("REQUESTS_CA_BUNDLE")
    LOG.debug("Asking GitHub for the token of this job")
    with credentials_redacted():
        try:
            address = f"{url}{joint}audience={AUDIENCE}"
            status, body = _get(address, headers, bundle)
        except Exception as error:
            # Its own text may quote the request, and be urllib3's, vendored or not.
            raise _refused(type(error).__name__) from None
    if status != 200:
        raise _refused(f"HTTP status {status}")
    return check_token(_value(body), URL)


def _get(url: str, headers: Mapping[str, str], ca_bundle: Optional[str]) -> tuple[int, bytes]:
    """Return status and a bounded body, by botocore's own HTTP session; it follows no redirect."""
    session = URLLib3Session(ca_bundle or True, get_environ_proxies(url), (SECONDS, SECONDS))
    request = AWSRequest("GET", url, headers=dict(headers), stream_output=True)
    answer = session.send(request.prepare())
    return answer.status_code, answer.raw.read(2 * TOKEN_MAX)


def _value(body: bytes) -> str:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    value = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(value, str):
        raise _refused("an answer without a token")
    return value


def _refused(reason: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"GitHub did not hand out the token of this job ({reason}). Does the job have "
        "'permissions: id-token: write'? Is there a proxy between?"
    )
