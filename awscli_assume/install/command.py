"""The console script: its arguments, its exit codes and its error messages."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Optional

from awscli_assume import __version__
from awscli_assume.completion.startup_files import SHELLS, startup_text
from awscli_assume.install.demo import run_demo
from awscli_assume.install.disable import disable
from awscli_assume.install.doctor import doctor
from awscli_assume.install.enable import enable
from awscli_assume.install.package_copy import PACKAGE
from awscli_assume.install.record import base_interpreter, load_python
from awscli_assume.install.system import InstallError, System, find_paths, printable

COMPLETER = Path("completion", "complete.py")


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of ``awscli-assume``."""
    parser = argparse.ArgumentParser(
        prog="awscli-assume",
        description="Enable or disable 'aws assume' in the AWS CLI, or see a demonstration.",
    )
    parser.add_argument("--version", action="version", version=f"awscli-assume {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    enabling = verbs.add_parser(
        "enable",
        help="copy the plugin to ~/.aws/cli/plugins and register it with the AWS CLI; "
        "run it again to upgrade",
    )
    enabling.add_argument(
        "--aws", metavar="PATH", help="the aws to enable (default: the first on the PATH)"
    )
    enabling.add_argument(
        "--force",
        action="store_true",
        help="enable version 2 even if a version 1 on the PATH stops working",
    )
    verbs.add_parser("disable", help="restore everything as it was before enable")
    checking = verbs.add_parser(
        "doctor", help="find what is wrong in the AWS CLI's files; needs no working aws"
    )
    checking.add_argument(
        "--fix", action="store_true", help="repair what can be repaired, with backups"
    )
    completion = verbs.add_parser(
        "completion", help="print what completes 'aws assume' in a shell's start-up file"
    )
    completion.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS))
    demo = verbs.add_parser(
        "demo", help="show each step against a local AWS; needs no AWS account"
    )
    demo.add_argument(
        "--aws", metavar="PATH", help="the aws to use (default: a version 2 on the PATH)"
    )
    return parser


def main(argv: Optional[Sequence[str]] = None, system: Optional[System] = None) -> int:
    """Run ``awscli-assume`` and return its exit code, 0 or 1. argparse exits with 2."""
    parsed_args = make_parser().parse_args(argv)
    system = system or System()
    try:
        with _signals_as_interrupts():
            return _run(parsed_args, system)
    except InstallError as error:
        system.err.write(f"awscli-assume: error: {printable(str(error))}\n")
        return 1
    except KeyboardInterrupt:
        system.err.write("awscli-assume: interrupted. Everything was undone.\n")
        return 1
    except BrokenPipeError:
        # The reader has ended (`| head`); the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(parsed_args: argparse.Namespace, system: System) -> int:
    if parsed_args.verb == "enable":
        enable(system, executable=parsed_args.aws, force=parsed_args.force)
    elif parsed_args.verb == "disable":
        disable(system)
    elif parsed_args.verb == "doctor":
        return doctor(system, parsed_args.fix)
    elif parsed_args.verb == "completion":
        _print_completion(system, parsed_args.shell)
    else:
        run_demo(system, executable=parsed_args.aws)
    return 0


def _print_completion(system: System, shell: str) -> None:
    """Print the text for a shell's start-up file, which this command never edits."""
    paths = find_paths(system.env)
    # The copy outlives this installation.
    folder = paths.package if (paths.package / COMPLETER).exists() else PACKAGE
    python = load_python(paths.record) or base_interpreter() or "python3"
    try:
        system.out.write(startup_text(shell, python, str(folder / COMPLETER)))
    except ValueError as error:
        raise InstallError(str(error)) from error


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Clean up as after Ctrl-C when the process is terminated or the terminal is closed."""

    def interrupt(number: int, frame: Optional[FrameType]) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        # Python allows handlers in the main thread only.
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [(number, signal.signal(number, interrupt)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
