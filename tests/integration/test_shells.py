"""Real shells read what is printed for them: every value comes back, and nothing acts."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.model.credentials import SessionCredentials
from awscli_assume.outputs.export_formats import FORMATS, render
from awscli_assume.outputs.summary import export_line
from support.hosts import get_host
from support.person import Person
from support.shells import DEBIAN_PACKAGES, READERS, READERS_OF, find_shell, read_by

EXPIRATION = datetime(2099, 11, 23, 10, 0, tzinfo=timezone.utc)
NASTY = [
    "plain", "IQoJb3JpZ2luX2VjEAAa/+==", "'", '"', "''", '""', "it's", 'say "x"', "'quoted'",
    '"quoted"', "a'\"'b", "$HOME", "${HOME}", "$(touch PWNED)", "`touch PWNED`", "';touch PWNED;'",
    '";touch PWNED;"', "\\'; touch PWNED; '", "(touch PWNED)", "; touch PWNED", "& touch PWNED",
    "&& touch PWNED", "| touch PWNED", "> PWNED", "a > PWNED", "\\", "\\\\", "a\\", "\\'", '\\"',
    "\\n", "a\\nb\\tc", "\\x41\\u0041\\0101", "!", "!!", "a!b", "wow!'", "\\!", "!touch", "^a^b",
    "*", "?", "[a-z]*", "{a,b}", "~", "~root", "a:~", "#", "#x", "a #b", ";", "&", "|", "%",
    "%self", "%HOME%", "%s%d", "-x", "--", "-n", " ", " lead", "trail ", "a  b", "=ls", "==",
    "a:=ls", "a=b", "@", "@x", "é", "日本語", "😀", "\u2018q\u2019", "\u00a0", "e\u0301",
    "x" * 4096, "'" * 600, "\\!' " * 300,
]  # fmt: skip
# Whatever a value can be: no control characters, no line ends, nothing that is no text.
TEXT = st.text(
    st.one_of(
        st.sampled_from("'\"\\!$`~#*?[]{}()<>|&;%^=:-+,@ abn0/"),
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
    ),
    min_size=1,
    max_size=12,
)
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
# The formats and who reads them.
SHELL_FORMATS = [
    (format_name, reader)
    for format_name, shell in [("env", "sh"), ("fish", "fish"), ("csh", "csh")]
    for reader in READERS_OF[shell]
]
PROFILE_LINES = [
    (reader, f"/bin/{READERS[reader].shell}") for reader in READERS if "source" not in reader
]


def credentials_of(values: tuple[str, ...]) -> tuple[SessionCredentials, Optional[str]]:
    """Return credentials and a region that are made of four values."""
    return SessionCredentials(*values[:3], EXPIRATION), values[3]


def in_fours(values: list[str]) -> list[tuple[str, ...]]:
    padded = values + ["x"] * (-len(values) % 4)
    return [tuple(padded[i : i + 4]) for i in range(0, len(padded), 4)]


def expected(values: tuple[str, ...]) -> dict[str, str]:
    return {
        **dict(zip(NAMES, values)),
        "AWS_DEFAULT_REGION": values[3],
        "AWS_CREDENTIAL_EXPIRATION": "2099-11-23T10:00:00Z",
    }


def of_aws(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("AWS_")}


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@pytest.mark.parametrize(("format_name", "reader"), SHELL_FORMATS)
def test_values_come_back_from_a_shell(format_name: str, reader: str, locale: str) -> None:
    """A shell that reads the text exports every value byte for byte, and runs nothing."""
    for values in in_fours(NASTY):
        environment, _ = read_by(
            reader, render(format_name, *credentials_of(values)), locale=locale
        )

        assert of_aws(environment) == expected(values)


@pytest.mark.parametrize(("format_name", "reader"), SHELL_FORMATS)
@given(values=st.tuples(TEXT, TEXT, TEXT, TEXT))
@settings(max_examples=12)
def test_any_values_come_back_from_a_shell(
    format_name: str, reader: str, values: tuple[str, ...]
) -> None:
    """Whatever the values are, a shell exports them byte for byte, and runs nothing."""
    environment, _ = read_by(reader, render(format_name, *credentials_of(values)))

    assert of_aws(environment) == expected(values)


@pytest.mark.parametrize("reader", READERS_OF["sh"])
def test_variables_that_are_not_exported(reader: str) -> None:
    """The format env-no-export sets variables of the shell that no child process sees."""
    for values in in_fours(NASTY):
        text = render("env-no-export", *credentials_of(values))
        environment, own = read_by(reader, text, NAMES)

        assert own == list(values)
        assert of_aws(environment) == {}


@pytest.mark.parametrize(("reader", "shell"), PROFILE_LINES)
def test_profiles_come_back_from_a_shell(reader: str, shell: str) -> None:
    """The line that a user is given makes a profile of any name the current one."""
    for profile in NASTY:
        line = export_line(profile, {"SHELL": shell, "AWS_DEFAULT_PROFILE": "default"})
        environment, _ = read_by(reader, line + "\n")

        assert of_aws(environment) == {"AWS_PROFILE": profile, "AWS_DEFAULT_PROFILE": profile}


@pytest.mark.parametrize("required", [True, False])
def test_a_missing_shell_is_no_silent_gap(
    required: bool, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    """A missing shell skips with the package to install, and fails where shells are required."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWSCLI_ASSUME_REQUIRE_SHELLS", "1" if required else "")
    outcome = pytest.fail.Exception if required else pytest.skip.Exception

    for name, package in DEBIAN_PACKAGES.items():
        with pytest.raises(outcome, match=f"{name} is missing.*apt-get install {package}"):
            find_shell(name)


# The official command


def test_the_text_is_that_of_the_official_command(home: Path, clean_env: dict[str, str]) -> None:
    """Ordinary values are printed as aws configure export-credentials prints them."""
    credentials = SessionCredentials("ASIAEXAMPLE", "s3cr3t/+", "IQoJ/+a==", EXPIRATION)
    person = Person(get_host("v2-2.38.5"), home, "", clean_env)
    keys = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "AWS_CREDENTIAL_EXPIRATION": "2099-11-23T10:00:00Z",
    }
    official = {
        # The official command has botocore's spelling of a time, ours is STS's.
        name: person.aws(
            "configure", "export-credentials", "--format", name, env=keys
        ).stdout.replace("+00:00", "Z")
        for name in list(FORMATS)[:6]
    }
    # There, quotes that let $ act, and none: here, quotes that let nothing act.
    official["powershell"] = official["powershell"].replace('"', "'")
    official["windows-cmd"] = re.sub(
        "^set (.*)$", r'set "\1"', official["windows-cmd"], flags=re.M
    )

    assert {name: render(name, credentials, None) for name in official} == official
