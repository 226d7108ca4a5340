"""What an edit would change: the right lines, no secret, and no trace."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.errors import UnusableFile
from awscli_assume.files.masking import mask
from awscli_assume.model.arns import Role
from awscli_assume.profiles.writer.diff import preview, unknown_credentials
from awscli_assume.profiles.writer.store import FileEdit
from awscli_assume.profiles.writer.verify import SectionEdit

LONG_AGO = 1_700_000_000
SECRET_KEYS = (
    "aws_secret_access_key", "aws_session_token", "aws_security_token", "AWS_SECRET_ACCESS_KEY",
    "x_password", "client_secret", "Password",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws_secret_access_key = S3cret", ["aws_secret_access_key = ****"]),
        ("aws_secret_access_key=S3cret", ["aws_secret_access_key=****"]),
        ("aws_session_token : S3cret", ["aws_session_token : ****"]),
        ("  aws_session_token\t=\tS3cret", ["  aws_session_token\t=\t****"]),
        ("AWS_SECRET_ACCESS_KEY = S3cret", ["AWS_SECRET_ACCESS_KEY = ****"]),
        ("# aws_secret_access_key = S3cret", ["# aws_secret_access_key = ****"]),
        (";aws_session_token=S3cret", [";aws_session_token=****"]),
        ("aws_session_token = S3cret(new)", ["aws_session_token = ****"]),
        ("aws_session_token = (new)", ["aws_session_token = (new)"]),
        ("aws_access_key_id = AKIAABCDEFGHIJKLMNOP", ["aws_access_key_id = ****MNOP"]),
        ("#aws_access_key_id = AKIAABCDEFGHIJKLMNOP", ["#aws_access_key_id = ****MNOP"]),
        ("x_principal_access_key_id = ASIAABCD", ["x_principal_access_key_id = ****ABCD"]),
        ("aws_access_key_id = (new)", ["aws_access_key_id = (new)"]),
        ("x_security_token_expires = 2026", ["x_security_token_expires = 2026"]),
        ("region = eu-west-1\r\n[x]\r\n", ["region = eu-west-1", "[x]"]),
    ],
)  # fmt: skip
def test_secrets_are_masked(text: str, expected: list[str]) -> None:
    """Values of secret keys are stars, of access key ids four characters are left."""
    assert mask(text) == expected


def test_value_of_several_lines_is_masked_to_its_end() -> None:
    """Blank lines and comments do not end a value; a line that is not indented does."""
    text = (
        "aws_secret_access_key = a\n  S3cret1\n# note\n\n  S3cret2\n\t; S3cret3\nregion = x\n  y\n"
    )
    lines = mask(text)

    assert "S3cret" not in "".join(lines)
    assert lines[2:4] == ["# note", ""]
    assert lines[-2:] == ["region = x", "  y"]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.sampled_from(SECRET_KEYS),
                st.sampled_from(("=", " = ", ":", " : ", "\t=")),
                st.lists(st.sampled_from(("  S3CRET", "\tS3CRET x=y", "# note", "")), max_size=4),
            ),
            st.sampled_from(("region = x", "[section]", "# note", "", "s3 =\n  a = b")),
        ),
        max_size=8,
    )
)
def test_property_no_secret_is_left(parts: list[object]) -> None:
    """However keys, values and comments stand, no part of a secret's value is shown."""
    lines = []
    for part in parts:
        if isinstance(part, tuple):
            key, sign, rest = part
            lines += [f"{key}{sign}S3CRET", *rest]
        else:
            lines.append(str(part))

    assert "S3CRET" not in "\n".join(mask("\n".join(lines)))
    assert len(mask("\n".join(lines))) == len("\n".join(lines).splitlines())


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """Return a credentials file that nobody wrote lately."""
    path = tmp_path / "credentials"
    path.write_text("[a]\naws_secret_access_key = S3cret\n[dev]\nx = 1\n")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_lines_of_a_change(credentials: Path) -> None:
    """Added and removed lines are shown with their file, and the file stays as it is."""
    before = credentials.read_bytes()
    edit = SectionEdit("dev", [("aws_secret_access_key", "(new)")], removals=["x"])
    (diff,) = preview([FileEdit(str(credentials), [edit])])

    assert diff.path == str(credentials)
    assert diff.lines[0] == f"--- {credentials}"
    assert [line for line in diff.lines[3:] if line[0] != " "] == [
        "-x = 1", "+aws_secret_access_key = (new)",
    ]  # fmt: skip
    assert "S3cret" not in "".join(diff.lines)
    assert credentials.read_bytes() == before
    assert os.stat(credentials).st_mtime == LONG_AGO
    assert os.listdir(credentials.parent) == ["credentials"]


def test_no_change_has_no_lines(credentials: Path) -> None:
    """What would stay as it is has no diff."""
    (diff,) = preview([FileEdit(str(credentials), [SectionEdit("dev", [("x", "1")])])])

    assert diff.lines == ()


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A first run is shown without making the folder."""
    path = tmp_path / "new" / "credentials"
    (diff,) = preview([FileEdit(str(path), [SectionEdit("dev", [("x", "1")])])])

    assert list(diff.lines[3:]) == ["+[dev]", "+x = 1"]
    assert os.listdir(tmp_path) == []


def test_damage_is_refused_as_by_the_edit_itself(credentials: Path) -> None:
    """A file that the CLI's writer would damage is an error of a dry run, too."""
    credentials.write_text("[dev]\nx = 1\n[dev]\n")
    os.utime(credentials, (LONG_AGO, LONG_AGO))

    with pytest.raises(UnusableFile, match="credentials"):
        preview([FileEdit(str(credentials), [SectionEdit("dev", [("x", "2")])])])


def test_credentials_that_nobody_has_yet() -> None:
    """What only STS can tell is a placeholder; the session's ARN is as far as it is known."""
    moment = datetime(2026, 11, 24, 11, 0, tzinfo=timezone.utc)
    known = unknown_credentials(Role("r", "/", "123456789012", "aws-cn"), "s", moment)
    unknown = unknown_credentials(Role("r"), "s", moment)

    assert known.secret_access_key == known.session_token == known.access_key_id == "(new)"
    assert known.assumed_role_arn == "arn:aws-cn:sts::123456789012:assumed-role/r/s"
    assert "ACCOUNT" in unknown.assumed_role_arn
