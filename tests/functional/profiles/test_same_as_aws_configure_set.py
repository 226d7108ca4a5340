"""Our profile store against the CLI's own ``aws configure set``, file by file.

The oracle runs the real ConfigureSetCommand, key by key, and for our two
additions (the expiry and the record) the ConfigFileWriter that it uses; an
earlier record is taken out beforehand by code of this file. Where the CLI's own
parser then reads what was meant, our files have to be the same, byte for byte.
Else we have to refuse and leave both files as they were.

A section or a key that a file has twice is joined first, by the same function, whose result
is checked against Python's parser that lets the later one win; a backup is left beside it.

What we refuse although the CLI goes through with it, and why:

- a profile that is not ours to replace (profiles/ownership.py);
- a target that two sections of the config file claim, for one shadows the other;
- a target section that is new in a file with a ``[DEFAULT]`` section, for it
  would not hold what was meant but the keys of that section too.

And what only we write: targets called ``plugins`` and ``preview``, whose region
``aws configure set`` puts into the section of that name. None is among TARGETS.
"""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from configparser import DuplicateOptionError, DuplicateSectionError, RawConfigParser
from contextlib import suppress
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Mapping, Optional
from unittest import mock

import pytest
from awscli.customizations.configure import profile_to_section
from awscli.customizations.configure.set import ConfigureSetCommand
from awscli.customizations.configure.writer import ConfigFileWriter
from botocore.configloader import build_profile_map, raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import HealthCheck, event, given, settings

from awscli_assume.errors import ForeignProfile, UnusableFile
from awscli_assume.files.repair import join_duplicates
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.target import Target, write_targets
from awscli_assume.profiles.writer import sections
from support.ini_files import Case, cases

EXAMPLES = 800
# Ours flushes four times a case; a disk would make minutes of that.
MEMORY = next(filter(os.path.isdir, ["/dev/shm"]), None)
KEYS = {
    "aws_access_key_id": "ASIANEWNEWNEWNEWNEW1",
    "aws_secret_access_key": "new/secret+key=",
    "aws_session_token": "new//token==",
}
MARKS = {
    "x_security_token_expires": "2026-11-23T10:00:00Z",
    "x_principal_arn": "arn:aws:sts::123456789012:assumed-role/new/s",
    "x_principal_id": "AROANEW:s",
    "x_principal_access_key_id": KEYS["aws_access_key_id"],
}
BLOCK = {
    "role-arn": "arn:aws:iam::123456789012:role/new",
    "role-session-name": "{profile}-größe",
    "source-profile": "bob smith",
    "duration-seconds": "3600",
}
WRITTEN, FOREIGN = "written", "foreign"
UNREADABLE, MISREAD = "unreadable before", "misread after"


class Pair:
    """The config file and the credentials file of one HOME, which nobody wrote lately."""

    def __init__(self, folder: Path, case: Case) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.config = folder / "config"
        self.credentials = folder / "credentials"
        for path, content in ((self.config, case.config), (self.credentials, case.credentials)):
            if content is not None:
                path.touch(mode=0o600)
                path.write_bytes(content)
                os.utime(path, (1_700_000_000, 1_700_000_000))

    def contents(self) -> dict[str, bytes]:
        """Return every file in the folder but locks."""
        return {p.name: p.read_bytes() for p in self.folder.iterdir() if p.suffix != ".lock"}


def read(path: Path) -> dict[str, Any]:
    """Return a file's sections as the CLI reads them."""
    return raw_config_parse(str(path)) if path.exists() else {}


def sections_of(config: Mapping[str, Any], profile: str) -> list[str]:
    """Return the sections of a config file that are read as a profile."""
    return [name for name in config if profile in build_profile_map({name: {}})["profiles"]]


def without_key(text: str, section: str, key: str) -> str:
    """Return a text without the lines that the parser needs for a key of a section.

    A line is one of those where the parser, given the text up to it, reads
    another value than without it; so comments and blank lines stay.
    """
    kept, seen, value = [], "", None
    for line in io.StringIO(text, newline=""):
        seen += line.rstrip("\r\n") + "\n"
        parser = RawConfigParser()
        parser.read_string(seen)
        now = parser.get(section, key, fallback=None)
        if now == value:
            kept.append(line)
        value = now
    return "".join(kept)


def remove_earlier_block(path: Path, target: str) -> None:
    """Take the earlier record out of the one section that is the target's."""
    for section in sections_of(read(path), target):
        if "assumed" in read(path)[section]:
            text = without_key(path.read_bytes().decode(), section, "assumed")
            path.write_bytes(text.encode())


def remove_shadowing_keys(pair: Pair, case: Case) -> None:
    """Take out of the target what the CLI would read in place of what was written."""
    shadowing = ["aws_security_token", "aws_account_id", "credential_process"]
    shadowing += ["region"] if case.region is not None else []
    targets = [(pair.credentials, case.target, shadowing)]
    targets += [
        (pair.config, section, ["aws_security_token"])
        for section in sections_of(read(pair.config), case.target)
    ]
    for path, section, keys in targets:
        for key in keys:
            if key in {name.lower() for name in read(path)[section]}:
                path.write_bytes(without_key(path.read_bytes().decode(), section, key).encode())


def join_what_is_twice(path: Path) -> None:
    """Join the duplicates that alone keep the CLI from reading a file."""
    try:
        read(path)
    except ConfigParseError as error:
        cause = error.__cause__ or error.__context__
        if not isinstance(cause, (DuplicateSectionError, DuplicateOptionError)):
            return
        before = path.read_bytes()
        joined = join_duplicates(before.decode()).text.encode()
        path.write_bytes(joined)
        try:
            read(path)
        except ConfigParseError:
            path.write_bytes(before)
            return
        assert values_of(joined, strict=True) == values_of(before, strict=False)


def values_of(content: bytes, strict: bool) -> dict[str, dict[str, str]]:
    """Return the sections as Python's parser reads them; not strict, the later value wins."""
    parser = RawConfigParser(strict=strict)
    parser.read_string(re.sub(r"\r\n?", "\n", content.decode()))
    return {name: dict(parser[name]) for name in parser.sections()}


def configure_set(pair: Pair, case: Case) -> None:
    """Do what a user could do with ``aws configure set``, and our two additions."""
    paths = {"config_file": str(pair.config), "credentials_file": str(pair.credentials)}
    session = SimpleNamespace(profile=case.target, get_config_variable=paths.get)
    command = ConfigureSetCommand(session)

    def set_key(name: str, value: str) -> None:
        command._run_main(SimpleNamespace(varname=name, value=value), None)

    if case.region is not None:
        set_key("region", case.region)
    section = "default" if case.target == "default" else profile_to_section(case.target)
    ConfigFileWriter().update_config(
        {"__section__": section, "assumed": dict(BLOCK)}, paths["config_file"]
    )
    for name, value in KEYS.items():
        set_key(name, value)
    for name, value in MARKS.items():
        ConfigFileWriter().update_config(
            {"__section__": case.target, name: value}, paths["credentials_file"]
        )


def is_meant(before: tuple[Any, Any], after: tuple[Any, Any], case: Case) -> bool:
    """Return whether our values are in the target, alone, and all else is as it was."""
    claimants = sections_of(after[0], case.target)
    if len(claimants) != 1:
        return False
    section = claimants[0]
    region = {} if case.region is None else {"region": case.region}
    config = {**before[0].get(section, {}), **region, "assumed": BLOCK}
    credentials = {**before[1].get(case.target, {}), **KEYS, **MARKS}
    return after == ({**before[0], section: config}, {**before[1], case.target: credentials})


def is_foreign(profile: Mapping[str, Any]) -> bool:
    """Return whether a profile holds what is not ours (profiles/ownership.py)."""
    ways = ("role_arn", "web_identity_token_file", "login_session", "credential_process")
    if any(key in ways or key.startswith("sso_") for key in profile):
        return True
    key_id = profile.get("aws_access_key_id")
    has_token = profile.get("aws_session_token") or profile.get("aws_security_token")
    has_keys = key_id is not None or "aws_secret_access_key" in profile
    return has_keys and (not has_token or str(key_id).startswith("AKIA"))


def ask_oracle(pair: Pair, case: Case) -> str:
    """Return what has to become of a case; where it is WRITTEN, ``pair`` then holds how."""
    try:
        before = read(pair.config), read(pair.credentials)
    except ConfigParseError:
        return UNREADABLE
    # The writer of all versions up to 2.38.5 stumbles over its own variable
    # where nothing follows a nested block.
    with suppress(ConfigParseError, UnboundLocalError):
        remove_earlier_block(pair.config, case.target)
        configure_set(pair, case)
        if is_meant(before, (read(pair.config), read(pair.credentials)), case):
            profile = build_profile_map(before[0])["profiles"].get(case.target, {})
            merged = {**profile, **before[1].get(case.target, {})}
            if is_foreign(merged):
                return FOREIGN
            remove_shadowing_keys(pair, case)
            return WRITTEN
    return MISREAD


def write_ours(pair: Pair, case: Case) -> None:
    """Write the same with our store."""
    target = Target(
        name=case.target,
        credentials=TemporaryCredentials(
            *KEYS.values(),
            expiration=datetime(2026, 11, 23, 10, tzinfo=timezone.utc),
            assumed_role_arn="arn:aws:sts::123456789012:assumed-role/new/s",
            assumed_role_id="AROANEW:s",
        ),
        record=Record(
            BLOCK["role-arn"],
            BLOCK["role-session-name"],
            BLOCK["source-profile"],
            options=(("duration-seconds", BLOCK["duration-seconds"]),),
        ),
        region=case.region,
    )
    write_targets(ProfileFiles(str(pair.config), str(pair.credentials)), [target])


def compare(case: Case, small_bytes: int) -> str:
    """Hold ours against the oracle's and return what the oracle says.

    ``small_bytes`` 0 has every file cut at its sections, as large ones are. What
    makes a file unreadable in a section that is none of ours may then be left
    as it is: the CLI itself would not have come to our code.
    """
    with TemporaryDirectory(dir=MEMORY) as folder:
        theirs, ours = Pair(Path(folder, "theirs"), case), Pair(Path(folder, "ours"), case)
        before = ours.contents()
        join_what_is_twice(theirs.config)
        join_what_is_twice(theirs.credentials)
        joined = theirs.contents()
        verdict = ask_oracle(theirs, case)
        with mock.patch.object(sections, "SMALL_BYTES", small_bytes):
            outcome = write_or_refuse(ours, case)
        found = ours.contents()
        repaired = {name: content for name, content in joined.items() if content != before[name]}
        if (
            not small_bytes
            and outcome == WRITTEN
            and (verdict == UNREADABLE or (repaired and found.keys() == before.keys()))
        ):
            return verdict

        allowed = (verdict,) if verdict in (WRITTEN, FOREIGN) else (MISREAD, FOREIGN)
        assert outcome in allowed, f"the oracle says: {verdict}"
        backups = {name.partition(".before-repair-")[0]: name for name in found if "." in name}
        assert {name: found.pop(backup) for name, backup in backups.items()} == {
            name: before[name] for name in backups
        }
        if outcome == WRITTEN:
            assert found == theirs.contents()
            assert backups.keys() == repaired.keys()
        else:
            # A repair of one file stays when the other one is refused.
            assert backups.keys() <= repaired.keys()
            assert found == {**before, **{name: repaired[name] for name in backups}}
    return verdict


def write_or_refuse(pair: Pair, case: Case) -> str:
    """Write with our store and return what came of it."""
    try:
        write_ours(pair, case)
    except ForeignProfile:
        return FOREIGN
    except UnusableFile:
        return MISREAD
    return WRITTEN


@cache
def compare_generated(small_bytes: int) -> dict[Case, str]:
    """Compare the generated pairs, once, and answer the verdict on each."""
    verdicts: dict[Case, str] = {}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(cases())
    def check(case: Case) -> None:
        verdicts[case] = compare(case, small_bytes)
        event(verdicts[case])

    check()
    return verdicts


@pytest.mark.parametrize("small_bytes", [sections.SMALL_BYTES, 0])
def test_ours_are_the_bytes_of_aws_configure_set(small_bytes: int) -> None:
    """Whatever the files hold, ours is what the CLI writes, or a refusal without a trace."""
    verdicts = compare_generated(small_bytes)

    assert len(verdicts) >= 500


def test_the_generated_files_are_of_every_kind() -> None:
    """The comparison is no empty one: every verdict is there in numbers."""
    counts = Counter(compare_generated(sections.SMALL_BYTES).values())

    assert counts[WRITTEN] >= 0.2 * sum(counts.values())
    for verdict in (FOREIGN, UNREADABLE, MISREAD):
        assert counts[verdict] >= 20, counts


OLD = """aws_access_key_id = ASIAOLDOLDOLDOLDOLD1
aws_secret_access_key = old/secret+key=
aws_session_token = old//token==
"""
LONG_LIVED = "[dev]\naws_access_key_id = AKIAOLDOLDOLDOLDOLD1\naws_secret_access_key = old\n"
RECORD = "assumed =\n    role-arn = arn:aws:iam::123456789012:role/old\n    tags = {}\n"


def _case(
    label: str,
    verdict: str,
    config: Optional[str] = None,
    credentials: Optional[str] = None,
    target: str = "dev",
    **options: Any,
) -> Any:
    files = [
        None if text is None else text.encode("utf-8", "surrogateescape")
        for text in (config, credentials)
    ]
    return pytest.param(Case(*files, target, "eu-west-1"), verdict, id=label, **options)


@pytest.mark.parametrize("small_bytes", [sections.SMALL_BYTES, 0])
@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        _case("both missing", WRITTEN),
        _case("both empty", WRITTEN, "", ""),
        _case("no newline at the end", WRITTEN, "[profile dev]\na = b", f"[dev]\n{OLD[:-1]}"),
        _case("a comment without a newline at the end", MISREAD, "[profile dev]\na = b\n# end"),
        _case("CRLF", WRITTEN, "[profile dev]\r\na = b\r\n\r\n[x]\r\n", "[x]\r\n"),
        _case("a lone CR in a comment of another section", WRITTEN, "[x]\n# a\rb = c\n"),
        _case("a lone CR, text after it", UNREADABLE, "[x]\n# a\rb\n"),
        _case("a byte-order mark", UNREADABLE, None, f"\ufeff[dev]\n{OLD}"),
        _case("not UTF-8", UNREADABLE, "[profile dev]\n# \udcff\n", f"[dev]\n{OLD}"),
        _case("a key twice", WRITTEN, "[profile dev]\noutput = a\noutput = b\n"),
        _case("a section twice", WRITTEN, None, f"[dev]\n{OLD}[dev]\n"),
        _case("two secrets", UNREADABLE, None, f"[dev]\n{OLD}[dev]\naws_session_token = x\n"),
        _case("a section twice, a broken line", UNREADABLE, None, f"[x]\n[x]\n[dev]\n{OLD}junk\n"),
        _case("an upper-case key", MISREAD, None, f"[dev]\n{OLD}".replace("aws_s", "AWS_S")),
        _case("an indented header, at the top", MISREAD, None, f"  [dev]\n{OLD}"),
        _case("an indented header, below a value", WRITTEN, None, f"[x]\na = b\n  [dev]\n{OLD}"),
        _case("blanks in a header: another name", WRITTEN, None, f"[ dev ]\n{OLD}"),
        _case("a blank in a header: the same name", MISREAD, "[profile dev ]\noutput = text\n"),
        _case("two blanks in a header", MISREAD, "[profile  dev]\noutput = text\n"),
        _case("a comment beside the header", WRITTEN, "[profile dev] # why\noutput = text\n"),
        _case("a bare section of the name", WRITTEN, "[dev]\nrole_arn = x\n"),
        _case("an old value of several lines", MISREAD, None, f"[dev]\n{OLD}  more\n"),
        _case("others' value of several lines", WRITTEN, None, f"[x]\na = b\n  c\n[dev]\n{OLD}"),
        _case("a nested key of the same name", MISREAD, "[profile dev]\ns3 =\n  region = x\n"),
        _case("nested blocks", WRITTEN, "[profile dev]\ns3 =\n  a = b\nassume =\n  c = d\n[x]\n"),
        _case("a key without a value", UNREADABLE, "[profile dev]\nregion\n"),
        _case("only [profile default]", MISREAD, "[profile default]\na = b\n", None, "default"),
        _case("both defaults", MISREAD, "[default]\n[profile default]\n", None, "default"),
        _case("the default", WRITTEN, "[default]\na = b\n", f"[default]\n{OLD}", "default"),
        _case("[DEFAULT] and a new section", MISREAD, "[DEFAULT]\noutput = text\n"),
        _case("[DEFAULT] and an old section", WRITTEN, "[DEFAULT]\na = b\n[profile dev]\nc = d\n"),
        _case("double quotes and a blank", MISREAD, '[profile "x y"]\na = b\n', None, "x y"),
        _case("single quotes and a blank", WRITTEN, "[profile 'x y']\na = b\n", None, "x y"),
        _case("half a quoted name", MISREAD, None, f'[x "y"]\n{OLD}', "x y"),
        _case("an earlier record", WRITTEN, f"[profile dev]\n# a\n{RECORD}# b\n\nregion = x\n"),
        _case("an earlier record at the end", WRITTEN, f"[profile dev]\nregion = x\n{RECORD}"),
        _case("a deeper comment below a record", WRITTEN,
              f"[profile dev]\n{RECORD}        # a: b\n[x]\n"),
        _case("CRLF, and a record", WRITTEN,
              f"[profile dev]\n{RECORD}\n[x]\n".replace("\n", "\r\n")),
        _case("a nested key called assumed", MISREAD, "[profile dev]\ns3 =\n  assumed = x\n"),
        _case("temporary keys", WRITTEN, None, f"[dev]\n# a\n{OLD}\n# b\n[x]\n"),
        _case("long-lived keys", FOREIGN, None, LONG_LIVED),
        _case("long-lived keys, a token", FOREIGN, None, f"{LONG_LIVED}aws_session_token = x\n"),
        _case("a role of its own", FOREIGN, "[profile dev]\nrole_arn = x\n", f"[dev]\n{OLD}"),
        _case("one sound file of two", MISREAD, "[profile dev]\na = b\n", f"[dev]\n{OLD}  more\n"),
        _case("quotes without need", WRITTEN, '[profile "dev"]\na = b\n'),
        _case("quotes and a record", WRITTEN, f'[profile "dev"]\n{RECORD}'),
        _case("quotes, empty record", WRITTEN, '[profile "dev"]\nassumed =\n'),
        _case("a backslash and a blank", MISREAD, "[profile x\\ y]\na = b\n", None, "x y"),
        _case("a line separator in a comment", WRITTEN,
              "[profile dev]\n# a\u2028assumed = x\n# b\n" + RECORD),
        _case("a line separator in a value", WRITTEN,
              "[profile dev]\na = b\x0bassumed = x\n"),
        _case("a comment in the record", WRITTEN,
              f"[profile dev]\n{RECORD}    # a\n    x = y\n"),
        _case("a blank line in the record", WRITTEN,
              "[profile dev]\nassumed =\n\n    role-arn = x\n"),
        _case("a record below a header that is a value", WRITTEN,
              f"[profile x]\na = b\n  [default]\n{RECORD}", None, "default"),
    ],
)  # fmt: skip
def test_ours_follows_the_cli_on(small_bytes: int, case: Case, verdict: str) -> None:
    """Files that are known to be nasty, one by one, with the verdict that a user expects."""
    assert compare(case, small_bytes) == verdict
