"""``aws sts get-caller-identity`` and ``aws assume`` on the same files, for a comparison.

The AWS CLI is the oracle: it resolves the profile with botocore, and ``aws assume`` has to
resolve it in the same way. Each command has its own HOME and its own servers (a ``Side``), so
both run at the same time. All HTTPS goes through a proxy that ends TLS, so the endpoint that
a command chooses is seen as it is (``sts.eu-west-1.amazonaws.com``).
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator, Mapping, Optional
from urllib.parse import parse_qsl

# What this module uses of the other support modules.
from support.hosts import Host
from support.loopback import Journal, Keys
from support.metadata_stub import CONTAINER_TOKEN, ContainerStub, InstanceStub
from support.person import clean_environment
from support.signin_stub import SigninStub, write_login
from support.sso_stub import START_URL, SsoStub, write_sso_token
from support.sts_stub import (
    ACCOUNT,
    CHAINED,
    TOO_LONG,
    assume_role_answer,
    caller_answer,
    session_answer,
)
from support.terminal import Terminal, exit_code
from support.warm_host import run_warm

__all__ = [
    "ACCOUNT",
    "CHAINED",
    "CONTAINER_TOKEN",
    "START_URL",
    "Case",
    "Outcome",
    "Side",
    "StsCall",
    "arn",
    "key_id",
    "keys",
    "login",
    "make_certificate",
    "process",
    "profile",
    "role",
    "run_both",
    "section",
    "sides",
    "sso_token",
    "variables_of_keys",
    "web_identity_token",
]

REGION = "us-east-1"
MAX_DURATION = 7200
TARGET = "assumed-role"
# What each command calls a session that nobody named.
_DEFAULT_NAMES = re.compile(r"botocore-session-\d+|alice-\d{6}-session")
_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")
_ERROR_PREFIX = re.compile(r"^\s*(aws: \[ERROR\]: )?", re.MULTILINE)
# Regions and services of the test cases: a wildcard covers one label of a host name.
_HOST_NAMES = (
    "*.amazonaws.com",
    "*.amazonaws.com.cn",
    *(f"*.{region}.amazonaws.com" for region in ("us-east-1", "us-west-2", "eu-west-1")),
    *(f"*.{region}.api.aws" for region in ("us-east-1", "us-west-2", "eu-west-1")),
    "*.cn-north-1.amazonaws.com.cn",
)


def arn(name: str, partition: str = "aws") -> str:
    """Return the ARN of a role."""
    return f"arn:{partition}:iam::{ACCOUNT}:role/{name}"


def key_id(name: str, prefix: str = "AKIA") -> str:
    """Return the access key ID that belongs to a name: a profile's, or with ASIA a role's."""
    letters = re.sub(r"[^A-Z0-9]", "", name.upper())
    return f"{prefix}{letters}".ljust(20, "0")


def section(header: str, settings: Mapping[str, object]) -> str:
    """Return a section of an INI file."""
    return "\n".join((f"[{header}]", *(f"{key} = {value}" for key, value in settings.items()), ""))


def profile(name: str, **settings: object) -> str:
    """Return a profile's section of the config file."""
    return section("default" if name == "default" else f"profile {name}", settings)


def role(name: str, **settings: object) -> str:
    """Return a profile of the config file that names the role of the same name."""
    return profile(name, **{"role_arn": arn(name.replace(" ", "-")), **settings})


def keys(name: str, header: Optional[str] = None, **settings: object) -> str:
    """Return a section with the access key of a name, for the credentials file."""
    pair = {"aws_access_key_id": key_id(name), "aws_secret_access_key": f"secret-of-{name}"}
    return section(name if header is None else header, {**pair, **settings})


@dataclass(frozen=True)
class StsCall:
    """A call to STS: what was asked, whose access key signed it, and where it went.

    ``region`` is the one of the signature.
    """

    operation: str
    parameters: Mapping[str, str]
    access_key: Optional[str]
    token: Optional[str]
    region: Optional[str]
    endpoint: str


@dataclass(frozen=True)
class Outcome:
    """The result of one command."""

    exit_code: Optional[int]
    message: str
    sts_calls: list[StsCall]
    source_calls: list[str]
    output_format: Optional[str]


@dataclass(frozen=True)
class Case:
    """One configuration, written for both commands.

    Texts may name ``{home}``, ``{sts}``, ``{instance}``, ``{container}`` and ``{ca}``.
    ``region`` is AWS_DEFAULT_REGION, and ``code`` is typed on the terminal where an MFA code is
    asked for. ``difference`` explains why ``aws assume`` differs on purpose; then ``check``
    asserts what it does, given the outcomes of the CLI and of ``aws assume``.
    """

    config: tuple[str, ...]
    credentials: tuple[str, ...] = ()
    words: tuple[str, ...] = ("--profile", "X")
    variables: Mapping[str, Optional[str]] = field(default_factory=dict)
    region: Optional[str] = REGION
    prepare: Optional[Callable[[Path], object]] = None
    code: str = ""
    config_path: str = ".aws/config"
    credentials_path: str = ".aws/credentials"
    difference: str = ""
    check: Optional[Callable[[Outcome, Outcome], None]] = None
    on_version_1: bool = False


def make_certificate(folder: Path) -> Path:
    """Return a certificate, with its key, for the host names of all cases."""
    path = folder / "certificate.pem"
    names = ",".join(f"DNS:{name}" for name in _HOST_NAMES)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=awscli-assume tests", "-addext",
         f"subjectAltName={names}", "-addext", "keyUsage=digitalSignature,keyCertSign",
         "-keyout", str(folder / "key.pem"), "-out", str(path)],
        capture_output=True, check=True,
    )  # fmt: skip
    return path


class RecordingSts:
    """STS behind plain HTTP and behind an HTTPS proxy.

    The access key that it returns names the role, so the caller of the next call is known.
    A role whose name begins with "Denied" cannot be assumed.
    """

    def __init__(self, certificate: Path) -> None:
        self.calls: list[StsCall] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_name("key.pem"))
        sts = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            endpoint = "{sts}"

            def do_CONNECT(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.endpoint = f"https://{self.path}"
                try:
                    tunnel = context.wrap_socket(self.connection, server_side=True)
                except (OSError, ssl.SSLError):
                    # The client does not trust the certificate.
                    self.close_connection = True
                    return
                self.connection = tunnel
                self.rfile, self.wfile = tunnel.makefile("rb"), tunnel.makefile("wb", 0)
                self.close_connection = False

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                form = dict(parse_qsl(self.rfile.read(length).decode(), True))
                status, kind, text = sts.reply(form, self.headers, self.endpoint + self.path)
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(
        self, form: dict[str, str], headers: Mapping[str, str], endpoint: str
    ) -> tuple[int, str, str]:
        """Record a call and return its response; IAM refuses everything and is not recorded."""
        operation = form.pop("Action", "")
        if form.pop("Version", "") != "2011-06-15":
            return _refusal("AccessDenied", "not authorized to use IAM")
        access_key, region = _signature(headers.get("Authorization"))
        token = headers.get("X-Amz-Security-Token")
        if _DEFAULT_NAMES.fullmatch(form.get("RoleSessionName", "")):
            form["RoleSessionName"] = "(default)"
        self.calls.append(StsCall(operation, form, access_key, token, region, endpoint))
        if operation == "GetCallerIdentity":
            return caller_answer()
        if operation == "GetSessionToken":
            return session_answer(key_id("mfa", "ASIA"))
        return _assume_role(operation, form, access_key)

    def __enter__(self) -> RecordingSts:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _assume_role(
    operation: str, form: Mapping[str, str], access_key: Optional[str]
) -> tuple[int, str, str]:
    name = form["RoleArn"].rpartition("/")[2]
    seconds = int(form.get("DurationSeconds", "3600"))
    if not _ROLE_ARN.fullmatch(form["RoleArn"]):
        return _refusal("ValidationError", f"{form['RoleArn']} is invalid", 400)
    if name.startswith("Denied"):
        return _refusal("AccessDenied", f"not authorized to perform: sts:AssumeRole on {name}")
    if seconds > MAX_DURATION:
        return _refusal("ValidationError", TOO_LONG, 400)
    if seconds > 3600 and (access_key or "").startswith("ASIA"):
        return _refusal("ValidationError", CHAINED, 400)
    return assume_role_answer(
        form["RoleArn"], form.get("RoleSessionName", "s"), access_key_id=key_id(name, "ASIA"),
        secret=f"secret-of-{name}", token=f"token-of-{name}", operation=operation,
    )  # fmt: skip


def _signature(authorization: Optional[str]) -> tuple[Optional[str], Optional[str]]:
    found = _CREDENTIAL.search(authorization or "")
    return (found.group(1), found.group(2)) if found else (None, None)


def _refusal(code: str, message: str, status: int = 403) -> tuple[int, str, str]:
    return status, "text/xml", (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}"
        "</Message></Error><RequestId>stub</RequestId></ErrorResponse>"
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """The servers of one command, used for all cases in turn."""

    sts: RecordingSts
    journal: Journal
    sso: SsoStub
    signin: SigninStub
    instance: InstanceStub
    container: ContainerStub
    certificate: Path

    def names(self, home: Path) -> dict[str, str]:
        """Return what the texts of a case may name."""
        return {
            "home": str(home),
            "sts": self.sts.url,
            "instance": self.instance.url,
            "container": self.container.url,
            "ca": str(self.certificate),
        }

    def variables(self, case: Case, home: Path) -> dict[str, str]:
        """Return the environment of a case."""
        every = {
            **clean_environment(home),
            "HTTPS_PROXY": self.sts.url,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_ENDPOINT_URL_SSO": self.sso.url,
            "AWS_ENDPOINT_URL_SIGNIN": self.signin.url,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_DEFAULT_REGION": case.region,
            **case.variables,
        }
        names = self.names(home)
        return {key: value.format(**names) for key, value in every.items() if value is not None}

    def write_files(self, case: Case, home: Path, plugins: str) -> None:
        """Write the files of a case, with the lines that enable the plugin in the config file."""
        names = self.names(home)
        (home / ".aws").mkdir(parents=True, mode=0o700)
        for path, texts in (
            (case.config_path, (plugins, *case.config)),
            (case.credentials_path, case.credentials),
        ):
            file = home / path
            file.parent.mkdir(exist_ok=True, mode=0o700)
            file.write_text("\n".join(texts).format(**names))
            file.chmod(0o600)
        if case.prepare is not None:
            case.prepare(home)

    def outcome(self, code: Optional[int], out: str, err: str, home: Path) -> Outcome:
        """Return what a finished command did, and forget its calls."""
        calls, source_calls = list(self.sts.calls), [one.operation for one in self.journal.calls]
        self.sts.calls.clear()
        self.journal.calls.clear()
        for name, value in self.names(home).items():
            err = err.replace(value, f"{{{name}}}")
        message = _ERROR_PREFIX.sub("", err)
        return Outcome(code, " ".join(message.split()), calls, source_calls, _format_of(out))


@contextlib.contextmanager
def sides(certificate: Path) -> Iterator[tuple[Side, Side]]:
    """Run the servers of both commands."""
    with contextlib.ExitStack() as stack:
        yield _start(stack, certificate), _start(stack, certificate)


def _start(stack: contextlib.ExitStack, certificate: Path) -> Side:
    enter, journal = stack.enter_context, Journal()

    def session(name: str) -> Keys:
        return Keys(name, key_id(name, "ASIA"), f"secret-of-{name}", f"token-of-{name}")

    return Side(
        enter(RecordingSts(certificate)),
        journal,
        enter(SsoStub(journal, session("sso"))),
        enter(SigninStub(journal, session("renewed"))),
        enter(InstanceStub(journal, session("instance"))),
        enter(ContainerStub(journal, session("container"))),
        certificate,
    )


def run_both(
    case: Case, host: Host, both: tuple[Side, Side], folder: Path, plugin_folder: Path
) -> tuple[Outcome, Outcome]:
    """Run the CLI's own command and ``aws assume``, and return the outcomes.

    The CLI ends with GetCallerIdentity, signed with the credentials of the role; that call is
    left out. Without a role, GetCallerIdentity has another signature and stays.
    """
    plugins = "[plugins]\nassume = awscli_assume\n"
    if host.major == 2:
        plugins += f"cli_legacy_plugin_path = {plugin_folder}\n"
    runs = []
    for side, words, lines in (
        (both[0], ("sts", "get-caller-identity"), ""),
        (both[1], ("assume",), plugins),
    ):
        home = folder / words[0]
        home.mkdir()
        side.write_files(case, home, lines)
        command = [word.format(**side.names(home)) for word in (*words, *case.words)]
        runs.append(_Run(case, host, command, side, home))
    oracle, ours = (run.wait() for run in runs)
    if oracle.sts_calls and _is_identity_of_role(oracle.sts_calls):
        del oracle.sts_calls[-1]
    return oracle, ours


def _is_identity_of_role(calls: list[StsCall]) -> bool:
    *before, last = calls
    roles = [call.parameters["RoleArn"] for call in before if "RoleArn" in call.parameters]
    if last.operation != "GetCallerIdentity" or not roles:
        return False
    return last.access_key == key_id(roles[-1].rpartition("/")[2], "ASIA")


class _Run:
    """A command that has been started, on a terminal if it is going to ask for an MFA code."""

    def __init__(self, case: Case, host: Host, words: list[str], side: Side, home: Path) -> None:
        self._case, self._side, self._home = case, side, home
        command, variables = [str(host.executable), *words], side.variables(case, home)
        if case.code:
            self._terminal = Terminal(command, variables, str(home))
        else:
            self._done = run_warm(host, command, variables, home, timeout=120)

    def wait(self) -> Outcome:
        """Return the outcome of the command."""
        if not self._case.code:
            done = self._done
            return self._side.outcome(done.returncode, done.stdout, done.stderr, self._home)
        # A command that asks nothing ends, and its outcome shows why.
        with contextlib.suppress(AssertionError):
            self._terminal.expect("MFA code for")
            self._terminal.type(f"{self._case.code}\n")
        status = self._terminal.end()
        return self._side.outcome(exit_code(status), "", self._terminal.seen, self._home)


def _format_of(out: str) -> Optional[str]:
    """Return the output format of a document on stdout, None where there is none."""
    if not out.strip():
        return None
    with contextlib.suppress(ValueError):
        json.loads(out)
        return "json"
    first = out.splitlines()[0]
    if set(first) <= {"-", "+"}:
        return "table"
    return "yaml" if re.match(r"^\w+:( |$)", first) else "text"


def variables_of_keys(name: str, token: Optional[str] = None) -> dict[str, Optional[str]]:
    """Return the environment variables of an access key."""
    return {
        "AWS_ACCESS_KEY_ID": key_id(name),
        "AWS_SECRET_ACCESS_KEY": f"secret-of-{name}",
        "AWS_SESSION_TOKEN": token,
    }


# What a case writes besides its two files.


def process(name: str, token: Optional[str] = None) -> Callable[[Path], object]:
    """Return a writer of what a credential_process prints."""
    document = {
        "Version": 1, "AccessKeyId": key_id(name), "SecretAccessKey": f"secret-of-{name}"
    }  # fmt: skip
    if token is not None:
        document.update(SessionToken=token, Expiration="2036-11-23T10:00:00Z")
    return lambda home: (home / "process.json").write_text(json.dumps(document))


def sso_token(name: str) -> Callable[[Path], object]:
    """Return a writer of the token of ``aws sso login``: by sso_session, or by start URL."""
    return lambda home: write_sso_token(home, name, has_refresh_token=name != START_URL)


def login(session: str, is_expired: bool = False) -> Callable[[Path], object]:
    """Return a writer of the token of ``aws login``."""
    of_login = Keys("login", key_id("login", "ASIA"), "secret-of-login", "token-of-login")
    return lambda home: write_login(home, session, of_login, is_expired)


def web_identity_token(home: Path) -> None:
    """Write the file of a web identity token."""
    (home / "token").write_text("header.payload.signature")
