"""The CLI's client settings, for every call to STS: also those of botocore for a source."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import pytest
from botocore.httpsession import URLLib3Session

from support.loopback import Loopback, Reply, Request
from support.sts_stub import ACCOUNT, StsStub, refusal

FIRST, TARGET = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("first", "target"))
# The role of hop1 is botocore's to assume, the target's is ours.
HOP = f"[profile hop1]\nrole_arn = {FIRST}\nsource_profile = default\nregion = us-east-1\n"
ADMIN = f"[profile admin]\nrole_arn = {TARGET}\nsource_profile = hop1\nregion = us-east-1\n"
WEB = (
    f"[profile web]\nrole_arn = {FIRST}\nweb_identity_token_file = token\nregion = us-east-1\n"
    "role_session_name = job\n"
)
CHAIN = ["AssumeRole", "AssumeRole"]
WAYS = {
    "keys": (("--role-name", "target"), ["GetCallerIdentity", "AssumeRole"]),
    "a role of the source": (("--role-arn", TARGET, "--profile", "hop1"), CHAIN),
    "roles on roles": (("--profile", "admin"), CHAIN),
    "a web identity": (
        ("--role-arn", TARGET, "--profile", "web"),
        ["AssumeRoleWithWebIdentity", "AssumeRole"],
    ),
    "export": (("export", "--role-arn", TARGET, "--profile", "hop1"), CHAIN),
    "export of the source": (("export", "--profile", "hop1"), ["AssumeRole"]),
}  # fmt: skip
every_way = pytest.mark.parametrize(("words", "actions"), WAYS.values(), ids=WAYS)


@pytest.fixture
def chain(aws: Any) -> Any:
    """Return the driver of a user with roles on roles, whose variables name no endpoint."""
    aws.add_config(HOP + ADMIN + WEB)
    (aws.config.parent.parent / "token").write_text("the-web-identity-token")
    aws.stub.script = _web_identity
    aws.set_variable("AWS_ENDPOINT_URL", "")
    aws.set_variable("AWS_MAX_ATTEMPTS", "1")
    return aws


def _web_identity(request: dict[str, str]) -> Any:
    if request["Action"] != "AssumeRoleWithWebIdentity":
        return None
    status, kind, body = StsStub().answer({**request, "Action": "AssumeRole"})
    return status, kind, body.replace("AssumeRoleR", "AssumeRoleWithWebIdentityR")


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the hosts that this process looked up; none but this machine is found."""
    names: list[str] = []
    find = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **options: Any) -> Any:
        names.append(str(host))
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "no such host in this test")
        return find(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


@dataclass(frozen=True)
class Sent:
    """A request as botocore's HTTP session sent it: certificates, and seconds of two time-outs."""

    verify: Any
    connect: float
    read: float


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Return the requests that are sent from here on."""
    requests: list[Sent] = []
    send = URLLib3Session.send

    def record(self: Any, request: Any) -> Any:
        timeout = self._timeout
        requests.append(Sent(self._verify, timeout.connect_timeout, timeout.read_timeout))
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", record)
    return requests


def by_option(aws: Any) -> tuple[str, ...]:
    return ("--endpoint-url", aws.stub.url)


def by_variable(name: str) -> Callable[[Any], tuple[str, ...]]:
    def prepare(aws: Any) -> tuple[str, ...]:
        aws.set_variable(name, aws.stub.url)
        return ()

    return prepare


def by_profiles(line: str, more: str = "") -> Callable[[Any], tuple[str, ...]]:
    def prepare(aws: Any) -> tuple[str, ...]:
        text, given = aws.config.read_text(), line.format(url=aws.stub.url)
        text = text.replace("region = us-east-1\n", f"region = us-east-1\n{given}\n")
        aws.config.write_text(text + more.format(url=aws.stub.url))
        return ()

    return prepare


ENDPOINTS = {
    "--endpoint-url": by_option,
    "AWS_ENDPOINT_URL": by_variable("AWS_ENDPOINT_URL"),
    "AWS_ENDPOINT_URL_STS": by_variable("AWS_ENDPOINT_URL_STS"),
    "endpoint_url": by_profiles("endpoint_url = {url}"),
    "services": by_profiles(
        "services = local", "[services local]\nsts =\n    endpoint_url = {url}\n"
    ),
}


@every_way
@pytest.mark.parametrize("given", ENDPOINTS.values(), ids=ENDPOINTS)
def test_nothing_goes_anywhere_but_to_the_endpoint(
    chain: Any, looked_up: list[str], given: Callable, words: tuple[str, ...], actions: list[str]
) -> None:
    """Wherever the endpoint is said: all calls come in there, and no other host is looked up."""
    done = chain("assume", *words, *given(chain))

    assert done.code == 0, done.err
    assert chain.stub.actions == actions
    assert set(looked_up) == {"127.0.0.1"}


def test_without_an_endpoint_it_is_the_regions(chain: Any, looked_up: list[str]) -> None:
    """The counting can fail: with no endpoint AWS's own is looked up."""
    done = chain("assume", "--role-arn", TARGET, "--region", "eu-west-1")

    assert done.code != 0
    assert set(looked_up) == {"sts.eu-west-1.amazonaws.com"}
    assert chain.stub.actions == []


@pytest.mark.parametrize("source", ["default", "hop1"])
@pytest.mark.parametrize("other", ["", "endpoint_url = http://sts.example.org\n"])
def test_the_endpoint_of_the_profile_that_names_the_role(
    chain: Any, looked_up: list[str], source: str, other: str
) -> None:
    """What the named profile says holds for its role and for its source, before the source's."""
    text = chain.config.read_text().replace("region = us-east-1\n", f"region = us-east-1\n{other}")
    chain.config.write_text(
        text + f"[profile local]\nrole_arn = {TARGET}\nsource_profile = {source}\n"
        f"endpoint_url = {chain.stub.url}\nregion = us-east-1\n"
    )
    done = chain("assume", "--profile", "local")

    assert done.code == 0, done.err
    assert chain.stub.actions == (CHAIN if source == "hop1" else CHAIN[1:])
    assert set(looked_up) == {"127.0.0.1"}


def test_refresh_goes_to_the_endpoint_too(chain: Any, looked_up: list[str]) -> None:
    """`refresh` has clients of its own, and a source with a role calls STS there as well."""
    endpoint = ("--endpoint-url", chain.stub.url)
    for words in (("--profile", "admin"), ("refresh", "--all")):
        done = chain("assume", *words, *endpoint)
        assert done.code == 0, done.err

    # The role of hop1 is in the CLI's own cache by then.
    assert chain.stub.actions == [*CHAIN, "AssumeRole"]
    assert set(looked_up) == {"127.0.0.1"}


def test_iam_is_called_at_the_endpoint(chain: Any, looked_up: list[str]) -> None:
    """The duration `max` calls IAM at the same endpoint."""
    done = chain("assume", "--role-arn", TARGET, "--duration-seconds", "max",
                 "--endpoint-url", chain.stub.url)  # fmt: skip

    assert done.code == 0, done.err
    assert chain.stub.actions[0] == "GetRole"
    assert set(looked_up) == {"127.0.0.1"}


@every_way
@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (("--ca-bundle", "/etc/corp.pem"), "/etc/corp.pem"),
        (("AWS_CA_BUNDLE", "/etc/corp.pem"), "/etc/corp.pem"),
        (("--no-verify-ssl",), False),
    ],
)
def test_certificates(
    chain: Any, sent: list[Sent], option: tuple[str, ...], expected: Any,
    words: tuple[str, ...], actions: list[str],
) -> None:  # fmt: skip
    """The bundle of certificates, or that none are checked, holds for every client."""
    if option[0].startswith("AWS_"):
        chain.set_variable(*option)
        option = ()
    done = chain("assume", *words, *option, "--endpoint-url", chain.stub.url)

    assert done.code == 0, done.err
    assert chain.stub.actions == actions
    assert [one.verify for one in sent] == [expected] * len(actions)


@every_way
def test_time_outs(
    chain: Any, sent: list[Sent], words: tuple[str, ...], actions: list[str]
) -> None:
    """--cli-connect-timeout and --cli-read-timeout hold for every client."""
    done = chain("assume", *words, "--endpoint-url", chain.stub.url, "--cli-connect-timeout", "7",
                 "--cli-read-timeout", "9")  # fmt: skip

    assert done.code == 0, done.err
    assert chain.stub.actions == actions
    assert [(one.connect, one.read) for one in sent] == [(7, 9)] * len(actions)


@every_way
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_for_http(
    chain: Any, looked_up: list[str], variable: str, words: tuple[str, ...], actions: list[str]
) -> None:
    """Every call goes to the proxy, which alone is looked up, and asks it for the endpoint."""
    chain.set_variable(variable, chain.stub.url)
    done = chain("assume", *words, "--endpoint-url", "http://sts.example.org")

    assert done.code == 0, done.err
    assert chain.stub.actions == actions
    assert {one["Host"] for one in chain.stub.headers} == {"sts.example.org"}
    assert set(looked_up) == {"127.0.0.1"}


def test_no_proxy(chain: Any, looked_up: list[str]) -> None:
    """What NO_PROXY names is asked without the proxy."""
    chain.set_variable("HTTP_PROXY", "http://proxy.example.org")
    chain.set_variable("NO_PROXY", "127.0.0.1")
    done = chain("assume", "--profile", "admin", "--endpoint-url", chain.stub.url)

    assert done.code == 0, done.err
    assert chain.stub.actions == CHAIN
    assert set(looked_up) == {"127.0.0.1"}


class Proxy(Loopback):
    """A proxy that records the requested host and refuses the connection."""

    def reply(self, request: Request) -> Reply:
        """Refuse a CONNECT."""
        self.journal.add(request.method, {}, request.path)
        return 403, "text/plain", b""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Run such a proxy for one test."""
    with Proxy() as running:
        yield running


PARTITIONS = {"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}


@pytest.mark.parametrize("words", [("--role-arn", TARGET), ("--profile", "admin")],
                         ids=["our call", "botocore's call"])  # fmt: skip
@pytest.mark.parametrize(
    ("region", "line", "variables", "expected"),
    [
        ("us-east-1", "", {}, "sts.us-east-1.amazonaws.com"),
        ("cn-north-1", "", {}, "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "", {}, "sts.us-gov-west-1.amazonaws.com"),
        ("us-east-1", "", {"AWS_USE_FIPS_ENDPOINT": "true"}, "sts-fips.us-east-1.amazonaws.com"),
        ("us-east-1", "use_fips_endpoint = true", {}, "sts-fips.us-east-1.amazonaws.com"),
        ("us-east-1", "", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sts.us-east-1.api.aws"),
        ("us-east-1", "use_dualstack_endpoint = true", {}, "sts.us-east-1.api.aws"),
    ],
)  # fmt: skip
def test_the_endpoint_of_region_and_variant(
    chain: Any, proxy: Proxy, looked_up: list[str], words: tuple[str, ...], region: str,
    line: str, variables: dict[str, str], expected: str,
) -> None:  # fmt: skip
    """The region's endpoint, FIPS or dual stack, by way of the proxy, whoever makes the client."""
    partition = PARTITIONS.get(region, "aws")
    chain.config.write_text(
        chain.config.read_text()
        .replace("us-east-1", f"{region}\n{line}")
        .replace("arn:aws:", f"arn:{partition}:")
    )
    for name, value in {**variables, "HTTPS_PROXY": proxy.url}.items():
        chain.set_variable(name, value)
    words = tuple(word.replace("arn:aws:", f"arn:{partition}:") for word in words)
    done = chain("assume", *words)

    assert done.code != 0
    assert proxy.journal.calls
    assert {(call.operation, call.by) for call in proxy.journal.calls} == {
        ("CONNECT", f"{expected}:443")
    }
    assert set(looked_up) == {"127.0.0.1"}


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("by", ["variable", "file"])
@pytest.mark.parametrize("busy", [FIRST, TARGET], ids=["botocore's call", "our call"])
def test_retries(
    chain: Any, monkeypatch: pytest.MonkeyPatch, busy: str, by: str, mode: str
) -> None:
    """A busy STS is called max_attempts times, whichever client calls it."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    chain.stub.script = lambda request: (
        refusal(503, "ServiceUnavailable", "busy") if request.get("RoleArn") == busy else None
    )
    if by == "variable":
        chain.set_variable("AWS_MAX_ATTEMPTS", "4")
        chain.set_variable("AWS_RETRY_MODE", mode)
    else:
        monkeypatch.delenv("AWS_MAX_ATTEMPTS")
        by_profiles(f"max_attempts = 4\nretry_mode = {mode}")(chain)
    done = chain("assume", "--profile", "admin", "--endpoint-url", chain.stub.url)

    assert done.code != 0
    assert [one["RoleArn"] for one in chain.stub.requests].count(busy) == 4


@every_way
def test_the_user_agent(chain: Any, words: tuple[str, ...], actions: list[str]) -> None:
    """Every call has the AWS CLI's own user agent, with the application's id."""
    chain.set_variable("AWS_SDK_UA_APP_ID", "corp-app")
    done = chain("assume", *words, "--endpoint-url", chain.stub.url)

    assert done.code == 0, done.err
    assert chain.stub.actions == actions
    assert all(one["User-Agent"].startswith("aws-cli/1.") for one in chain.stub.headers)
    assert all("app/corp-app" in one["User-Agent"] for one in chain.stub.headers)


def test_what_default_is_lent_is_not_written(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile of a child beside an endpoint has what [default] says, and nobody else's."""
    monkeypatch.setattr(
        "awscli_assume.workflow.run.with_endpoint.run", lambda path, command, child: 0
    )
    aws.add_config(
        "output = text\ninclude_profile = base\n"
        "[profile base]\nmfa_process = echo 123456\nmax_attempts = 5\n"
        f"[profile audit]\nrole_arn = {TARGET}\nsource_profile = default\n"
        f"endpoint_url = {aws.stub.url}\nretry_mode = standard\nmax_attempts = 7\n"
        "region = us-east-1\n"
    )
    done = aws("assume", "exec", "audit", "--auto-refresh", "--", "true")

    assert done.code == 0, done.err
    section = aws.section(aws.config, "profile assume-exec")
    assert section.pop("x_purpose")
    assert section == {"region": "us-east-1", "output": "text"}
