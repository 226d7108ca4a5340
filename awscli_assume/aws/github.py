"""The web identity token of a GitHub Actions job.

Source: GitHub Docs, "OpenID Connect reference": the runner gives a job with
``permissions: id-token: write`` a URL and a bearer token for it.
"""

from __future__ import annotations

import json
import logging
from typing import Mapping, Optional
from urllib.parse import urlsplit

from awscli_assume.aws.redaction import credentials_redacted, is_encrypted_or_local
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import AWSRequest, URLLib3Session, get_environ_proxies
from awscli_assume.model.request.identity_provider import TOKEN_MAX, check_token

LOG = logging.getLogger("awscli.assume.github")
URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
# The audience that aws-actions/configure-aws-credentials uses, too.
AUDIENCE = "sts.amazonaws.com"
SECONDS = 10


def github_request(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the runner's URL and the bearer token for it. Raises InvalidConfiguration."""
    url, bearer = variables.get(URL, ""), variables.get(BEARER, "")
    if not url or not bearer:
        raise InvalidConfiguration(
            f"{BEARER if url else URL} is not set: GitHub gives tokens only to jobs of GitHub "
            "Actions with 'permissions: id-token: write'"
        )
    if not is_encrypted_or_local(url) or not (url + bearer).isprintable():
        raise InvalidConfiguration(
            f"{URL} must be an https URL: otherwise the bearer token would cross the network "
            "unencrypted"
        )
    return url, bearer


def fetch_token(variables: Mapping[str, str], ca_bundle: Optional[str] = None) -> str:
    """Return the runner's token for this job. Raises InvalidConfiguration, without secrets.

    The runner's certificate is always verified, with ``ca_bundle`` (a path) or the CLI's own.
    """
    url, bearer = github_request(variables)
    separator = "&" if urlsplit(url).query else "?"
    headers = {"Authorization": f"bearer {bearer}", "Accept": "application/json"}
    bundle = ca_bundle or variables.get("REQUESTS_CA_BUNDLE")
    LOG.debug("Requesting the token of this job from GitHub")
    with credentials_redacted():
        try:
            status, body = _get(f"{url}{separator}audience={AUDIENCE}", headers, bundle)
        except Exception as error:
            # Its message may quote the request. It may be a vendored urllib3's own class.
            raise _no_token(type(error).__name__) from None
    if status != 200:
        raise _no_token(f"HTTP status {status}")
    return check_token(_value(body), URL)


def _get(url: str, headers: Mapping[str, str], ca_bundle: Optional[str]) -> tuple[int, bytes]:
    """Return status and the start of the body. botocore's session follows no redirect."""
    session = URLLib3Session(ca_bundle or True, get_environ_proxies(url), (SECONDS, SECONDS))
    request = AWSRequest("GET", url, headers=dict(headers), stream_output=True)
    response = session.send(request.prepare())
    return response.status_code, response.raw.read(2 * TOKEN_MAX)


def _value(body: bytes) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    value = document.get("value") if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise _no_token("a response without a token")
    return value


def _no_token(reason: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"GitHub returned no token for this job ({reason}). Check that the job has "
        "'permissions: id-token: write', and whether a proxy is in between"
    )
