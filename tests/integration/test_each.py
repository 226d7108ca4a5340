"""`aws assume each` with real AWS CLIs, and an organization of 300 accounts over HTTP."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from support.loopback import Reply, Request
from support.organization_stub import OrganizationStub, Rate, account_id
from support.person import Person
from support.processes import wait_for
from support.sts_stub import SECRET, TOKEN, USER_SECRET
from support.terminal import Terminal

newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
ACCOUNTS = [account_id(number) for number in (0, 1, 2)]
# How long the server of commands waits after SIGTERM, and some more.
GRACE_SECONDS = 20


class Organization(OrganizationStub):
    """The organization, with an S3 that takes objects."""

    def other(self, service: str, account: str, request: Request) -> Reply:
        """Return the reply of S3, or of EC2's DescribeRegions."""
        path = request.path.partition("?")[0]
        if service == "ec2":
            items = "".join(
                f"<item><regionName>{one}</regionName></item>"
                for one in ("eu-west-1", "il-central-1")
            )
            name = "DescribeRegionsResponse"
            return 200, "text/xml", f"<{name}><regionInfo>{items}</regionInfo></{name}>".encode()
        if service != "s3" or path == "/":
            return super().other(service, account, request)
        with self._lock:
            self.counts[f"{request.method} {account}"] += 1
        if request.method == "GET":
            return 200, "application/xml", b"<ListBucketResult/>"
        return 200, "application/xml", b""


@pytest.fixture
def organization() -> Iterator[Organization]:
    """Return an organization of 300 accounts."""
    with Organization() as stub:
        yield stub


@pytest.fixture
def operator(make_person: Callable[..., Person], organization: Organization) -> Person:
    """Return a user of the management account."""
    person = make_person(organization.url)
    person.environment["AWS_MAX_ATTEMPTS"] = "1"
    return person


def each(person: Person, *words: str, code: int = 0, **env: str) -> subprocess.CompletedProcess:
    done = person.aws("assume", "each", *words, env=env)
    assert done.returncode == code, (done.stdout[-2000:], done.stderr[-2000:])
    return done


def results_of(text: str) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, text.splitlines()) if "ExitCode" in one]


def start(person: Person, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start a new process, as users do."""
    return subprocess.Popen(
        person.words("assume", "each", *words), env=person.variables(), cwd=person.home,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def processes_of(person: Person) -> list[str]:
    """Return the command lines of the processes whose HOME is the user's."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            if f"HOME={person.home}".encode() in variables:
                found.append((folder / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return [line for line in found if line]


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v1-newest"], indirect=True)
def test_300_accounts(operator: Person, organization: Organization) -> None:
    """Each account has one result; throttled calls are repeated, and failures are named."""
    organization.sts_rate = Rate(per_second=60, burst=10)
    operator.environment.pop("AWS_MAX_ATTEMPTS")

    done = each(operator, "audit", "--accounts", "all", "--output", "json", "--",
                "aws", "sts", "get-caller-identity", code=1)  # fmt: skip

    results = results_of(done.stdout)
    failed = [one for one in results if one["ExitCode"] != 0]
    assert sorted(one["Account"] for one in results) == sorted(organization.member_ids)
    assert {one["Account"] for one in failed} == organization.without_role
    assert all("AccessDenied" in one["Error"] for one in failed)
    for one in results:
        if one not in failed:
            assert one["Result"]["Account"] == one["Account"], one
    assert organization.counts["AssumeRole"] - organization.throttled["AssumeRole"] == 294
    assert organization.throttled["AssumeRole"] > 0
    assert set(organization.assumed.values()) == {1}
    assert organization.counts["ListAccounts"] == 16
    # One of them tells the account of the user.
    assert organization.counts["GetCallerIdentity"] == 282 + 1
    assert "282 of 294 succeeded, 12 failed" in done.stderr
    assert "AccessDenied: 12 failed" in done.stderr


@newest
def test_placeholders_regions_and_environment(
    operator: Person, organization: Organization
) -> None:
    """The words of the command get the values of the target, and other braces stay."""
    regions = ("--regions", "eu-west-1", "us-east-1")
    script = "echo '{account} {region} {name} {a}' $AWS_REGION ${AWS_ASSUME_ACCOUNT_ID} $1"
    done = each(operator, "audit", "--accounts", "app-000", "app-001", *regions, "--",
                "sh", "-c", script, "sh", '{"b": "{account}"}')  # fmt: skip

    wanted = {
        f"{account_id(n)} {region} app-00{n} {{a}} {region} {account_id(n)} "
        f'{{"b": "{account_id(n)}"}}'
        for n in (0, 1)
        for region in ("eu-west-1", "us-east-1")
    }
    assert {line.partition(" | ")[2] for line in done.stdout.splitlines()} == wanted
    assert organization.assumed == {account_id(0): 1, account_id(1): 1}

    query = "{account: Account, x: Arn}"
    done = each(operator, "audit", "--accounts", ACCOUNTS[0], "--output", "json", "--",
                "aws", "sts", "get-caller-identity", "--query", query)  # fmt: skip
    assert results_of(done.stdout)[0]["Result"]["account"] == ACCOUNTS[0]


@newest
def test_aliases_global_options_and_verbs(operator: Person) -> None:
    """A command of the AWS CLI has its aliases and global options, and may be `aws assume`."""
    aliases = operator.home / ".aws" / "cli" / "alias"
    aliases.parent.mkdir(exist_ok=True)
    aliases.write_text(
        "[toplevel]\nwhoami = sts get-caller-identity --query Account\n"
        "shout = !echo $AWS_ASSUME_ACCOUNT_ID\n"
    )
    account = ACCOUNTS[0]
    for words, printed in (
        (("whoami", "--output", "text"), account),
        (("shout",), account),
        (("--region", "eu-west-1", "configure", "list"), "eu-west-1"),
        (("assume", "exec", "other", "--", "printenv", "AWS_ASSUMED_ROLE"), "role/other"),
    ):
        done = each(operator, "audit", "--accounts", account, "--", "aws", *words)
        assert printed in done.stdout, words


@newest
def test_commands_that_could_hang(operator: Person, tmp_path: Path) -> None:
    """A command has no terminal and an empty stdin, pages nothing, and may leave processes."""
    environment = operator.variables(PAGER="less", LESS="", TERM="xterm")
    environment.pop("AWS_PAGER")
    script = (
        "cat; (read line < /dev/tty) 2>/dev/null || echo no terminal; "
        "aws sts get-caller-identity --query Account; sleep 300 & exit 3"
    )
    words = ["audit", "--accounts", *ACCOUNTS, "--", "sh", "-c", script]
    began = time.monotonic()
    terminal = Terminal(operator.words("assume", "each", *words), environment, str(operator.home))
    for _ in ACCOUNTS:
        terminal.expect("no terminal")
    terminal.expect("exit code 3: 3 failed")
    assert os.waitstatus_to_exitcode(terminal.end()) == 1
    for account in ACCOUNTS:
        assert f'"{account}"' in terminal.seen
    assert time.monotonic() - began < 60
    for line in processes_of(operator):
        assert "sleep" in line
    terminal = Terminal(
        operator.words(
            "assume", "each", "audit", "--accounts", *ACCOUNTS, "--", "aws", "sts",
            "get-caller-identity",
        ), environment, str(operator.home),
    )  # fmt: skip
    terminal.expect("3 of 3 succeeded")
    assert os.waitstatus_to_exitcode(terminal.end()) == 0


@newest
def test_threads(operator: Person, organization: Organization) -> None:
    """`s3 cp` and `s3 sync` upload all files by their threads."""
    folder = operator.home / "files"
    folder.mkdir()
    for number in range(20):
        (folder / f"file-{number}").write_bytes(b"x" * 1000)

    words = ("aws", "s3", "cp", "--recursive", "files", "s3://bucket-{account}/")
    done = each(operator, "audit", "--accounts", *ACCOUNTS, "--", *words)

    assert done.stdout.count("upload: ") == 60
    assert {organization.counts[f"PUT {account}"] for account in ACCOUNTS} == {20}
    words = ("aws", "s3", "sync", "files", "s3://bucket-{account}/")
    done = each(operator, "audit", "--accounts", *ACCOUNTS, "--", *words)
    assert {organization.counts[f"PUT {account}"] for account in ACCOUNTS} == {40}


@newest
def test_large_output(operator: Person) -> None:
    """100 MB arrive whole, a line at a time; JSON of 30 MB is parsed."""
    line = "y" * 99
    script = f"yes {line} | head -n 350000"
    done = each(operator, "audit", "--accounts", *ACCOUNTS, "--", "sh", "-c", script)
    lines = Counter(done.stdout.splitlines())
    assert lines == {f"{account} | {line}": 350_000 for account in ACCOUNTS}

    script = "printf '{\"Text\": \"'; head -c 30000000 /dev/zero | tr '\\0' z; printf '\"}'"
    done = each(operator, "audit", "--accounts", *ACCOUNTS, "--output", "json", "--",
                "sh", "-c", script)  # fmt: skip
    assert [len(one["Result"]["Text"]) for one in results_of(done.stdout)] == [30_000_000] * 3


SLOW = ("sh", "-c", "sleep 0.2; echo {account} >> done")


@newest
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_interrupted_and_resumed(operator: Person, organization: Organization, how: int) -> None:
    """Results so far are readable, no command runs on, and a resumed run repeats none."""
    words = ("audit", "--accounts", "all", "--results", "results", "--workers", "16")
    results, finished = operator.home / "results", operator.home / "done"
    process = start(operator, *words, "--", *SLOW)
    assert wait_for(lambda: finished.exists() and len(finished.read_text().split()) > 60, 60)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (-9 if how == signal.SIGKILL else 130), err
    assert wait_for(lambda: not processes_of(operator), GRACE_SECONDS)

    before = results_of(results.read_text())
    succeeded = {one["Account"] for one in before if one["ExitCode"] == 0}
    assert 40 < len(succeeded) < 282
    ran = Counter(finished.read_text().split())
    assert set(ran.values()) == {1}
    assert succeeded <= set(ran)
    organization.reset()

    done = each(operator, *words, "--resume", "--", *SLOW, code=1)

    again = Counter(finished.read_text().split()) - ran
    assert not succeeded & set(again)
    assert set(ran) | set(again) == set(organization.member_ids) - organization.without_role
    assert "282 of 294 succeeded" in done.stderr
    assert not succeeded & set(organization.assumed)
    # What was running has no result, and ran at most twice.
    assert len(again) + len(ran) - 282 <= 16


@newest
def test_full_disk_and_resumed(operator: Person, organization: Organization) -> None:
    """A full disk ends the run, with whole results; with more space, the rest is done."""
    each_words = operator.words(
        "assume", "each", "audit", "--accounts", "all", "--results", "/mnt/r"
    )
    command = [*each_words, "--workers", "16", "--", "sh", "-c", "echo {account} >> done"]
    script = (
        "mount -t tmpfs -o size=24k t /mnt\n"
        f"{shlex.join(command)} && exit 50\n"
        "cp /mnt/r first; cp done done-first\n"
        "mount -o remount,size=1m /mnt\n"
        f"{shlex.join([*each_words, '--resume', *command[len(each_words) :]])} || [ $? = 1 ]\n"
        "cp /mnt/r second\n"
    )
    unshare = ["unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",))]
    done = subprocess.run(
        [*unshare, "sh", "-xc", script], env=operator.variables(), cwd=operator.home,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]

    def succeeded(name: str) -> list[str]:
        results = results_of((operator.home / name).read_text())
        return [one["Account"] for one in results if one["ExitCode"] == 0]

    first, second = succeeded("first"), succeeded("second")
    assert 10 < len(first) < 282
    assert "No space left on device" in done.stderr
    assert sorted(second) == sorted(set(organization.member_ids) - organization.without_role)
    again = (operator.home / "done").read_text()[len((operator.home / "done-first").read_text()) :]
    assert not set(first) & set(again.split())


@newest
def test_no_secrets(operator: Person, organization: Organization) -> None:
    """Logs, history, results, caches and the command lines of processes have no secret."""
    text = operator.config.read_text()
    operator.config.write_text(text.replace("[default]", "[default]\ncli_history = enabled", 1))
    words = ("--debug", "assume", "each", "audit", "--accounts", *ACCOUNTS, account_id(7))
    files = ("--results", "results", "--report", "report.html")
    command = ("--", "aws", "--debug", "sts", "get-caller-identity")
    process = subprocess.Popen(
        operator.words(*words, *files, *command), env=operator.variables(), cwd=operator.home,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    lines: set[str] = set()
    while process.poll() is None:
        lines.update(processes_of(operator))
    assert process.wait() == 1
    assert lines
    done = operator.aws(*words, "--output", "json", "--", "aws", "--debug", "s3", "ls")
    assert done.returncode == 1
    texts = [*lines, done.stdout, done.stderr]
    for path in operator.home.rglob("*"):
        if path.is_file() and path != operator.credentials:
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    assert "redacted by aws assume" in done.stderr
    for text in texts:
        for secret in (SECRET, TOKEN, USER_SECRET):
            assert secret not in text
            assert secret.replace("/", "%2F") not in text


@newest
def test_killed_server_of_commands(operator: Person) -> None:
    """If the server of the commands is killed, its commands end, and the failures are named."""
    process = start(operator, "audit", "--accounts", *ACCOUNTS, "--", "sleep", "300")
    assert wait_for(
        lambda: sum(line.startswith("sleep") for line in processes_of(operator)) == 3, 60
    )
    (server,) = (
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if _parent(folder) == process.pid
    )
    os.kill(server, signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert b"was killed" in err
    assert wait_for(lambda: not processes_of(operator), GRACE_SECONDS)


@newest
def test_all_regions(operator: Person, organization: Organization) -> None:
    """Each account is asked once for its regions, and its role is assumed once."""
    words = ("--accounts", *ACCOUNTS[:2], "--regions", "all", "--output", "json")
    done = each(operator, "audit", *words, "--", "aws", "sts", "get-caller-identity")

    found = {(one["Account"], one["Region"]) for one in results_of(done.stdout)}
    regions = ("eu-west-1", "il-central-1")
    assert found == {(account, region) for account in ACCOUNTS[:2] for region in regions}
    assert set(organization.assumed.values()) == {1}


def _parent(folder: Path) -> int:
    try:
        return int(re.findall(r"PPid:\s+(\d+)", (folder / "status").read_text())[0])
    except OSError:
        return 0
