"""The documentation says what the code does."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Iterator
from xml.etree import ElementTree

import pytest
from awscli.clidriver import create_clidriver

import awscli_assume
from awscli_assume import errors
from awscli_assume.install.command import make_parser
from awscli_assume.model.request.session_names import PLACEHOLDERS
from awscli_assume.outputs.printing import PARTIAL_FAILURE
from awscli_assume.profiles import state
from awscli_assume.profiles.record import BLOCK as RECORD_BLOCK
from awscli_assume.profiles.record import record_of
from awscli_assume.profiles.settings import NAMES
from support import host_caches
from support.option_table import (
    REGENERATE,
    documented_table,
    option_names,
    option_table,
    own_option_names,
    verbs,
    verbs_with_options,
    with_table,
)

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = Path(awscli_assume.__file__).parent
README = REPOSITORY / "README.md"
REFERENCE = REPOSITORY / "docs" / "reference.md"
USAGE = REPOSITORY / "docs" / "usage.md"
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
DEVELOPMENT = REPOSITORY / "docs" / "development.md"
TERMINAL = REPOSITORY / "docs" / "terminal.svg"
PAGES = [README, REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
# The drivers of all commands share what they compute from botocore's own files.
HOST_CACHES = host_caches.replacements()
HELP = sorted((REPOSITORY / "awscli_assume" / "examples").rglob("*.rst"))


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def table_cells(page: Path) -> set[str]:
    """Return the code words of the first cells of all tables of a page."""
    rows = re.findall(r"^\| ([^|]+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {word.strip("` ") for row in rows for word in row.split(",")}


# The reference


def test_no_text_of_the_reference_is_there_twice() -> None:
    """Two paragraphs or lists never begin two lines alike, as two versions of one would."""
    text = REFERENCE.read_text(encoding="utf-8")
    for verb in verbs_with_options():
        text = with_table(text, "", verb)
    lines = text.splitlines()
    starts = [line[:40] for line in lines if len(line) > 40 and line[0] not in "|#-<"]

    assert sorted({start for start in starts if starts.count(start) > 1}) == []


def test_each_call_has_one_row() -> None:
    """The table of calls to AWS says in one place when each call is made."""
    section = REFERENCE.read_text(encoding="utf-8").partition("## Calls to AWS\n")[2]
    table = section.strip().partition("\n\n")[0]
    calls = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)

    assert len(calls) > 5
    assert sorted({one for one in calls if calls.count(one) > 1}) == []


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_reference(verb: str) -> None:
    """`aws assume` and each of its verbs are named in docs/reference.md and in docs/usage.md."""
    words = "aws assume" if verb == "assume" else f"aws assume {verb}"

    for page in (REFERENCE, USAGE):
        assert words in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", verbs_with_options())
def test_every_option_is_in_the_reference(verb: str) -> None:
    """Each option of a verb has a row in the verb's table, or is named below it.

    Those that are only named have their row in the table of ``aws assume``.
    """
    text = REFERENCE.read_text(encoding="utf-8")
    table, main = documented_table(text, verb), documented_table(text)
    names = option_names(verb)
    below = [name for name in names if f"| `{name}` |" not in table]

    assert [name for name in below if f"`{name}`" not in table.rpartition("\n")[2]] == []
    assert [name for name in below if f"| `{name}` |" not in main] == []


def test_every_table_of_options_appears_once() -> None:
    """The text of an option has one place in the documentation: docs/reference.md."""
    rows = [
        line
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| `(?:--[a-z-]+|role|command)` \|", line) and "…" not in line.split("|")[1]
    ]

    assert len(rows) > 30
    assert sorted({row for row in rows if rows.count(row) > 1}) == []


@pytest.mark.parametrize("verb", verbs_with_options())
def test_the_table_of_options_is_up_to_date(verb: str) -> None:
    """The options stand in docs/reference.md in the words of the verb's help."""
    documented = documented_table(REFERENCE.read_text(encoding="utf-8"), verb)

    assert documented == option_table(verb), f"Write it anew by: {REGENERATE}"


@pytest.mark.parametrize("verb", [verb for verb in verbs() if verb != "assume"])
def test_every_option_of_a_verb_is_in_its_help(verb: str) -> None:
    """The help text of a verb names each option of its own.

    The options that it shares with ``aws assume`` are in the list of options below the text.
    """
    folder = PACKAGE / "examples" / "assume" / verb
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.rst")))

    assert "TODO" not in text
    assert [name for name in own_option_names(verb) if name not in text] == []


@pytest.mark.parametrize("verb", verbs_with_options())
def test_every_option_has_a_help_text(verb: str) -> None:
    """The list of options below a help text says something about each: a sentence or more."""
    table = verbs()[verb].ARG_TABLE

    assert [one["name"] for one in table if not one["help_text"].endswith(".")] == []


def test_every_state_is_in_the_reference_and_in_the_help() -> None:
    """What a profile may be said to be has a row; what `list` says is in its help too."""
    states = {state.VALID, state.EXPIRING, state.EXPIRED, state.REPLACED, state.MISSING}
    text = (PACKAGE / "examples" / "assume" / "list" / "_description.rst").read_text("utf-8")

    assert states | {state.CLEARED} <= table_cells(REFERENCE)
    assert [name for name in states if f"``{name}``" not in text] == []


def test_every_mark_is_in_the_reference() -> None:
    """Each key that we put beside the credentials has a row in docs/reference.md."""
    marks = {value for name, value in vars(state).items() if name.endswith("_KEY")}

    assert len(marks) == 4
    assert marks <= table_cells(REFERENCE)


def test_every_setting_is_in_the_reference() -> None:
    """Each setting of the block `assume` has a row in docs/reference.md."""
    cells = table_cells(REFERENCE)

    assert [name for name in NAMES if f"assume.{name}" not in cells] == []


def test_every_setting_is_in_the_help() -> None:
    """`aws assume help` names each setting."""
    text = (PACKAGE / "examples" / "assume" / "_description.rst").read_text(encoding="utf-8")

    assert [name for name in NAMES if f"``{name}``" not in text] == []


def test_every_placeholder_is_in_the_reference() -> None:
    """Each placeholder of a session name's template has a row in docs/reference.md."""
    cells = table_cells(REFERENCE)

    assert [name for name in PLACEHOLDERS if f"{{{name}}}" not in cells] == []


def test_every_exit_code_is_in_the_reference() -> None:
    """What our errors end with, and what the CLI ends with besides, has a row."""
    ours = {
        code
        for error in vars(errors).values()
        for code in re.findall(r"Exit code (\d+)", getattr(error, "__doc__", None) or "")
    }

    assert {"252", "253", "255"} <= ours
    assert ours | {"0", str(PARTIAL_FAILURE), "254"} <= table_cells(REFERENCE)


def test_every_key_of_the_record_is_in_the_reference() -> None:
    """Whatever the block `assumed` may hold has a row in docs/reference.md."""
    source = (PACKAGE / "profiles" / "record.py").read_text(encoding="utf-8")
    keys = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|policy|tags)"', source))

    assert record_of.__module__.endswith("record")
    assert RECORD_BLOCK == "assumed"
    assert {"role-arn", "policy-arns", "credential-source"} <= keys
    assert keys - table_cells(REFERENCE) == set()


# The README


def readme_command(ending: str) -> str:
    lines = README.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith("python3 -m venv") and ending in line]
    assert len(found) == 1, found
    return found[0]


def test_the_run_command_plays_the_demonstration() -> None:
    """README has exactly one line that sets up and plays the demonstration."""
    assert readme_command("'.[demo]'").endswith("&& .venv/bin/awscli-assume demo")


def test_the_test_command_is_what_the_gate_runs() -> None:
    """README's line that runs the tests stands in .ci/run word for word."""
    command = readme_command("'.[test]'")

    assert command.endswith("&& .venv/bin/python -m pytest")
    assert command in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_readme_links_to_every_page() -> None:
    """No page of docs/ is left out of README's list."""
    text = README.read_text(encoding="utf-8")

    assert [name_of(page) for page in PAGES[1:] if f"({name_of(page)})" not in text] == []


# Links


def prose(page: Path) -> str:
    """Return a page without its code blocks and without its code words."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors that a forge makes of a page's headings."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if not re.match(r"https?:", target):
                yield page, target


def test_there_are_links_to_check() -> None:
    """The links are found at all."""
    assert len(list(links())) > 50


@pytest.mark.parametrize(
    ("page", "target"),
    [pytest.param(*link, id=f"{name_of(link[0])}:{link[1]}") for link in links()],
)
def test_link_leads_somewhere(page: Path, target: str) -> None:
    """A relative link names a file of the repository, and a heading of it."""
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page

    assert found.exists()
    assert not anchor or anchor in anchors(found)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_list_of_contents_is_complete(page: Path) -> None:
    """A page that begins with a list of its sections lists all of them."""
    text = page.read_text(encoding="utf-8")
    listed = re.findall(r"^- \[.+\]\(#(.+)\)$", text, re.MULTILINE)
    without_blocks = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.S | re.M)
    sections = [
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", without_blocks, re.MULTILINE)
    ]

    assert not listed or listed == sections


# Messages


# What AWS, the AWS CLI and shells say, as far as docs/troubleshooting.md names it.
FOREIGN_MESSAGES = {
    "AccessDenied",
    "ExpiredToken",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "MalformedPolicyDocument",
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code",
    "SignatureDoesNotMatch",
    "The config profile (",
    ") could not be found",
    "Unable to locate credentials",
    "You must specify a region",
    "Infinite loop in credential configuration detected",
    "No credentials found in credential_source",
    "missing: source_profile or credential_source",
    "no such file, from the shell or the SDK",
    # Conditions and operations that follow AccessDenied.
    "aws:MultiFactorAuthPresent",
    "AssumeRoleWithWebIdentity",
    "with a code",
    "with an MFA session, but not with --token-code",
}
VALUE = "\0"


def quoted_messages() -> list[str]:
    """Return the parts of messages that docs/troubleshooting.md quotes, without their values."""
    text = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| message \| .*\n\|---\|---\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    quotes = [row.split(" | ")[0].lstrip("| ") for table in tables for row in table.splitlines()]
    quotes += re.findall(r"^- `([^`]+)`", text, re.MULTILINE)
    parts = [part for quote in quotes for part in re.split("…|, (?=does not exist)", quote)]
    return [part.replace("`", "").strip(" ,") for part in parts if part.strip(" ,`")]


@cache
def message_templates() -> tuple[list[str], ...]:
    """Return the words of each text of the code, with VALUE in place of what is filled in."""
    texts = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (
                    part.value if isinstance(part, ast.Constant) else VALUE for part in node.values
                )
                texts.add("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return tuple(words_of(text) for text in texts)


def words_of(text: str) -> list[str]:
    return [word.strip("`'\".,:;()") for word in text.split()]


def is_part_of(quote: list[str], template: list[str]) -> bool:
    """Return whether words stand in a row in a text, where each value may be any word."""
    return any(
        all(
            word == other or (VALUE in other and is_filled_in(word, other))
            for word, other in zip(quote, template[start:])
        )
        for start in range(len(template) - len(quote) + 1)
    )


def is_filled_in(word: str, template: str) -> bool:
    return bool(re.fullmatch("\\S+".join(map(re.escape, template.split(VALUE))), word))


@pytest.mark.parametrize("quote", sorted(set(quoted_messages()) - FOREIGN_MESSAGES))
def test_quoted_message_is_in_the_code(quote: str) -> None:
    """A message in the tables of docs/troubleshooting.md is one that the code prints."""
    assert any(is_part_of(words_of(quote), template) for template in message_templates())


# The architecture


def diagram_of_packages() -> tuple[set[str], set[tuple[str, str]]]:
    """Return the packages and the arrows of the first diagram of docs/architecture.md."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    lines = text.partition("```mermaid\nflowchart TD\n")[2].partition("```")[0].splitlines()
    packages: set[str] = set()
    arrows: set[tuple[str, str]] = set()
    for line in lines:
        sides = [re.findall(r"\w+", side) for side in line.split("-->")]
        packages.update(name for side in sides for name in side)
        for importers, imported in zip(sides, sides[1:]):
            arrows.update((one, other) for one in importers for other in imported)
    return packages, arrows


@cache
def real_imports() -> tuple[set[str], set[tuple[str, str]]]:
    """Return the packages and who imports whom, read from the code.

    Imports of the package itself are left out: each package may read its version.
    """
    packages: set[str] = set()
    imports: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        importer = path.relative_to(PACKAGE).with_suffix("").parts[0]
        packages.add(importer)
        for module in imported_modules(path):
            name, _, rest = module.partition(".")
            other = rest.partition(".")[0]
            if name == "awscli_assume" and other not in ("", importer) and is_package(other):
                imports.add((importer, other))
    return packages, imports


def is_package(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()


def imported_modules(path: Path) -> Iterator[str]:
    """Return the names of the modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reachable(start: str, arrows: set[tuple[str, str]]) -> set[str]:
    """Return the packages that the arrows reach from a package."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        waiting += [b for a, b in arrows if a == one and b not in found]
        found.update(b for a, b in arrows if a == one)
    return found


def test_the_diagram_has_every_package() -> None:
    """The first diagram of docs/architecture.md has the packages that there are."""
    assert diagram_of_packages()[0] == real_imports()[0]


def test_every_arrow_is_an_import() -> None:
    """An arrow of the diagram is an import that the code makes."""
    _, arrows = diagram_of_packages()

    assert len(arrows) > 10
    assert sorted(arrows - real_imports()[1]) == []


def test_every_import_follows_the_arrows() -> None:
    """A package imports those only that the arrows of the diagram reach."""
    _, arrows = diagram_of_packages()
    wrong = [(a, b) for a, b in real_imports()[1] if b not in reachable(a, arrows)]

    assert sorted(wrong) == []


@pytest.mark.parametrize("page", [ARCHITECTURE, DEVELOPMENT], ids=name_of)
def test_modules_that_are_named_exist(page: Path) -> None:
    """A path of the code or of the tests in the text is that of a file or a folder."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    named = set(re.findall(r"`([a-z_]+/[\w/]*(?:\.py|\.rst|/))`", text))
    places = (PACKAGE, REPOSITORY)

    assert named
    missing = [name for name in named if not any((place / name).exists() for place in places)]
    assert sorted(name for name in missing if "NAME" not in name) == []


# The picture of a terminal


def terminal_session() -> Any:
    """Return the script that draws docs/terminal.svg."""
    path = REPOSITORY / "docs" / "terminal_session.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts_of_picture(svg: str) -> list[str]:
    """Return the rows of text of a picture. Raises ParseError for an SVG that is not XML."""
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_lines_of_a_terminal_are_drawn_as_text() -> None:
    """What a terminal shows is in the picture: escaped, in rows of its width, without colors."""
    session = terminal_session()
    shown = session.plain_lines(
        "\x1b[1;31m<a & b>\x1b[0m\r\n\r\n" + "x" * (session.COLUMNS + 30) + "\r\n"
    )

    svg = session.render(["$ aws assume list", *shown])

    rows = texts_of_picture(svg)
    assert rows == ["$ aws assume list", "<a & b>", "x" * session.COLUMNS, "x" * 30]
    assert 'class="command"' in svg


def test_the_picture_shows_the_commands_of_its_script() -> None:
    """docs/terminal.svg is well-formed, shows the commands, and holds no secret and no path."""
    svg = TERMINAL.read_text(encoding="utf-8")
    rows = texts_of_picture(svg)
    typed = [row[2:] for row in rows if row.startswith("$ ")]

    assert typed == list(terminal_session().COMMANDS)
    assert "aws_secret_access_key" not in svg
    assert "SessionToken" not in svg
    assert not re.search(r"\b(?:AKIA|ASIA)[A-Z0-9]{8}|/(?:root|tmp|home)/", svg)


# Security


def test_every_promise_names_tests_that_exist() -> None:
    """Each promise of docs/security.md names the tests that hold it, and they are there."""
    text = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
    section = text.partition("## What we promise")[2].partition("\n## ")[0]
    held = re.findall(r"^\| .+ \| (.+) \|$", section, re.MULTILINE)[1:]
    missing = []
    for tests in held:
        named = re.findall(r"`(\S+\.py)::(test_\w+)`", tests)
        missing += [tests] if not named else []
        for path, name in named:
            file = REPOSITORY / "tests" / path
            if not file.exists() or f"def {name}(" not in file.read_text(encoding="utf-8"):
                missing.append(f"{path}::{name}")

    assert len(held) > 20
    assert missing == []


# Commands


@dataclass(frozen=True)
class Command:
    """A command line of the documentation, and where it stands."""

    page: Path
    words: tuple[str, ...]


def command_lines(page: Path) -> Iterator[str]:
    """Return the lines of a page's code blocks, continued lines as one."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".svg":
        yield from (row[2:] for row in texts_of_picture(text) if row.startswith("$ "))
    elif page.suffix == ".md":
        blocks = re.findall(r"^ *```console\n(.*?)^ *```$", text, re.S | re.M)
        lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
        yield from (line.strip()[2:] for line in lines if line.strip().startswith("$ "))
    else:
        lines = text.replace("\\\n", " ").splitlines()
        yield from (line.strip().removeprefix("$ ") for line in lines if line.startswith("    "))


def commands(name: str) -> list[Any]:
    """Return the command lines that run ``name``, alone or inside of ``$(…)`` or backquotes."""
    found = []
    start = re.compile(
        r"(?:^|.*\$\(|.*`)(?:[A-Z_]+=\S+ )*(?:\S*/)?" + re.escape(name) + r" (?P<rest>.*)"
    )
    for page in [*PAGES, TERMINAL, *HELP]:
        for line in command_lines(page):
            match = start.fullmatch(line)
            if match:
                rest = re.split(r" (?:2?>|\|)|\)\"?$|`\"$", match["rest"])[0]
                # What stands behind -- is another command's.
                words = tuple(shlex.split(rest.partition(" -- ")[0]))
                found.append(pytest.param(Command(page, words), id=f"{name_of(page)}:{rest}"))
    return found


@pytest.fixture
def driver(clean_env: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the CLI's own driver with the plugin, in a fresh HOME and folder."""
    folder = home / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[plugins]\nassume = awscli_assume\n")
    (home / "response.b64").write_text("PHNhbWw+")
    (home / "policy.json").write_text('{"Version": "2012-10-17", "Statement": []}')
    for name, value in clean_env.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(home)
    for holder, name, value in HOST_CACHES:
        monkeypatch.setattr(holder, name, value)
    return create_clidriver()


def test_there_are_commands_to_parse() -> None:
    """The commands are found at all."""
    assert len(commands("aws assume")) > 30
    assert len(commands("awscli-assume")) > 5


@pytest.mark.parametrize("command", commands("aws assume"))
def test_command_is_one_that_the_cli_takes(
    command: Command, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `aws assume …` of the documentation goes through the CLI's own parser."""
    parsed: list[Any] = []
    for one in verbs().values():
        monkeypatch.setattr(
            type(one), "_run_main", lambda self, args, parsed_globals: parsed.append(self) or 0
        )
    verb = command.words[0] if command.words[0] in verbs() else "assume"
    code = driver.main(["assume", *(word for word in command.words if word != "help")])

    options = driver.session.get_data("cli")["options"]
    known = {*option_names(verb), *(f"--{name}" for name in options)}

    assert code == 0
    assert [one.name for one in parsed] == [verb]
    # The parser takes abbreviations; the documentation does not.
    assert [word for word in command.words if word.startswith("--") and word not in known] == []


@pytest.mark.parametrize("command", commands("awscli-assume"))
def test_command_is_one_that_the_console_script_takes(command: Command) -> None:
    """Each `awscli-assume …` of the documentation is one of its verbs, with its options."""
    make_parser().parse_args(command.words)


# The help text


@pytest.mark.parametrize("page", HELP, ids=name_of)
def test_help_is_sound_restructured_text(page: Path) -> None:
    """The CLI renders the help by docutils, which must have nothing to complain of."""
    from docutils.core import publish_doctree

    publish_doctree(
        page.read_text(encoding="utf-8"), settings_overrides={"report_level": 1, "halt_level": 1}
    )
