"""Run a terminal session against a local AWS and draw it as docs/terminal.svg.

    python docs/terminal_session.py [--aws PATH]

It needs the ``demo`` extra, and Linux or macOS. The commands are typed into a shell on a
pseudo-terminal, in a HOME that is deleted afterwards. The picture holds what the terminal showed.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Sequence
from xml.sax.saxutils import escape

SVG = Path(__file__).with_name("terminal.svg")
COLUMNS = 118
FONT_SIZE, CHARACTER_WIDTH, LINE_HEIGHT, MARGIN, TITLE_BAR = 13, 7.85, 18, 16, 32
REGION = "us-east-1"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
COMMANDS = (
    "aws assume --role-name my-iam-role",
    "aws s3 ls --profile assumed-role",
    "aws assume explain partner",
)
# Cursor movement and colors. The picture has neither.
CONTROL_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[=>])")


# The run


def run_session(aws: str) -> list[str]:
    """Run the commands and return the lines that the terminal showed.

    Args:
        aws: The path of the AWS CLI to run.
    """
    from awscli_assume.install.local_aws import LocalAws

    with LocalAws() as local_aws, TemporaryDirectory(prefix="terminal-session-") as home:
        env = {
            "HOME": home,
            "LOGNAME": "alice",
            "PATH": f"{Path(aws).parent}{os.pathsep}{os.defpath}",
            "LANG": "C.UTF-8",
            "SHELL": "/bin/bash",
            "TERM": "dumb",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": local_aws.endpoint_url,
        }
        administrator = {
            "AWS_ACCESS_KEY_ID": local_aws.administrator.id,
            "AWS_SECRET_ACCESS_KEY": local_aws.administrator.secret,
            "AWS_DEFAULT_REGION": REGION,
        }
        enable = [sys.executable, "-m", "awscli_assume.install", "enable", "--force", "--aws", aws]
        subprocess.run(enable, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        _set_up(aws, env, {**env, **administrator})
        shown = [line for command in COMMANDS for line in _type(command, env)]
    return [line.replace(home, "~").replace(aws, "aws") for line in shown]


def _set_up(aws: str, env: dict[str, str], administrator: dict[str, str]) -> None:
    """Make a user with an access key, two roles, and two buckets."""

    def call(*words: str, env: dict[str, str] = administrator) -> str:
        command = [aws, *words, *(["--output", "json"] if words[0] == "iam" else [])]
        return subprocess.run(  # noqa: S603 - the AWS CLI that the caller named
            command, env=env, check=True, capture_output=True, text=True
        ).stdout

    user = json.loads(call("iam", "create-user", "--user-name", "alice"))["User"]["Arn"]
    key = json.loads(call("iam", "create-access-key", "--user-name", "alice"))["AccessKey"]
    asks = {"StringEquals": {"sts:ExternalId": "partner-42"}}
    for role, condition in (("my-iam-role", {}), ("partner", {"Condition": asks})):
        trust = _policy(Principal={"AWS": user}, Action="sts:AssumeRole", **condition)
        call(
            *("iam", "create-role", "--role-name", role), *("--assume-role-policy-document", trust)
        )
    call("iam", "attach-role-policy", "--role-name", "my-iam-role", "--policy-arn", READ_ONLY)
    allowed = _policy(Action=["sts:AssumeRole", "iam:Get*", "iam:Simulate*"], Resource="*")
    call(
        *("iam", "put-user-policy", "--user-name", "alice", "--policy-name", "roles"),
        *("--policy-document", allowed),
    )
    for bucket in ("my-first-bucket", "my-second-bucket"):
        call("s3", "mb", f"s3://{bucket}")
    # The secret goes to a file, not to a command line.
    credentials = Path(env["HOME"], ".aws", "credentials")
    credentials.touch(mode=0o600)
    credentials.write_text(
        f"[default]\naws_access_key_id = {key['AccessKeyId']}\n"
        f"aws_secret_access_key = {key['SecretAccessKey']}\n",
        encoding="utf-8",
    )
    call("configure", "set", "region", REGION, env=env)


def _policy(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def _type(command: str, env: dict[str, str]) -> list[str]:
    """Return the prompt with a command, and what the command shows on a terminal."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(env["HOME"])
        script = f"stty cols {COLUMNS}; {command}"
        os.execvpe("/bin/sh", ["/bin/sh", "-c", script], env)  # noqa: S606
    shown = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # Linux: the program has closed its side
            break
        if not chunk:
            break
        shown += chunk
    os.waitpid(pid, 0)
    os.close(descriptor)
    return [f"$ {command}", *plain_lines(shown.decode("utf-8")), ""]


def plain_lines(text: str) -> list[str]:
    """Return the lines of a terminal's output without control sequences."""
    return CONTROL_SEQUENCE.sub("", text).replace("\r\n", "\n").rstrip("\n").split("\n")


# The picture


def wrap(line: str, columns: int = COLUMNS) -> list[str]:
    """Return the rows that a line takes on a terminal."""
    return [line[start : start + columns] for start in range(0, max(len(line), 1), columns)]


def render(lines: Sequence[str]) -> str:
    """Return an SVG picture of a terminal that shows the lines, as text that can be selected."""
    rows = [(row, line.startswith("$ ")) for line in lines for row in wrap(line)]
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = TITLE_BAR + len(rows) * LINE_HEIGHT + 2 * MARGIN
    top = TITLE_BAR + MARGIN + FONT_SIZE
    texts = "\n".join(
        f'<text class="{"command" if typed else "shown"}" x="{MARGIN}" '
        f'y="{top + number * LINE_HEIGHT}" xml:space="preserve">{escape(row)}</text>'
        for number, (row, typed) in enumerate(rows)
        if row
    )
    dots = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * number}" cy="{TITLE_BAR // 2}" r="5" fill="#4a5568"/>'
        for number in range(3)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}" role="img">
<title>A terminal session with aws assume</title>
<style>
text {{ font: {FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", \
monospace; }}
.shown {{ fill: #cbd5e0; }}
.command {{ fill: #ffffff; font-weight: bold; }}
</style>
<rect width="{width}" height="{height}" rx="8" fill="#1a202c"/>
{dots}
{texts}
</svg>
"""


def main() -> None:
    """Run the session and write the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    beside = str(Path(sys.executable).parent)
    parser.add_argument(
        "--aws",
        default=shutil.which("aws") or shutil.which("aws", path=beside),
        help="the AWS CLI to run; default: the first one on the PATH",
    )
    lines = run_session(parser.parse_args().aws)
    SVG.write_text(render(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
