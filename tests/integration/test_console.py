"""`aws assume console` on the real hosts, against a stand-in for the federation endpoint."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from awscli_assume.aws.sign_in import sign_in_endpoint
from awscli_assume.host import sign_in_rules
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import partition_of_region_name
from awscli_assume.model.console.hosts import PARTITIONS
from support.federation_stub import COOKIE, FederationStub, make_certificate
from support.hosts import Host
from support.person import Person
from support.sts_stub import ACCESS_KEY_ID, ACCOUNT, ROLE_ARN, SECRET, TOKEN, StsStub
from support.template_browser import TemplateBrowser
from support.terminal import Terminal, exit_code

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.loaders import Loader  # isort: skip
from botocore.session import Session  # isort: skip

NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
# `aws login` brought the service signin: 2.32.0 and 1.43.0.
HAVE_RULES = ("v2-2.38.5", "v1-newest")
SESSION = {"sessionId": ACCESS_KEY_ID, "sessionKey": SECRET, "sessionToken": TOKEN}


@pytest.fixture
def bob(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted."""
    return make_person(sts_stub.url)


@pytest.fixture
def federation(bob: Person) -> Iterator[FederationStub]:
    """Run the stand-in for one test, to which AWS_ENDPOINT_URL_SIGNIN leads."""
    with FederationStub() as stub:
        bob.environment["AWS_ENDPOINT_URL_SIGNIN"] = stub.url
        yield stub


def data_folder(host: Host) -> Path:
    """Return the folder of botocore's data in a host."""
    root = host.executable.parent if host.major == 2 else host.executable.parent.parent
    (found,) = {path.parent for path in root.rglob("botocore/data/partitions.json")}
    return found


def test_sign_in_hosts_of_each_cli(host: Host) -> None:
    """For each region that a host knows, our sign-in host is the one of its rules, if any."""
    folder = data_folder(host)
    session = Session()
    session.register_component(
        "data_loader", Loader(extra_search_paths=[str(folder)], include_default_search_paths=False)
    )
    partitions = json.loads((folder / "partitions.json").read_text())["partitions"]
    assert {"aws", "aws-cn", "aws-us-gov"} <= {one["id"] for one in partitions}
    compared = 0
    for one in partitions:
        console = PARTITIONS.get(one["id"])
        for region in one["regions"]:
            if region.endswith("-global"):
                continue
            assert partition_of_region_name(region) == one["id"]
            if console is None:
                continue
            url = f"https://{region}.{console.sign_in_host}"
            assert sign_in_endpoint(session, Environment({}), console, region).url == url
            rules = sign_in_rules(session, region)
            assert rules == (url if host.name in HAVE_RULES else None)
            compared += rules is not None
    assert (compared > 30) == (host.name in HAVE_RULES)


def test_signs_in_on_each_host(bob: Person, tmp_path: Path, sts_stub: StsStub) -> None:
    """Over HTTPS, with the host's own HTTP client: the URL alone on stdout, no file changed."""
    before = bob.snapshot()
    bundle = tmp_path / "certificate.pem"
    with FederationStub(make_certificate(tmp_path)) as stub:
        env = {"AWS_ENDPOINT_URL_SIGNIN": stub.url}
        command = ("assume", "console", ROLE_ARN, "--no-browser", "--service", "ssm")
        done = bob.aws(*command, "--ca-bundle", str(bundle), env=env)
        untrusted = bob.aws(*command, env=env)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{stub.url}/federation?Action=login&Issuer=")
        assert done.stdout.count("\n") == 1
        (sent,) = stub.sign_ins
        assert stub.requests[0].method == "POST"
        assert sent.keys() == {"Action", "Session"}
        assert json.loads(sent["Session"]) == SESSION
        parameters = dict(parse_qsl(urlsplit(done.stdout.strip()).query))
        assert parameters["SigninToken"] in stub.tokens
        assert parameters["Destination"] == (
            "https://us-east-1.console.aws.amazon.com/systems-manager/home?region=us-east-1"
        )
    assert untrusted.returncode == 255
    assert "has a certificate that can't be verified" in untrusted.stderr
    assert "Traceback" not in untrusted.stderr
    assert sts_stub.actions == ["AssumeRole", "AssumeRole"]
    assert bob.snapshot() == before


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-1.32.0"], indirect=True)
def test_services_section(bob: Person, federation: FederationStub) -> None:
    """The `services` section of the config file names the endpoint."""
    text = bob.config.read_text().replace("[default]\n", "[default]\nservices = stand-in\n")
    endpoints = f"[services stand-in]\nsignin =\n  endpoint_url = {federation.url}\n"
    bob.config.write_text(text + endpoints)
    command = ("assume", "console", ROLE_ARN, "--no-browser")
    # AWS_ENDPOINT_URL would come first.
    env: dict[str, str | None] = {"AWS_ENDPOINT_URL_SIGNIN": None, "AWS_ENDPOINT_URL": "",
                                  "AWS_ENDPOINT_URL_STS": bob.endpoint_url}  # fmt: skip
    done = bob.aws(*command, env=env)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(federation.url)


def test_browser_arrives(bob: Person, federation: FederationStub, tmp_path: Path) -> None:
    """A browser of a template arrives at the console, signed in, without the URL in its words."""
    browser = TemplateBrowser(tmp_path / "browser")
    done = bob.aws("assume", "console", ROLE_ARN, "--logout-first", "--browser", browser.template)
    seen = browser.seen()

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert f"as my-iam-role in the account {ACCOUNT}" in done.stderr
    assert seen["address"] == f"{federation.url}/console-page"
    assert seen["cookies"] == {COOKIE: ACCESS_KEY_ID}
    url, profile, account, role, _ = seen["words"]
    assert url.startswith("http://127.0.0.1:")
    assert (profile, account, role) == ("my-iam-role", ACCOUNT, "my-iam-role")
    assert "LD_LIBRARY_PATH" not in seen["variables"]
    assert "federation" not in " ".join(seen["processes"])
    assert federation.tokens == {}


@NEWEST
def test_browser_gets_the_url_itself(
    bob: Person, federation: FederationStub, tmp_path: Path
) -> None:
    """With --direct the URL is in the browser's words; the setting names the browser."""
    browser = TemplateBrowser(tmp_path / "browser")
    bob.aws("configure", "set", "assume.browser", browser.template)
    done = bob.aws("assume", "console", ROLE_ARN, "--direct")

    assert done.returncode == 0, done.stderr
    assert browser.seen()["words"][0].startswith(f"{federation.url}/federation?Action=login")


@NEWEST
def test_switch_role_in_the_browser(
    bob: Person, federation: FederationStub, tmp_path: Path, sts_stub: StsStub
) -> None:
    """The page for switching opens; nothing is assumed."""
    browser = TemplateBrowser(tmp_path / "browser")
    done = bob.aws("assume", "console", ROLE_ARN, "--switch-role", "--browser", browser.template)

    assert done.returncode == 0, done.stderr
    assert browser.seen()["address"].startswith(f"{federation.url}/switchrole?roleName=my-iam")
    assert sts_stub.actions == []


@NEWEST
def test_ssh_prints_the_url(bob: Person, federation: FederationStub) -> None:
    """Over SSH nobody would see a browser: the URL is printed, and stderr says for how long."""
    done = bob.aws(
        "assume", "console", ROLE_ARN, env={"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
    )

    assert done.returncode == 0
    assert done.stdout.startswith(f"{federation.url}/federation?Action=login")
    assert "(15 minutes)" in done.stderr


@NEWEST
def test_picker_opens_the_console(bob: Person, federation: FederationStub) -> None:
    """On a terminal without a role, the list of roles opens, and the chosen role signs in."""
    bob.config.write_text(
        bob.config.read_text()
        + f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\nregion = us-east-1\n"
    )
    command = bob.words("assume", "console", "--no-browser")
    terminal = Terminal(command, bob.variables(TERM="xterm"), str(bob.home))
    terminal.expect("admin")
    terminal.type("\r")
    terminal.expect(f"{federation.url}/federation?Action=login")

    assert exit_code(terminal.end()) == 0
    assert json.loads(federation.sign_ins[0]["Session"]) == SESSION


def interrupted(bob: Person, words: list[str], waits: Callable[[], bool]) -> tuple[int, str, str]:
    """Start `aws`, press Ctrl-C once it waits, and return how it ended."""
    process = subprocess.Popen(
        bob.words(*words), env=bob.variables(), cwd=bob.home, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not waits():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


@NEWEST
def test_ctrl_c_while_the_endpoint_is_silent(bob: Person) -> None:
    """Ctrl-C ends the wait for the federation endpoint, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        bob.environment["AWS_ENDPOINT_URL_SIGNIN"] = f"http://127.0.0.1:{port}"
        accepted: list[socket.socket] = []

        def has_connected() -> bool:
            try:
                accepted.append(server.accept()[0])
            except BlockingIOError:
                return False
            return True

        code, out, err = interrupted(
            bob, ["assume", "console", ROLE_ARN, "--no-browser"], has_connected
        )
        for one in accepted:
            one.close()

    assert (code, out.strip()) == (130, "")
    assert "Traceback" not in err
    assert TOKEN not in err


@NEWEST
def test_ctrl_c_while_the_browser_is_slow(
    bob: Person, federation: FederationStub, tmp_path: Path
) -> None:
    """Ctrl-C ends the wait for the browser; the page is gone, and the browser stays open."""
    browser = TemplateBrowser(tmp_path / "browser", is_silent=True)
    report = tmp_path / "browser" / "report.json"
    code, out, err = interrupted(
        bob, ["assume", "console", ROLE_ARN, "--browser", browser.template], report.exists
    )

    assert (code, out.strip()) == (130, "")
    assert "Traceback" not in err
    page = urlsplit(browser.seen()["words"][0])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", page.port or 0), 5)
