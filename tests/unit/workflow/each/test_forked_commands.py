"""Commands that a forked server starts: output, exit codes, signals, and the end of both sides."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Callable, Iterator

import pytest

from awscli_assume.workflow.each.command_server import Request
from awscli_assume.workflow.each.forked_commands import ForkedCommands
from awscli_assume.workflow.each.processes import StartedProcesses, Stopped
from support.processes import is_running, wait_for

Output = dict[str, bytes]
ENVIRONMENT = {"PATH": os.defpath, "SECRET": "s"}


def run(commands, script: str) -> tuple[int, Output]:
    """Run a script of a shell, and return the exit code and what it printed."""
    output: Output = defaultdict(bytes)

    def write(stream: str, data: bytes) -> None:
        output[stream] += data

    code = commands.run(Request(("sh", "-c", script), ENVIRONMENT, "/bin/sh"), write)
    return code, output


def run_here(request: Request) -> int:
    """Print the words and the process group, in the forked process."""
    os.write(1, f"{request.words} {os.getpgid(0) == os.getpid()}".encode())
    return 7


@pytest.fixture(params=[ForkedCommands, StartedProcesses])
def commands(request: pytest.FixtureRequest) -> Iterator[object]:
    """Return each way to start commands."""
    with closing(request.param()) as found:
        yield found


@pytest.fixture
def server() -> Iterator[ForkedCommands]:
    """Return the server's side of the threads."""
    with closing(ForkedCommands(run_here=run_here)) as found:
        yield found


def test_output_and_exit_code(commands) -> None:
    """Both streams arrive whole, and the environment is that of the request."""
    code, output = run(commands, 'printf "$SECRET"; printf error >&2; exit 3')
    assert code == 3
    assert output == {"stdout": b"s", "stderr": b"error"}
    assert run(commands, "cat; true") == (0, {})
    assert run(commands, "kill -9 $$")[0] == -9


def test_many_at_once(commands) -> None:
    """Each command gets its own output."""
    found: dict[int, bytes] = {}

    def one(number: int) -> None:
        found[number] = run(commands, f"yes {number} | head -n 20000")[1]["stdout"]

    threads = [Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"{number}\n".encode() * 20000 for number in range(8)}


def test_no_terminal_and_no_more_descriptors(server: ForkedCommands) -> None:
    """A command has no terminal, and only descriptors that any command would have."""
    script = "ls /proc/self/fd | wc -l; (: < /dev/tty) 2>/dev/null || echo no terminal"
    usual = subprocess.run(
        ["sh", "-c", script], env=ENVIRONMENT, close_fds=False, capture_output=True, check=True,
        start_new_session=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert run(server, script) == (0, {"stdout": usual.stdout})
    assert usual.stdout.endswith(b"no terminal\n")


def test_command_in_the_forked_process(server: ForkedCommands) -> None:
    """A request without a path runs in the forked process; the next one is not affected."""
    request, output = Request(("aws", "\udcff {a}"), ENVIRONMENT), list[bytes]()
    for _ in range(2):
        assert server.run(request, lambda stream, data: output.append(data)) == 7
    assert b"".join(output).count(b"True") == 2


def test_program_that_can_not_run(server: ForkedCommands, tmp_path: Path) -> None:
    """The exit code is a shell's, and the reason is on stderr."""
    program = tmp_path / "text"
    program.write_text("no program")
    output: Output = defaultdict(bytes)
    request = Request(("text",), ENVIRONMENT, str(program))
    assert server.run(request, lambda stream, data: output.update({stream: data})) == 126
    assert b"Can't run" in output["stderr"]


def test_process_in_the_background(server: ForkedCommands) -> None:
    """It is not waited for, even if it prints for ever."""
    began = time.monotonic()
    for script in ("sleep 100 & echo a", "yes & echo a"):
        code, output = run(server, f"{script}; echo $! >&2")
        os.kill(int(output["stderr"].split()[0]), signal.SIGKILL)
        assert code == 0
        assert b"a" in output["stdout"]
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("make", [ForkedCommands, StartedProcesses])
def test_stop(make: Callable, tmp_path: Path) -> None:
    """The commands that run are ended, and no other is started."""
    seen: list[object] = []
    with closing(make()) as commands:

        def one() -> None:
            try:
                seen.append(
                    run(commands, f"trap 'echo end > {tmp_path}/end; exit' TERM; sleep 100 & wait")
                )
            except Stopped as error:
                seen.append(error)

        thread = Thread(target=one)
        thread.start()
        time.sleep(0.5)
        commands.stop()
        thread.join(10)
        assert [type(one) for one in seen] == [Stopped]
        assert (tmp_path / "end").read_text() == "end\n"
        with pytest.raises(Stopped):
            run(commands, "true")


def test_sigkill_after_sigterm(server: ForkedCommands) -> None:
    """A command that ignores SIGTERM, and its children, get SIGKILL."""
    output: list[bytes] = []
    script = "trap '' TERM; sleep 100 & echo $$ $!; while true; do sleep 1; done"
    request = Request(("sh", "-c", script), ENVIRONMENT, "/bin/sh")

    def one() -> None:
        with pytest.raises(Stopped):
            server.run(request, lambda stream, data: output.append(data))

    thread = Thread(target=one)
    thread.start()
    while not output:
        time.sleep(0.02)
    server.stop()
    thread.join(20)
    server.close()
    processes = [int(word) for word in output[0].split()]
    assert wait_for(lambda: not any(map(is_running, processes)))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_end_of_the_process_that_is_served(tmp_path: Path) -> None:
    """If it is killed, its commands end."""
    ready = tmp_path / "ready"
    parent = os.fork()
    if parent == 0:
        commands = ForkedCommands()
        run(commands, f"echo $$ > {ready}.new; mv {ready}.new {ready}; sleep 100")
        os._exit(0)
    while not ready.exists():
        time.sleep(0.02)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert wait_for(lambda: not is_running(int(ready.read_text())))


def test_too_many_open_files(server: ForkedCommands) -> None:
    """A command waits until others have closed theirs."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    found: list[int] = []
    threads = [Thread(target=lambda: found.append(run(server, "sleep 0.2")[0])) for _ in range(12)]
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 12, before[1]))
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert found == [0] * 12


def test_closed_streams() -> None:
    """The server works in a process without standard streams."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        writer = os.dup2(writer, 200)
        for descriptor in range(3):
            os.close(descriptor)
        with closing(ForkedCommands()) as commands:
            code, output = run(commands, "echo a; exit 5")
            os.write(writer, f"{code} {output['stdout']!r}".encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader, "rb") as file:
        assert file.read() == b"5 b'a\\n'"


def test_process_that_can_not_start() -> None:
    """If the server can't fork, the command fails with the reason, and the next one runs."""
    failures = [OSError(11, "Resource temporarily unavailable")]
    fork = os.fork

    def prepare() -> None:
        def failing_fork() -> int:
            if failures:
                raise failures.pop()
            return fork()

        os.fork = failing_fork

    with closing(ForkedCommands(prepare)) as commands:
        code, output = run(commands, "echo a")
        assert code == 126
        assert output["stderr"] == (
            b"aws: [ERROR]: Can't start a process: Resource temporarily unavailable\n"
        )
        assert run(commands, "echo a") == (0, {"stdout": b"a\n"})


def test_prepare_that_fails() -> None:
    """The commands run all the same."""

    def prepare() -> None:
        raise ValueError

    with closing(ForkedCommands(prepare, run_here)) as commands:
        assert run(commands, "exit 4")[0] == 4
