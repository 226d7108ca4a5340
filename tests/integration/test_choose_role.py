"""The list of roles, as a user sees it on a terminal, with the real AWS CLIs."""

from __future__ import annotations

import os
import signal
from typing import Callable

import pytest

from support.person import Person
from support.screen import (
    CTRL_C,
    DOWN,
    END,
    ENTER,
    ESCAPE,
    HOME,
    PAGE_DOWN,
    PAGE_UP,
    UP,
    Screen,
)  # fmt: skip
from support.sso_stub import SSO_PROFILE, SsoStub, write_sso_token
from support.sts_stub import ACCOUNT, StsStub
from support.terminal import exit_code

ON_NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
ADMIN, READER = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("Administrator", "ReadOnly"))
PROFILES = f"""[profile prod-admin]
role_arn = {ADMIN}
source_profile = default
account_name = production
region = us-east-1
[profile prod-read]
role_arn = {READER}
source_profile = default
account_name = production
region = us-east-1
[profile dev-admin]
role_arn = arn:aws:iam::210987654321:role/team/Administrator
source_profile = default
account_name = development
region = us-east-1
"""
LIST = """Role:
> development 210987654321  team/Administrator  profile dev-admin
  production 123456789012   Administrator       profile prod-admin
  production 123456789012   ReadOnly            profile prod-read
3 of 3 roles. Enter: choose, Esc: quit, arrow keys: move"""
NUMBERED = """1) development 210987654321  team/Administrator  profile dev-admin
2) production 123456789012   Administrator       profile prod-admin
3) production 123456789012   ReadOnly            profile prod-read
Number or words (empty: quit):"""
NARROW = """Role:
> develop…  team/A…
  product…  Admini…
  product…  ReadOn…
3 of 3 roles"""


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with three profiles that name roles, whose STS is scripted."""
    person = make_person(sts_stub.url)
    with person.config.open("a") as file:
        file.write(PROFILES)
    return person


def shell(person: Person, script: str, columns: int = 80, rows: int = 24, **more: str) -> Screen:
    """Run a script in bash on a terminal; ``aws`` is a function with the endpoint."""
    variables = person.variables(**{"TERM": "xterm-256color", **more})
    *words, _ = person.words("")
    function = f'aws() {{ command {" ".join(words)} "$@"; }}; '
    command = ["bash", "--norc", "-c", function + script]
    return Screen(command, variables, str(person.home), columns, rows)


def assumed(sts_stub: StsStub) -> list[str]:
    """Return the roles that were assumed."""
    return [one["RoleArn"] for one in sts_stub.requests if one["Action"] == "AssumeRole"]


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v2-2.11.0"], indirect=True)
def test_type_narrow_move_and_choose(bob: Person, sts_stub: StsStub) -> None:
    """The list shows the typed text, and is erased after the choice."""
    screen = shell(bob, "echo before; aws assume; echo code=$?")
    screen.wait_for("3 of 3 roles")
    assert screen.text == f"before\n{LIST}"
    assert screen.reversed_lines == [2]

    screen.type("PROD")
    screen.wait_for("2 of 3 roles")
    assert screen.text == "\n".join(
        [
            "before",
            "Role: PROD",
            "> production 123456789012   Administrator       profile prod-admin",
            "  production 123456789012   ReadOnly            profile prod-read",
            "2 of 3 roles. Enter: choose, Esc: quit, arrow keys: move",
        ]
    )
    for keys, row in (
        (DOWN, 3), (DOWN, 3), (UP, 2), (END, 3), (HOME, 2), (PAGE_DOWN, 3), (PAGE_UP, 2),
        # A key without a function changes nothing.
        ("\x1b[D", 2), ("\x1bOP", 2), (DOWN, 3),
    ):  # fmt: skip
        screen.type(keys)
        screen.wait_until(lambda screen, row=row: screen.reversed_lines == [row])
    screen.type(" adm")
    screen.wait_for("1 of 3 roles")
    # Ctrl-W; then Alt-F, which has no function, and Alt-Backspace.
    screen.type("\x17\x1bfx")
    screen.wait_for("Role: PROD x")
    screen.type("\x1b\x7f")
    screen.wait_for("Role: PROD\n")
    screen.type("rdny")
    screen.wait_for("Role: PROD rdny\n> production 123456789012   ReadOnly ")
    screen.type(ENTER)
    screen.wait_for("code=0")

    assert screen.lines[:2][0] == "before"
    assert "Role:" not in screen.text
    assert "3 roles" not in screen.text
    end = "" if bob.host.knows_endpoint_variable else f" --endpoint-url {bob.endpoint_url}"
    assert f"The same without the list: aws assume prod-read{end}" in screen.text.replace("\n", "")
    assert exit_code(screen.end()) == 0
    assert assumed(sts_stub) == [READER]
    assert "role_arn" not in bob.sections(bob.config)["profile assumed-role"]
    assert READER.rpartition("/")[2] in bob.credentials.read_text()


@ON_NEWEST
@pytest.mark.parametrize(
    ("line", "key"),
    [("assume", ESCAPE), ("assume export --choose", CTRL_C), ("assume exec -- env", ESCAPE)],
)
def test_quitting_changes_nothing(bob: Person, sts_stub: StsStub, line: str, key: str) -> None:
    """Esc and Ctrl-C exit with 130, erase the list, and write nothing."""
    before = bob.snapshot()
    screen = shell(bob, f"aws {line}; echo code=$?")
    screen.wait_for("3 of 3 roles")
    screen.type("adm")
    screen.wait_for("2 of 3 roles")
    screen.type(key)
    screen.wait_for("code=")

    assert screen.text == "code=130"
    screen.end()
    assert bob.snapshot() == before
    assert sts_stub.actions == []


@ON_NEWEST
def test_a_signal_and_the_end_of_the_input(bob: Person) -> None:
    """SIGINT and Ctrl-D also quit."""
    screen = shell(bob, "aws assume; echo code=$?; exec aws assume")
    screen.wait_for("3 of 3 roles")
    screen.type("\x04")
    screen.wait_for("code=130")
    screen.wait_for("3 of 3 roles")
    os.kill(screen.pid, signal.SIGINT)

    assert exit_code(screen.end()) == 130
    assert screen.text == "code=130"


@ON_NEWEST
def test_a_resize(bob: Person) -> None:
    """The columns fit the new width at once, and the list is erased at the end."""
    screen = shell(bob, "aws assume; echo code=$?")
    screen.wait_for("3 of 3 roles")
    screen.type(DOWN)
    help_40 = "3 of 3 roles. Enter: choose, Esc: quit"
    for columns, rows, expected in (
        (
            40,
            24,
            [
                "Role:",
                "  development  team/Administrator",
                "> production   Administrator",
                "  production   ReadOnly",
                help_40,
            ],
        ),
        (40, 4, ["Role:", "> production   Administrator", help_40]),
        (20, 10, NARROW.replace(">", " ").replace("\n  pro", "\n> pro", 1).splitlines()),
        (80, 24, LIST.replace(">", " ").replace("\n  pro", "\n> pro", 1).splitlines()),
    ):
        screen.resize(columns, rows)
        screen.wait_until(lambda screen, expected=expected: screen.lines == expected)
    screen.type(ESCAPE)
    screen.wait_for("code=130")

    assert screen.text == "code=130"


@ON_NEWEST
def test_a_narrow_terminal_without_colors(bob: Person) -> None:
    """20 columns and NO_COLOR: a mark shows the cursor. The text above the list stays."""
    script = "for one in 1 2 3 4 5 6 7; do echo line $one; done; aws assume export; echo code=$?"
    screen = shell(bob, script, 20, 8, NO_COLOR="1")
    screen.wait_for("3 of 3 roles")
    assert screen.text == f"line 5\nline 6\nline 7\n{NARROW}"
    screen.type(DOWN + "\x1b[200~read\nonly\x1b[201~")
    screen.wait_for("1 of 3 roles")
    assert "Role: read only\n> product…  ReadOn…\n1 of 3 roles" in screen.text
    assert screen.reversed_lines == []
    assert "\x1b[7m" not in screen.seen
    screen.type(ESCAPE)
    screen.wait_for("code=130")

    assert screen.lines == ["line 5", "line 6", "line 7", "code=130"]


@ON_NEWEST
def test_names_with_control_characters(bob: Person, sts_stub: StsStub) -> None:
    """Control characters are shown as escapes; all other characters are allowed."""
    name = "\x1b[31mred\u202e日本"
    with bob.config.open("a") as file:
        file.write(f"[profile zoë]\nrole_arn = {READER}2\nsource_profile = default\n")
        file.write(f"account_name = {name}\nregion = us-east-1\n")
    screen = shell(bob, "aws assume export")
    screen.wait_for("4 of 4 roles")
    screen.type("zoë")
    screen.wait_for("1 of 4 roles")
    assert screen.lines[1].split() == [
        ">", r"\x1b[31mred\u202e日本", ACCOUNT, "ReadOnly2", "profile", "zoë",
    ]  # fmt: skip
    assert "\x1b[31m" not in screen.seen
    screen.type(ENTER)
    screen.wait_for("The same without the list: aws assume export 'zoë'")
    assert exit_code(screen.end()) == 0
    assert assumed(sts_stub) == [f"{READER}2"]


@ON_NEWEST
def test_stdout_gets_the_credentials_alone(bob: Person, sts_stub: StsStub) -> None:
    """`eval "$(aws assume export --choose)"` works, and gets nothing if the user quits."""
    script = """out=$(aws assume export --choose); echo "code=$? out=[$out]"
eval "$(aws assume export --choose admin prod 2>err)" && echo "key=$AWS_ACCESS_KEY_ID"
stty -a | grep -o " -*icanon"; cat err"""
    screen = shell(bob, script)
    screen.wait_for("3 of 3 roles")
    screen.type(ESCAPE)
    screen.wait_for("code=130 out=[]\nRole: admin prod")
    assert screen.lines[2].startswith("> production 123456789012   Administrator")
    screen.type(ENTER)
    screen.wait_for("The same")

    assert [line.strip() for line in screen.lines][:1] == ["code=130 out=[]"]
    assert [line.strip() for line in screen.lines][1].startswith("key=ASIA")
    assert [line.strip() for line in screen.lines][2:4] == [
        "icanon",
        "The same without the list: aws assume export prod-admin",
    ]
    assert exit_code(screen.end()) == 0
    assert assumed(sts_stub) == [ADMIN]


@ON_NEWEST
def test_exec_runs_the_command_on_the_same_terminal(bob: Person, sts_stub: StsStub) -> None:
    """The command gets the terminal in its earlier state, and its own arguments."""
    command = """sh -c 'echo "$1 $AWS_ASSUMED_ROLE"; read line; echo "got $line"' sh role="""
    screen = shell(bob, f"aws assume exec --choose -- {command}")
    screen.wait_for("3 of 3 roles")
    screen.type("read" + ENTER)
    screen.wait_for(f"role= {READER}")
    screen.type("a line\n")
    screen.wait_for("got a line")

    assert exit_code(screen.end()) == 0
    assert "Role:" not in screen.text


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_a_numbered_list(bob: Person, sts_stub: StsStub) -> None:
    """Version 1 and TERM=dumb show a numbered list without escape sequences."""
    more = {"TERM": "dumb"} if bob.host.major == 2 else {}
    script = """aws assume; echo "code=$?"
out=$(aws assume export --choose); echo "code=$? [$out]"
aws assume prod r; echo "code=$?"; aws assume dev team >/dev/null"""
    screen = shell(bob, script, **more)
    screen.wait_for("quit):")
    assert screen.text == NUMBERED
    screen.type(CTRL_C)
    screen.wait_for("code=130\n1)")
    screen.wait_for("quit):")
    screen.type("\n")
    screen.wait_for("code=130 []")
    screen.wait_for("2) production 123456789012   ReadOnly            profile prod-read\nNumber")
    screen.type("prod adm\n1\n")
    screen.wait_for("code=0")

    assert "\x1b" not in screen.seen
    assert exit_code(screen.end()) == 0
    assert assumed(sts_stub) == [ADMIN, "arn:aws:iam::210987654321:role/team/Administrator"]
    assert "The same without the list: aws assume dev-admin" in screen.text


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_without_a_terminal(bob: Person, sts_stub: StsStub) -> None:
    """Without a terminal, the errors remain and name the most similar roles."""
    for words, message, nearest in (
        ("", "No role was named.", "dev-admin, or aws assume prod-admin, or aws assume prod-read"),
        ("--choose prod", "there is no terminal", "prod-admin, or aws assume prod-read"),
        ("prod read", "Unknown options: read.", "prod-read"),
    ):
        done = bob.aws("assume", *words.split())

        assert done.returncode == (252 if bob.host.major == 2 else 255)
        assert message in done.stderr
        assert f"Roles that you can assume: aws assume {nearest}" in done.stderr
    assert sts_stub.actions == []


@ON_NEWEST
def test_roles_of_500_accounts(bob: Person, sts_stub: StsStub) -> None:
    """The list has 1,500 roles of Identity Center; the next one begins with the used role."""
    script = "aws assume export >/dev/null; echo code=$?; aws assume; echo code=$?"
    with SsoStub() as portal:
        with bob.config.open("a") as file:
            file.write(SSO_PROFILE)
        bob.environment.update(portal.variables())
        write_sso_token(bob.home)
        screen = shell(bob, script, rows=12)
        screen.wait_for("1504 of 1504 roles")
        assert len(screen.lines) == 10
        screen.type("readonly 499" + DOWN)
        screen.wait_for("1 of 1504 roles")
        row = ["team-499", "200000000499", "ReadOnlyAccess", "Identity", "Center"]
        assert screen.lines[1].split() == [">", *row]
        screen.type(ENTER)
        screen.wait_for("code=0")
        named = "--account-id 200000000499 --role-name ReadOnlyAccess --sso-session corp"
        assert f"aws assume export {named}" in screen.text.replace("\n", "")
        screen.wait_for("1504 of 1504 roles")
        assert [">", *row] in [line.split() for line in screen.lines]
        screen.type(ESCAPE)
        screen.wait_for("code=130")
        screen.end()
        calls = [call.operation for call in portal.journal.calls]

    assert calls[-1] == "sso:GetRoleCredentials"
    assert calls.count("sso:ListAccountRoles") == 500
