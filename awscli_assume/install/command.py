"""The console script: its arguments, its exit codes, and how a failure is told."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Optional

from awscli_assume import __version__
from awscli_assume.install.demo import play_demo
from awscli_assume.install.disable import disable
from awscli_assume.install.enable import enable
from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Surroundings


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of ``awscli-assume``."""
    parser = argparse.ArgumentParser(
        prog="awscli-assume",
        description="Put 'aws assume' into the AWS CLI, take it out again, or see it work.",
    )
    parser.add_argument("--version", action="version", version=f"awscli-assume {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    enabling = verbs.add_parser(
        "enable",
        help="copy the plugin to ~/.aws/cli/plugins and make aws load it; again to upgrade",
    )
    enabling.add_argument("--aws", metavar="PATH", help="the aws to enable (first on the PATH)")
    enabling.add_argument(
        "--force",
        action="store_true",
        help="enable it for version 2 even though a version 1 on the PATH stops working",
    )
    verbs.add_parser("disable", help="leave everything as it was before enable")
    playing = verbs.add_parser(
        "demo", help="play the whole story against a local AWS; needs no account"
    )
    playing.add_argument("--aws", metavar="PATH", help="the aws to use (a version 2 on the PATH)")
    return parser


def main(argv: Optional[Sequence[str]] = None, around: Optional[Surroundings] = None) -> int:
    """Run ``awscli-assume`` and answer its exit code: 0 done, 1 not done; argparse ends with 2."""
    chosen = make_parser().parse_args(argv)
    around = around or Surroundings()
    try:
        with _ending_on_signals():
            _carry_out(chosen, around)
    except Refusal as refusal:
        around.err.write(f"awscli-assume: error: {refusal}\n")
        return 1
    except KeyboardInterrupt:
        around.err.write("awscli-assume: interrupted, nothing is left behind.\n")
        return 1
    except BrokenPipeError:
        # The reader is gone (`| head`); the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _carry_out(chosen: argparse.Namespace, around: Surroundings) -> None:
    if chosen.verb == "enable":
        enable(around, named=chosen.aws, force=chosen.force)
    elif chosen.verb == "disable":
        disable(around)
    else:
        play_demo(around, named=chosen.aws)


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Clean up as after Ctrl-C when somebody ends us, or closes the terminal."""

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
