"""With an agent's variable and the setting, no verb and no cache hands out a wider session.

The scripted STS returns other keys for a session without the scope, so a wider one is recognized
wherever it appears.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import pytest

from awscli_assume.model.coding_agents import CODING_AGENTS
from support.federation_stub import FederationStub
from support.sts_stub import ACCOUNT, ROLE_ARN, assume_role_answer, root_answer

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
WIDE, NARROW, CHAIN = "ASIAWIDEWIDEWIDEWIDE", "ASIANARROWNARROWNARR", "ASIACHAINCHAINCHAIN1"
ROLE = ("--role-arn", ROLE_ARN)
ADMIN = f"[profile admin]\nrole_arn = {ROLE_ARN}\nregion = us-east-1\n"
NOTE = "[NOTE]: the session is narrowed to read-only: CLAUDECODE is set"


def answer(parameters: dict[str, str]) -> Any:
    """Return keys that tell whether the session has the scope."""
    if parameters["Action"] == "AssumeRoot":
        return root_answer()
    if parameters["Action"] not in ("AssumeRole", "AssumeRoleWithWebIdentity"):
        return None
    key = NARROW if parameters.get("PolicyArns.member.1.arn") == READ_ONLY else WIDE
    if "sts:SetSourceIdentity" in parameters.get("Policy", ""):
        key = CHAIN
    name, operation = parameters["RoleSessionName"], parameters["Action"]
    role = parameters["RoleArn"]
    return assume_role_answer(role, name, access_key_id=key, operation=operation)


@pytest.fixture
def person(aws: Any, home: Path) -> Any:
    """Return the driver of a user with the setting, a role's profile and a token file."""
    aws.stub.script = answer
    (home / "token").write_text("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
    aws.add_config(ADMIN + "source_profile = default\n")
    done = aws("configure", "set", "assume.agent_scope", "read-only")
    assert done.code == 0
    return aws


@pytest.fixture
def federation(person: Any) -> Iterator[FederationStub]:
    """Return the sign-in of the console."""
    with FederationStub() as stub:
        person.set_variable("AWS_ENDPOINT_URL_SIGNIN", stub.url)
        yield stub


@pytest.fixture
def as_agent(person: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs a command as a coding agent does."""

    def run(*words: str) -> Any:
        with monkeypatch.context() as patched:
            patched.setenv("CLAUDECODE", "1")
            before = len(person.stub.requests)
            done = person(*words)
            for request in person.stub.requests[before:]:
                if request["Action"].startswith("AssumeRole"):
                    assert request["RoleSessionName"].startswith("agent-")
            return done

    return run


def handed_out(person: Any, done: Any, children: Sequence[object]) -> set[str]:
    """Return the access keys that a command has printed, written, cached or given to others."""
    texts = [done.out, done.err, *map(json.dumps, children)]
    folder = person.config.parent / "cli" / "cache" / "assume-sessions"
    texts += [one.read_text() for one in (person.credentials, *folder.glob("*")) if one.is_file()]
    return {key for key in (WIDE, NARROW, CHAIN) if any(key in text for text in texts)}


EACH = ("--accounts", ACCOUNT, "--write-profiles", "each")
WEB = ("--web-identity-token-file", "token")
# Each command gets the session of a role. Nothing was cached before.
NARROWED = [
    ("assume", *ROLE),
    ("assume", "--role-name", "my-iam-role"),
    ("assume", "admin"),
    ("assume", "--profile", "admin"),
    ("assume", *ROLE, "--scope", "none"),
    ("assume", *ROLE, "--read-only"),
    ("assume", *ROLE, "--role-session-name", "alice"),
    ("assume", *ROLE, "--auto-refresh"),
    ("assume", *ROLE, "--min-ttl", "60"),
    ("assume", *ROLE, "--via", "one", "--via", "two"),
    ("assume", *ROLE, *WEB),
    ("export", *ROLE),
    ("export", "--profile", "admin"),
    ("export", "admin", "--scope", "none"),
    ("export", *ROLE, *WEB),
    ("exec", *ROLE, "--", "true"),
    ("exec", "--profile", "admin", "--", "true"),
    ("exec", "--auto-refresh", *ROLE, "--", "true"),
    ("each", "my-iam-role", *EACH),
    ("each", "my-iam-role", *EACH, "--as", "auto-refresh"),
    ("each", "--accounts", "profiles:admin", "--write-profiles", "each"),
    ("console", *ROLE, "--no-browser"),
    ("console", "--profile", "admin", "--no-browser"),
]


def words_of(command: tuple[str, ...]) -> tuple[str, ...]:
    return command if command[0] == "assume" else ("assume", *command)


@pytest.mark.parametrize("command", NARROWED, ids=" ".join)
def test_every_verb_narrows(
    person: Any, as_agent: Any, children: Any, endpoint_renews_once: Any,
    federation: FederationStub, command: Any,
) -> None:  # fmt: skip
    """The session has the scope, its name begins with agent-, and a note says why."""
    done = as_agent(*words_of(command))

    assert done.code == 0, done.err
    signed_in = [json.dumps(one) for one in federation.sign_ins]
    # The endpoint of exec gives a child no keys.
    expected = set() if "exec" in command and "--auto-refresh" in command else {NARROW}
    assert handed_out(person, done, [*children, *signed_in]) == expected
    assert NOTE in done.err
    assert "assume.agent_scope" in done.err


# What a person had before, and what an agent does then. The profile is `assumed-role`.
PLAIN, RENEWING = ("assume", *ROLE), ("assume", *ROLE, "--auto-refresh")
EARLIER = [
    (PLAIN, ("assume", *ROLE, "--min-ttl", "60")),
    (PLAIN, ("assume", *ROLE)),
    (PLAIN, ("assume", "refresh")),
    (PLAIN, ("assume", "refresh", "--all")),
    (PLAIN, ("assume", "refresh", "--expiring-within", "12h")),
    (RENEWING, ("assume", *ROLE, "--auto-refresh", "--min-ttl", "60")),
]


def test_credentials_cached_earlier(person: Any, as_agent: Any, children: Any) -> None:
    """What export and exec of a person may have cached is not what an agent gets."""
    for words in (("export", *ROLE), ("export", "admin"), ("exec", "admin", "--", "true")):
        person("assume", *words)
        children.clear()
        done = as_agent("assume", *words)
        again = as_agent("assume", *words)
        assert handed_out(person, done, children) == {NARROW}
        assert WIDE not in again.out


@pytest.mark.parametrize(("before", "command"), EARLIER, ids=lambda words: " ".join(words[1:]))
def test_a_profile_written_earlier(person: Any, as_agent: Any, before: Any, command: Any) -> None:
    """Wider keys of a profile are replaced; its record tells."""
    assert person(*before).code == 0
    done = as_agent(*command)

    assert done.code == 0, done.err
    assert handed_out(person, done, []) <= {NARROW}
    assert NOTE in done.err
    assert "scope = read-only" in person.config.read_text()
    if "refresh" in command:
        assert [one["Scope"] for one in json.loads(done.out)["Profiles"]] == ["read-only"]


def test_a_person_gets_a_refreshed_profile_back(person: Any, as_agent: Any) -> None:
    """The record of a profile that an agent has refreshed still says what the person wanted."""
    person("assume", *ROLE, "--tags", "Key=team,Value=a")
    as_agent("assume", "refresh")
    narrowed = person.credentials.read_text()
    again = person("assume", *ROLE, "--tags", "Key=team,Value=a", "--min-ttl", "60")
    as_agent("assume", "refresh")
    renewed = person("assume", "refresh")

    assert NARROW in narrowed
    assert again.code == renewed.code == 0
    assert WIDE in person.credentials.read_text()
    assert "narrowed-for-agent" not in person.config.read_text()
    assert "scope" not in person.section(person.config, "profile assumed-role")["assumed"]


def test_policies_of_a_person_stay(person: Any, as_agent: Any) -> None:
    """A profile with the policies of the scope has them after an agent's refresh, too."""
    person("assume", *ROLE, "--policy-arns", f"arn={READ_ONLY}")
    as_agent("assume", "refresh")
    record = person.section(person.config, "profile assumed-role")["assumed"]
    renewed = person("assume", "refresh")

    assert renewed.code == 0, renewed.err
    assert READ_ONLY in record
    assert WIDE not in person.credentials.read_text()


def test_a_cache_filled_earlier(person: Any, as_agent: Any, children: Any) -> None:
    """A self-renewing profile has two caches: an agent's session never replaces the person's."""
    export = ("assume", "export", "--update-profile", "assumed-role", "--format", "process")
    assert person(*RENEWING).code == 0
    files = person.files()
    first, second = as_agent(*export), as_agent(*export)
    calls = len(person.stub.requests)
    renewed = as_agent("assume", "refresh", "--all")
    for_person = person(*export)

    assert NARROW in first.out
    assert NARROW in second.out
    assert calls == 2
    assert len(person.stub.requests) == 3
    assert renewed.code == 0, renewed.err
    assert WIDE in for_person.out
    assert person.files() == files
    folder = person.config.parent / "cli" / "cache" / "assume-sessions"
    assert len([one for one in folder.iterdir() if ".lock" not in one.name]) == 2
    assert person("assume", "clear").code == 0
    assert [one for one in folder.iterdir() if ".lock" not in one.name] == []


def test_stored_keys_are_not_handed_out(person: Any, as_agent: Any) -> None:
    """Wider keys of a profile can't be narrowed; the message names the way that works."""
    export = ("assume", "export", "--update-profile", "assumed-role")
    person("assume", *ROLE)
    refused = as_agent(*export)
    allowed = as_agent("assume", "export", *ROLE)
    as_agent("assume", *ROLE)
    narrow = as_agent(*export)

    assert refused.code in (253, 255)
    assert "has credentials that are not narrowed to read-only" in refused.err
    assert f"Try: aws assume export --role-arn {ROLE_ARN}" in refused.err
    assert WIDE not in refused.out + refused.err
    assert NARROW in allowed.out
    assert NARROW in narrow.out


@pytest.mark.parametrize(
    "command",
    [
        ("assume", "--copy-source", "--profile", "roled"),
        ("assume", "export", "--profile", "roled"),
        ("assume", "export", "--copy-source", "--profile", "roled"),
        ("assume", "exec", "--profile", "roled", "--", "true"),
        ("assume", "refresh", "--update-profile", "copied"),
        ("assume", "export", "--update-profile", "copied"),
        ("assume", "console", "--update-profile", "copied", "--no-browser"),
    ],
    ids=lambda words: " ".join(words[1:]),
)
def test_copies_are_refused(person: Any, as_agent: Any, children: Any, command: Any) -> None:
    """The source's own credentials can't be narrowed, whoever has copied them before."""
    person.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/alice"
    person.add_key("roled", "ASIAROLEROLEROLEROL1", "secret", "token")
    person.add_config("[profile roled]\nregion = us-east-1\n")
    copied = person("assume", "--copy-source", "--profile", "roled", "--update-profile", "copied")
    assert copied.code == 0, copied.err
    files = person.files()
    done = as_agent(*command)

    assert done.code not in (0, None)
    assert "can't be narrowed to read-only: CLAUDECODE is set" in done.err
    assert "ASIAROLE" not in done.out
    assert children == []
    assert person.files() == files


def test_privileged_sessions_are_refused(person: Any, as_agent: Any) -> None:
    """AssumeRoot takes no session policy: an agent neither gets such a session nor renews it."""
    words = ("assume", "root", "--account-id", "222222222222", "--task-policy")
    words += ("IAMAuditRootUserCredentials",)
    assert person(*words).code == 0
    files, calls = person.files(), len(person.stub.requests)
    again = [
        ("assume", "refresh", "--all"),
        ("assume", "export", "--update-profile", "assumed-role"),
    ]

    for command in (words, (*words, "--export", "env"), *again):
        done = as_agent(*command)
        assert done.code not in (0, None), command
        assert "narrowed to read-only" in done.err
        assert "ASIAROOT" not in done.out
    assert len(person.stub.requests) == calls
    assert person.files() == files


@pytest.mark.parametrize(
    "command",
    [
        ("assume", "dev"),
        ("assume", "dev", "--auto-refresh"),
        ("assume", "export", "dev"),
        ("assume", "exec", "dev", "--", "true"),
        ("assume", "exec", "dev", "--auto-refresh", "--", "true"),
        ("assume", "each", "dev", "--accounts", ACCOUNT, "--", "aws", "s3", "ls"),
        ("assume", "console", "dev", "--no-browser"),
        ("assume", "console", "--update-profile", "granted", "--no-browser"),
        ("assume", "refresh", "--update-profile", "granted"),
        ("assume", "export", "--update-profile", "granted"),
        ("assume", "export", "--update-profile", "renewing"),
    ],
    ids=lambda words: " ".join(words[1:]),
)
def test_roles_of_identity_center_are_refused(
    sso: Any, person: Any, as_agent: Any, children: Any, command: Any
) -> None:
    """IAM Identity Center takes no session policy; an IAM role behind the role works."""
    for words in (("granted",), ("renewing", "--auto-refresh")):
        made = person("assume", "dev", "--update-profile", *words)
        assert made.code == 0, made.err
    files, calls = person.files(), len(sso.journal.calls)
    done = as_agent(*command)

    assert done.code not in (0, None)
    assert "can't be narrowed to read-only: CLAUDECODE is set" in done.err
    assert (done.out, children) == ("", []) or "refresh" in command
    assert person.files() == files
    assert len(sso.journal.calls) == calls


def test_what_a_switch_of_the_console_would_be(
    person: Any, as_agent: Any, federation: FederationStub
) -> None:
    """The console assumes the role by itself then, without a scope."""
    done = as_agent("assume", "console", *ROLE, "--switch-role", "--no-browser")
    scoped = person("assume", "console", *ROLE, "--switch-role", "--no-browser", "--read-only")

    assert "--switch-role can't narrow the console's session to read-only" in done.err
    assert "--switch-role and --read-only exclude each other" in scoped.err
    assert (done.out, scoped.out) == ("", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--scope", "view-only"), "--scope 'view-only' can't replace the scope read-only"),
        (("--policy", "{}"), "--policy can't be used with the scope read-only"),
        (("--policy-arns", f"arn={READ_ONLY}"), "--policy-arns can't be used with the scope"),
    ],
)
def test_what_would_widen_the_session(
    person: Any, as_agent: Any, words: Any, message: str
) -> None:
    """STS adds session policies up, so an agent can name no other; nothing is called."""
    done = as_agent("assume", *ROLE, *words)

    assert done.code in (252, 255)
    assert message in done.err
    assert person.stub.requests == []


def test_a_profile_with_policies_of_its_own(person: Any, as_agent: Any) -> None:
    """Two session policies would allow more than one, so such a profile is not refreshed."""
    person("assume", *ROLE, "--scope", "view-only")
    calls = len(person.stub.requests)
    done = as_agent("assume", "refresh")

    assert done.code != 0
    assert "has session policies of its own" in done.err
    assert len(person.stub.requests) == calls


@pytest.mark.parametrize("variable", CODING_AGENTS)
def test_each_variable_counts(person: Any, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Each variable of the table narrows; an empty one, and none, do not."""
    monkeypatch.setenv(variable, "")
    empty = person("assume", "export", *ROLE)
    monkeypatch.setenv(variable, "1")
    done = person("assume", "export", *ROLE)

    assert WIDE in empty.out
    assert NARROW not in empty.out
    assert NARROW in done.out
    assert f"{variable} is set" in done.err


@pytest.mark.parametrize(
    ("settings", "is_narrow"),
    [
        ({"default": "read-only"}, True),
        ({"base": "read-only"}, True),
        ({"admin": "read-only"}, True),
        ({"admin": "none", "default": "read-only"}, False),
        ({"base": "none", "default": "read-only"}, False),
        ({"admin": "read-only", "base": "none"}, True),
        ({"other": "read-only"}, False),
        ({}, False),
    ],
)
def test_only_the_setting_lifts_it(
    aws: Any, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], is_narrow: bool
) -> None:
    """The nearest profile decides: that of the role, its sources, then default."""
    aws.stub.script = answer
    aws.add_config(ADMIN + "source_profile = base\n")
    aws.add_config("[profile base]\nregion = us-east-1\n")
    aws.add_key("base", "AKIABASEBASEBASEBAS1", "secret")
    for profile, scope in settings.items():
        aws("configure", "set", "assume.agent_scope", scope, "--profile", profile)
    monkeypatch.setenv("AI_AGENT", "some/1.0")
    done = aws("assume", "export", "admin")

    assert done.code == 0, done.err
    assert (NARROW in done.out) is is_narrow
    assert (WIDE in done.out) is not is_narrow
    assert ("[NOTE]" in done.err) is is_narrow


def test_the_setting_behind_a_profile_of_ours(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that aws assume wrote was made from a profile, whose setting counts."""
    aws.stub.script = answer
    aws.add_config("[profile base]\nregion = us-east-1\nassume =\n  agent_scope = read-only\n")
    aws.add_key("base", "AKIABASEBASEBASEBAS1", "secret")
    aws("assume", *ROLE, "--profile", "base", "--update-profile", "first")
    monkeypatch.setenv("CLAUDECODE", "1")
    done = aws("assume", "export", "--role-name", "second", "--profile", "first")

    assert NARROW in done.out
    assert "the profile 'base' has the setting" in done.err


@pytest.mark.parametrize(
    ("settings", "is_narrow"),
    [
        ({"admin": "read-only"}, True),
        ({"admin": "own"}, True),
        ({"other": "none", "admin": "read-only"}, True),
        ({"admin": "none", "default": "read-only"}, False),
        ({"base": "read-only"}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("options", [(), ("--auto-refresh",)])
def test_the_profile_that_named_the_role(
    aws: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, is_narrow: bool, options: Any
) -> None:
    """Its setting counts for a refresh, too, although the record has only its source."""
    aws.stub.script = answer
    aws.add_config("[profile other]\nrole_arn = " + ROLE_ARN + "\nsource_profile = base\n")
    aws.add_config(ADMIN + f"source_profile = base\nassume =\n  scope_own = {READ_ONLY}\n")
    aws.add_config("[profile base]\nregion = us-east-1\n")
    aws.add_key("base", "AKIABASEBASEBASEBAS1", "secret")
    for profile, scope in settings.items():
        aws("configure", "set", "assume.agent_scope", scope, "--profile", profile)
    assert aws("assume", "admin", "--update-profile", "work", *options).code == 0
    monkeypatch.setenv("CLAUDECODE", "1")
    done = aws("assume", "refresh", "work")
    calls = [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]

    assert done.code == 0, done.err
    assert ("PolicyArns.member.1.arn" in calls[-1]) is is_narrow
    assert ("[NOTE]" in done.err) is is_narrow


def test_a_scope_of_the_setting_that_does_not_exist(person: Any, as_agent: Any) -> None:
    """A mistyped scope stops an agent, and nobody else."""
    person("configure", "set", "assume.agent_scope", "readonly")
    done, other = as_agent("assume", *ROLE), person("assume", *ROLE)

    assert done.code in (253, 255)
    assert "assume.agent_scope of the profile 'default': There is no scope 'readonly'" in done.err
    assert other.code == 0
