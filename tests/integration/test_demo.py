"""``awscli-assume demo`` from its first line to the last, and the local AWS that it runs on."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from awscli_assume.install.local_aws import AccessKey, LocalAws, Server
from awscli_assume.install.system import InstallError
from support.hosts import Host

REPOSITORY = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "awscli_assume.install", "demo"]


@pytest.fixture
def demo_env(clean_env: dict[str, str], host: Host, tmp_path: Path) -> dict[str, str]:
    """Return an environment with the host on the PATH, and traps for what must not be used."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return {
        **clean_env,
        "PATH": f"{host.executable.parent}{os.pathsep}{os.defpath}",
        "PYTHONPATH": str(REPOSITORY),
        "TMPDIR": str(temporary),
        "AWS_PROFILE": "gone",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONUNBUFFERED": "1",
    }


def is_answering(endpoint_url: str) -> bool:
    port = int(endpoint_url.rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.11.0", "v1-newest"], indirect=True)
def test_plays_the_article_to_its_end(
    demo_env: dict[str, str], host: Host, home: Path, tmp_path: Path
) -> None:
    """The last command lists the buckets as the role; no secret is shown, nothing is left."""
    done = subprocess.run(
        [*DEMO, "--aws", str(host.executable)], env=demo_env, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    commands = [line.split("$ ", 1)[1] for line in done.stdout.splitlines() if "$ aws" in line]
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", done.stdout)
    assert endpoint
    plain = [command.replace(f" --endpoint-url {endpoint[0]}", "") for command in commands]
    assert plain[-8:] == [
        "aws s3 ls",
        "aws assume --role-name my-iam-role",
        "aws sts get-caller-identity --profile assumed-role",
        "aws iam create-user --user-name another-user --profile assumed-role",
        "aws assume exec my-iam-role -- aws sts get-caller-identity --output text",
        "aws assume export my-iam-role",
        "aws assume explain my-iam-rol",
        "aws s3 ls --profile assumed-role",
    ]
    listing, _, ending = done.stdout.rpartition("$ aws s3 ls")[2].partition("\n\n")
    buckets = [line.split()[-1] for line in listing.splitlines()[1:]]
    assert buckets == ["my-first-bucket", "my-second-bucket"]
    assert "aws assume help" in ending
    assert "aws assume --role-arn" in done.stdout
    told = [line for line in done.stdout.splitlines() if line.startswith(("#", "$", "There"))]
    assert len(told) == len(set(told))
    assert done.stdout.count("(AccessDenied)") == 2
    assert '"SecretAccessKey": "****"' in done.stdout
    # A secret access key has 40 such characters.
    assert re.findall(r"(?<![\w/+])[\w/+]{40}(?![\w/+])", done.stdout) == []
    assert list((tmp_path / "temporary").iterdir()) == []
    assert list(home.iterdir()) == []
    assert not is_answering(endpoint[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_an_interrupted_demo_leaves_nothing(
    demo_env: dict[str, str], host: Host, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C, or somebody who ends the process, still gets the server stopped and HOME removed."""
    process = subprocess.Popen(
        DEMO, env=demo_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "interrupted" in err
    assert "Traceback" not in err
    assert list((tmp_path / "temporary").iterdir()) == []
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", first)
    assert endpoint
    assert not is_answering(endpoint[0])


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_a_reader_who_leaves_early_leaves_nothing_behind(
    demo_env: dict[str, str], host: Host, tmp_path: Path
) -> None:
    """`awscli-assume demo | head -1` cleans up and prints no traceback."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" | head -1', "sh", *DEMO],
        env=demo_env,
        capture_output=True,
        text=True,
    )

    assert done.stdout.startswith("A local AWS runs at http://127.0.0.1:")
    assert done.stderr == ""
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_local_aws_listens_on_loopback_only_and_goes(tmp_path: Path) -> None:
    """It answers when the `with` begins, to this machine only, and is gone when it ends."""
    with LocalAws() as aws:
        port = int(aws.endpoint_url.rpartition(":")[2])
        folder = aws.log_file.parent
        listening = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True).stdout
        assert [line.split()[3] for line in listening.splitlines() if f":{port} " in line] == [
            f"127.0.0.1:{port}"
        ]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{aws.endpoint_url}/?Action=ListUsers")  # unsigned
        assert refused.value.code in (400, 403)

    assert not is_answering(aws.endpoint_url)
    assert not folder.exists()
    assert "test" not in repr(AccessKey("id", "test"))


def test_two_local_aws_run_side_by_side() -> None:
    """Each finds a port of its own."""
    with LocalAws() as one, LocalAws() as two:
        assert one.endpoint_url != two.endpoint_url
        assert is_answering(one.endpoint_url)
        assert is_answering(two.endpoint_url)


def test_a_server_that_does_not_start_shows_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the log is in the message, and no folder stays."""
    aws = LocalAws()
    server = Server(
        module="ministack_of_another_name",
        arguments=lambda port: [],
        settings=lambda folder, port: {},
        ready_path="/",
        make_administrator=lambda endpoint_url: AccessKey("", ""),
    )
    monkeypatch.setattr("awscli_assume.install.local_aws.installed_server", lambda: server)

    with (
        pytest.raises(InstallError, match=r"(?s)did not start.*No module named ministack_of"),
        aws,
    ):
        pass

    assert not is_answering(aws.endpoint_url)
