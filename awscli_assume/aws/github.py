"""The web identity token of a job of GitHub Actions.

Source: GitHub Docs, "OpenID Connect reference": the runner gives a job with
``permissions: id-token: write`` a URL and a bearer token for it.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Mapping
from urllib.parse import urlsplit

from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import AWSRequest, HTTPClientError, http_session
from awscli_assume.model.proofs import TOKEN_MOST, check_token

LOG = logging.getLogger("awscli.assume.github")
URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
# What the role's trust policy is made for (aws-actions/configure-aws-credentials).
AUDIENCE = "sts.amazonaws.com"
SECONDS = 10
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def github_request(variables: Mapping[str, str]) -> tuple[str, str]:
    """Answer the runner's URL and the bearer token for it. Raises InvalidConfiguration."""
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


def fetch_token(variables: Mapping[str, str]) -> str:
    """Ask the runner for the token of this job. Raises InvalidConfiguration, which shows none."""
    url, bearer = github_request(variables)
    joint = "&" if urlsplit(url).query else "?"
    request = AWSRequest(
        "GET",
        f"{url}{joint}audience={AUDIENCE}",
        headers={"Authorization": f"bearer {bearer}", "Accept": "application/json"},
        stream_output=True,
    )
    LOG.debug("Asking GitHub for the token of this job")
    with credentials_withheld():
        try:
            # It follows no redirect, so nobody else is shown the bearer token.
            answer = http_session(url, SECONDS, variables).send(request.prepare())
            body = answer.raw.read(2 * TOKEN_MOST)
        except (HTTPClientError, OSError) as error:
            # The error's own text may quote the request.
            raise _refused(f"{type(error).__name__}") from None
        except Exception as error:
            # What reading on brings is urllib3's own, vendored or not.
            raise _refused(f"{type(error).__name__}") from None
    if answer.status_code != 200:
        raise _refused(f"HTTP status {answer.status_code}")
    return check_token(_value(body), f"{URL}")


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
