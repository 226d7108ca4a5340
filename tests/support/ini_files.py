"""Config and credentials files as people's hands leave them, made by hypothesis.

Most files are *plain*: unusual to look at, and still what the CLI's writer can
follow. The *odd* ones hold what facts of the field say that it can't.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Optional

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

TARGETS = (
    "assumed-role", "default", "x y", "x  y z", "größe", "prod 東京", "a=b", "a:b", "#x", "Dev.1",
    "profile",
)  # fmt: skip
_OTHERS = ("alice", "bob smith", "größe-2", "assumed-role-2", "x")
_COMMENTS = (
    "# a comment", "; another", "#", "# region = us-east-1", ";aws_session_token : old",
    "# [profile assumed-role]", "; [default] = x", "# größe: 東京", "    # deeper = comment",
    "\t; deeper: [x]", "# see [this] = that", "", "", "   ",
)  # fmt: skip
_SETTINGS = (
    "region = eu-west-1", "output=json", "cli_pager =", "retry_mode: standard",
    "max_attempts   =   3", "endpoint_url = https://h:4566/a=b#c;d", "Cli_History : enabled",
    "s3 =\n    max_concurrent_requests = 20\n    addressing_style = path",
    "s3api=\n\tpayload_signing_enabled=true", "assume =\n  duration_seconds = 3600",
    "description = größe 東京 [x] # y", "ca_bundle : /a b/c",
)  # fmt: skip
_TEMPORARY = (
    "aws_access_key_id = ASIAOLDOLDOLDOLDOLD1", "aws_secret_access_key=old/secret+key=",
    "aws_session_token : old//token==",
)  # fmt: skip
_LONG_LIVED = ("aws_access_key_id = AKIAOLDOLDOLDOLDOLD1", "aws_secret_access_key = old/key=")
_OTHER_WAYS = (
    "role_arn = arn:aws:iam::123456789012:role/x", "web_identity_token_file = /x",
    "sso_session = x", "login_session = x", "credential_process = /bin/true",
)  # fmt: skip
_ROLE = "arn:aws:iam::123456789012:role/old"
_RECORDS = (
    f"assumed =\n    role-arn = {_ROLE}\n    role-session-name = old\n    source-profile = alice\n"
    '    target-region = eu-west-1\n    tags = {"a": "b"}',
    f"assumed =\n    role-arn = {_ROLE}",
    f"assumed=\n  role_arn: {_ROLE} = x\n  region = eu-west-1\n  source_profile = alice",
    f"ASSUMED :\n\trole-arn={_ROLE}",
    "assumed = by hand",
    "assumed =",
)
_ODD_RECORDS = (
    f"assumed =\n    role-arn = {_ROLE}\n    # a note\n    source-profile = alice",
    f"assumed =\n\n    role-arn = {_ROLE}\n\n    source-profile = alice\n",
    f"assumed =\n    role-arn = {_ROLE}\n        deeper = b",
    "assumed =\n    no key and no value",
    f"  assumed =\n    role-arn = {_ROLE}",
    "s3 =\n    assumed = x",
)
_ODD_LINES = (
    "  output = text", "REGION = us-west-2", "AWS_ACCESS_KEY_ID = ASIAUPPERUPPERUPPER1",
    "ca_bundle = /a\n    /b\n  /c", "aws_session_token = one\n  two\n  three", "# note\r",
    "region = eu-west-1\n  west", "s3 =\n    region = us-east-1", "# note\rregion = us-east-2",
    "s3 =\n    aws_access_key_id = x", "output = a\n\n  b", "no key and no value", "= no key",
    "region = eu-west-1\nregion = eu-west-1", "parameter =\n  no nested key", "region=",
    "aws_session_token", "# note\rjunk", "# note\u2028assumed = x", "output = a\x0bassumed = x",
)  # fmt: skip
_ODD_WHOLES: tuple[Callable[[str], str], ...] = (
    lambda text: "\ufeff" + text,
    lambda text: text + "[profile alice]\n[profile alice]\n",
    lambda text: text + "[DEFAULT]\noutput = text\n",
    lambda text: "output = text\n" + text,
    lambda text: text + "[profile default]\noutput = text\n",
    lambda text: text.replace("\n", "\r"),
    lambda text: text + "# the end",
    lambda text: "  " + text,
    lambda text: text + "# \udcff\n",  # a byte that is not UTF-8
)


@dataclass(frozen=True)
class Case:
    """Two files, None where one is missing, and the target profile to write.

    ``region`` None is a target whose region is left alone.
    """

    config: Optional[bytes]
    credentials: Optional[bytes]
    target: str = "dev"
    region: Optional[str] = None


@st.composite
def cases(draw: Draw) -> Case:
    """Return pairs of files with a target profile."""
    target = draw(st.sampled_from(TARGETS))
    return Case(
        config=draw(_files(target, is_config=True)),
        credentials=draw(_files(target, is_config=False)),
        target=target,
        region=draw(st.sampled_from((None, "eu-west-1", "us-gov-west-1"))),
    )


@st.composite
def _files(draw: Draw, target: str, is_config: bool) -> Optional[bytes]:
    kind = draw(st.sampled_from(("plain",) * 6 + ("odd",) * 6 + ("empty", "missing")))
    if kind in ("empty", "missing"):
        return b"" if kind == "empty" else None
    is_odd = kind == "odd"
    sections = draw(st.lists(_sections(is_config), max_size=3, unique_by=_header))
    if not draw(_one_in(4)):
        held = _target_section(target, is_config, is_odd)
        sections.insert(draw(st.integers(0, len(sections))), draw(held))
    text = "".join((*draw(_lines(_COMMENTS, 2)), *sections))
    if is_odd and draw(_one_in(4)):
        text = draw(st.sampled_from(_ODD_WHOLES))(text)
    if draw(_one_in(5)):
        text = text.rstrip("\n")
    if draw(_one_in(5)):
        text = re.sub("\r?\n", "\r\n", text)
    return text.encode("utf-8", "surrogateescape")


def _one_in(number: int) -> st.SearchStrategy[bool]:
    return st.integers(1, number).map(lambda drawn: drawn == number)


def _lines(population: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(
        st.sampled_from(population).map(lambda line: f"{line}\n"), max_size=most, unique_by=_key
    )


def _key(line: str) -> Any:
    name = re.split("[:=]", line)[0].strip().lower()
    return object() if not name or name[0] in "#;" else name


def _header(section: str) -> str:
    return section.partition("]")[0]


@st.composite
def _sections(draw: Draw, is_config: bool) -> str:
    """Return a section that is not the target's."""
    name = draw(st.sampled_from(_OTHERS))
    if not is_config:
        return f"[{name}]\n" + "".join(f"{line}\n" for line in _LONG_LIVED)
    shown = f"'{name}'" if " " in name else name
    headers = (f"[profile {shown}]", f'[profile "{name}"]', f"[{name}]", "[plugins]",
               f"[sso-session {name}]", f"[services {name}]",
               f"[profile {shown}] # why")  # fmt: skip
    body = (*draw(_lines(_SETTINGS + _OTHER_WAYS, 3)), *draw(_lines(_COMMENTS, 2)))
    return draw(st.sampled_from(headers)) + "\n" + "".join(body)


@st.composite
def _target_section(draw: Draw, target: str, is_config: bool, is_odd: bool) -> str:
    header = draw(st.sampled_from(_target_headers(target, is_config, is_odd)))
    body = [] if is_config else [f"{line}\n" for line in draw(_keys(is_odd))]
    if is_config:
        body += draw(_lines(_SETTINGS, 3))
        body += draw(_lines(_RECORDS + (_ODD_RECORDS if is_odd else ()), 1))
        body += draw(_lines(_OTHER_WAYS, 1)) if draw(_one_in(8)) else []
    body += draw(_lines(_ODD_LINES, 2)) if is_odd else []
    body = draw(st.permutations(body))
    for comment in draw(_lines(_COMMENTS, 3)):
        body.insert(draw(st.integers(0, len(body))), comment)
    return "".join((f"{header}\n", *body))


def _keys(is_odd: bool) -> st.SearchStrategy[tuple[str, ...]]:
    known = ((), _TEMPORARY, _LONG_LIVED, (*_TEMPORARY, "x_security_token_expires = old"))
    odd = (_LONG_LIVED, _TEMPORARY[:1], _TEMPORARY[2:], (*_TEMPORARY[:2], "aws_security_token=x"))
    return st.sampled_from((*known, *(odd if is_odd else ())))


def _target_headers(target: str, is_config: bool, is_odd: bool) -> tuple[str, ...]:
    """Return ways to write a target's header; the odd ones are not all read as such."""
    if not is_config:
        plain, prefix = f"[{target}]", ""
    elif target == "default":
        plain, prefix = "[default]", ""
    else:
        shown, prefix = f"'{target}'" if " " in target else target, "profile "
        plain = f"[profile {shown}]"
    inner = plain[1:-1]
    known = (plain, plain, plain, f"{plain} # [why] =", f"{plain}  ")
    if not is_odd:
        return known
    escaped = target.replace(" ", "\\ ")
    return (*known, f'[{prefix}"{target}"]', f"[ {inner} ]", f"[{inner} ]", f"  {plain}",
            f"[{prefix} {target}]", f"[{prefix}{escaped}]", plain.upper(), f"[{target}]",
            f"{plain}\n{plain}", f"[{inner}", f"[]\n{plain}", f'[{prefix}"{target}"]')  # fmt: skip
