"""AWS Sign-In: its endpoint, and the sign-in token that it gives for credentials of a role.

Source: IAM User Guide, "Enable custom identity broker access to the AWS console".
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Mapping, Optional
from urllib.parse import quote, urlencode, urlsplit

from awscli_assume.aws.redaction import credentials_redacted, is_encrypted_or_local
from awscli_assume.errors import InvalidConfiguration, SignInFailed
from awscli_assume.host import (
    AWSRequest,
    URLLib3Session,
    configured_endpoint,
    get_environ_proxies,
    sign_in_rules,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Session
from awscli_assume.model.console.hosts import ConsolePartition
from awscli_assume.model.credentials import SessionCredentials

LOG = logging.getLogger("awscli.assume.sign_in")
SERVICE, VARIABLE = "signin", "AWS_ENDPOINT_URL_SIGNIN"
# Where AWS's own tool sends the credentials in the body: AWS Toolkit for JetBrains,
# AwsConsoleUrlFactory.kt, which says that AWS GovCloud (US) does not accept it. Elsewhere they
# are in the query, as documented.
_POSTED = ("aws", "aws-cn")
# The answers of a server that does not know the method.
_NO_POST = (404, 405, 501)
_BUSY = (429, *range(500, 600))
# A sign-in token has some hundred characters.
_ANSWER_MAX, _TOKEN_MAX = 65536, 16384
# A read waits until its piece is complete, so pieces are small.
_ANSWER_SECONDS, _PIECE = 60, 16
_PROXY = "Check the network, a proxy, and AWS_ENDPOINT_URL_SIGNIN"
_CERTIFICATE = "The CA bundle may be missing, or lack the one of a proxy. Try: --ca-bundle FILE"


@dataclass(frozen=True)
class SignInEndpoint:
    """The URL of AWS Sign-In without a path, the one that signs out, and whether to use POST."""

    url: str
    sign_out_url: str
    is_posted: bool = True

    @property
    def host(self) -> str:
        """The host, for messages."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str
    body: bytes = field(repr=False)


def sign_in_endpoint(
    session: Session, environment: Environment, partition: ConsolePartition, region: Optional[str]
) -> SignInEndpoint:
    """Return the endpoint of a region, None for the partition's own.

    ``AWS_ENDPOINT_URL_SIGNIN``, and what else configures endpoints in this AWS CLI, comes first.
    Raises InvalidConfiguration for a URL that can't be used.
    """
    configured = configured_endpoint(session, SERVICE, VARIABLE, environment.variables)
    is_posted = partition.name in _POSTED
    if configured:
        url = _checked(configured)
        return SignInEndpoint(url, url, is_posted)
    host = partition.sign_in(region)
    if region is not None:
        # The rules know the hosts of regions only.
        found = sign_in_rules(session, region) or ""
        is_known = found.endswith(f".{partition.sign_in_host}")
        host = found.partition("://")[2] if is_known else host
    return SignInEndpoint(f"https://{host}", f"https://{partition.sign_out_host}", is_posted)


def _checked(url: str) -> str:
    """Return a configured URL without a slash at its end."""
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        is_usable = is_usable and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not url.isprintable() or " " in url:
        raise InvalidConfiguration(
            f"The endpoint of AWS Sign-In ({VARIABLE}, AWS_ENDPOINT_URL or endpoint_url in the "
            "config file) must be a URL such as https://us-east-1.signin.aws.amazon.com"
        )
    if not is_encrypted_or_local(url):
        raise InvalidConfiguration(
            f"The endpoint of AWS Sign-In at {parts.hostname} ({VARIABLE}, AWS_ENDPOINT_URL or "
            "endpoint_url in the config file) must be an https URL: it gets the credentials "
            "themselves, not only a signature"
        )
    return url.rstrip("/")


def get_sign_in_token(
    context: CommandContext,
    endpoint: SignInEndpoint,
    credentials: SessionCredentials,
    seconds: Optional[int],
) -> str:
    """Return the sign-in token for credentials. It is a secret for 15 minutes.

    ``seconds`` is the duration of the console's session, None for that of the credentials. Raises
    SignInFailed, whose message has no secret and nothing that the endpoint sent.
    """
    values = {
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_access_key,
        "sessionToken": credentials.session_token,
    }
    parameters = {"Action": "getSigninToken"}
    if seconds is not None:
        parameters["SessionDuration"] = str(seconds)
    parameters["Session"] = json.dumps(values)
    LOG.debug("Getting a token from AWS Sign-In at %s", endpoint.host)
    with credentials_redacted():
        http = _http_session(context, endpoint)
        answer = _send(http, endpoint, parameters, endpoint.is_posted)
        if endpoint.is_posted and answer.status in _NO_POST:
            answer = _send(http, endpoint, parameters, is_posted=False)
    return _token(answer, endpoint, has_duration=seconds is not None)


def _http_session(context: CommandContext, endpoint: SignInEndpoint) -> URLLib3Session:
    """Return the host's HTTP client with the settings of every other call.

    That is what botocore makes of them for a client (args.py, endpoint.py: EndpointCreator).
    """
    config = context.session.get_default_client_config()
    verify = context.parsed_globals.verify_ssl
    if verify is None:
        variables = context.environment.variables
        verify = context.session.get_config_variable("ca_bundle")
        verify = verify or variables.get("REQUESTS_CA_BUNDLE") or True
    options = {
        name: getattr(config, name, None)
        for name in ("connect_timeout", "read_timeout", "client_cert", "proxies_config")
    }
    proxies = getattr(config, "proxies", None)
    timeout = (options.pop("connect_timeout") or None, options.pop("read_timeout") or None)
    return URLLib3Session(
        verify,
        get_environ_proxies(endpoint.url) if proxies is None else proxies,
        timeout if config is not None else None,
        **options,
    )


def _send(
    http: URLLib3Session, endpoint: SignInEndpoint, parameters: Mapping[str, str], is_posted: bool
) -> _Answer:
    """Send the parameters once, and return the answer. No redirect is followed."""
    text = urlencode(parameters, quote_via=quote)
    url = f"{endpoint.url}/federation"
    if is_posted:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = AWSRequest("POST", url, headers=headers, data=text, stream_output=True)
    else:
        request = AWSRequest("GET", f"{url}?{text}", stream_output=True)
    request.headers["Accept"] = "application/json"
    try:
        response = http.send(request.prepare())
        body = _read(response.raw)
    except Exception as error:
        # Its message may quote the request, and it may be a vendored urllib3's own class.
        raise _unreachable(type(error).__name__, endpoint) from None
    return _Answer(response.status_code, response.headers.get("Location") or "", body)


def _read(raw: BinaryIO) -> bytes:
    """Return the start of a body. Raises TimeoutError.

    The read timeout is per read: one byte per second would never reach it.
    """
    deadline, body = time.monotonic() + _ANSWER_SECONDS, b""
    while len(body) < _ANSWER_MAX:
        piece = raw.read(_PIECE)
        if not piece:
            break
        body += piece
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


def _unreachable(name: str, endpoint: SignInEndpoint) -> SignInFailed:
    """Return the error for an exception of the HTTP client, by the name of its class."""
    if "Timeout" in name:
        reason, advice = "did not answer in time", "Try again, or --cli-read-timeout SECONDS"
    elif "SSL" in name or "Certificate" in name:
        reason, advice = "has a certificate that can't be verified", _CERTIFICATE
    elif "Proxy" in name:
        reason, advice = "can't be reached through the proxy", _PROXY
    elif name in ("ConnectionClosedError", "IncompleteRead", "ProtocolError"):
        reason, advice = "closed the connection without an answer", _PROXY
    else:
        reason, advice = f"can't be reached ({name})", _PROXY
    return SignInFailed(f"AWS Sign-In at {endpoint.host} {reason}. {advice}")


def _token(answer: _Answer, endpoint: SignInEndpoint, has_duration: bool) -> str:
    """Return the token of an answer. Raises SignInFailed."""
    if answer.status in (400, 401, 403):
        raise SignInFailed(
            f"AWS Sign-In at {endpoint.host} refused the credentials (HTTP status "
            f"{answer.status}). {_why_refused(has_duration)}"
        )
    if 300 <= answer.status < 400:
        place = "another page"
        with suppress(ValueError):
            place = urlsplit(answer.location).hostname or place
        raise SignInFailed(
            f"AWS Sign-In at {endpoint.host} redirects to {place}, which would get the "
            f"credentials. {_PROXY}"
        )
    if answer.status != 200:
        advice = "Try again later" if answer.status in _BUSY else _PROXY
        raise SignInFailed(
            f"AWS Sign-In at {endpoint.host} failed with HTTP status {answer.status}. {advice}"
        )
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    token = document.get("SigninToken") if isinstance(document, dict) else None
    is_token = isinstance(token, str) and token.isascii() and token.isprintable()
    if not is_token or not token or len(token) > _TOKEN_MAX:
        what = "nothing" if not answer.body.strip() else "something other than a sign-in token"
        raise SignInFailed(f"AWS Sign-In at {endpoint.host} returned {what}. {_PROXY}")
    return str(token)


def _why_refused(has_duration: bool) -> str:
    if has_duration:
        return (
            "--session-duration is allowed only if the role was assumed with long-term keys. Run "
            "the command again without it; the session then lasts as long as the credentials"
        )
    return (
        "Only credentials of a role that have not expired or been revoked can sign in, and only "
        "in their own partition. To see whose they are: aws sts get-caller-identity"
    )
