"""Accounts of an organization: which calls they take, what is cached, and what is refused."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ClientError, NoCredentialsError, ProfileNotFound
from awscli_assume.outputs.each.target_list import print_targets
from support.organization_stub import (
    MANAGEMENT,
    MEMBER_KEY_ID,
    MEMBER_SECRET,
    NOT_ACTIVE,
    OUS,
    ROOT,
    OrganizationStub,
    account_id,
)

INACTIVE = "5 accounts are not active and were left out: app-010 (200000000010) SUSPENDED, "


def members(*ous: str) -> list[str]:
    """Return the active accounts in units and below them, by name."""
    numbers = [n for n in range(299) if n not in (*NOT_ACTIVE, 20, 21)] + [20, 21]
    order = list(OUS)[:8]
    return [
        account_id(n)
        for n in numbers
        if any(f"{order[n % 8]}/".startswith(f"{ou}/") for ou in ous)
    ]


def calls(stub: OrganizationStub) -> dict[str, int]:
    """Return the number of calls of each operation."""
    return {name: count for name, count in stub.counts.items() if count}


def test_ids_take_no_call(choose: Any) -> None:
    """IDs are taken as they are, each once, and nobody is called."""
    one, other = account_id(1), account_id(2)

    assert choose.ids(one, f"{other},{one}", one, f"not:{other}") == [one]
    assert calls(choose.stub) == {}
    assert choose(one).accounts[0].name == ""
    choose("all")
    choose.stub.reset()
    # The cached list has the names, even after a day and without credentials.
    choose.later(48)
    choose.aws.credentials.write_text("")
    assert [account.name for account in choose(one, other).accounts] == ["app-001", "app-002"]
    assert calls(choose.stub) == {}


def test_all_accounts(choose: Any) -> None:
    """All accounts but the caller's and those that are not active; 16 pages, one of them empty."""
    found = choose("all")

    assert [one.account_id for one in found.accounts] == members(*list(OUS)[:8])
    assert len(found.accounts) == 294
    assert found.notes[0] == (
        f"The caller's own account management ({MANAGEMENT}) was left out. To include it, add its "
        "ID to --accounts."
    )
    assert found.notes[1].startswith(INACTIVE)
    assert found.notes[1].endswith("app-210 (200000000210) CLOSED.")
    assert calls(choose.stub) == {"GetCallerIdentity": 1, "ListAccounts": 16}
    first = found.accounts[0]
    assert (first.name, first.state) == ("app-000", "ACTIVE")
    assert first.ou_ids == (ROOT, OUS["Production"])


def test_own_account_by_name(choose: Any) -> None:
    """The caller's own account is selected if it is named, by ID or by name."""
    found = choose("all", MANAGEMENT)
    assert found.accounts[-3].account_id == MANAGEMENT
    assert len(found.notes) == 1
    assert choose.ids("management", "app-001") == [MANAGEMENT, account_id(1)]
    assert choose.ids("man*", "app-001") == [account_id(1)]


@pytest.mark.parametrize(
    ("text", "ous", "expected"),
    [
        # ListAccounts has the paths; names need the lists of units along the path.
        ("ou:Production", ["Production"], {"ListRoots": 1, "ListOrganizationalUnitsForParent": 1}),
        (
            "ou:/Root/production/Data",
            ["Production/Data"],
            {"ListRoots": 1, "ListOrganizationalUnitsForParent": 2},
        ),
        (OUS["Security"], ["Security"], {}),
        (f"ou:{OUS['Security']}", ["Security"], {}),
        (ROOT, list(OUS)[:8], {"ListRoots": 1}),
        ("ou:/", list(OUS)[:8], {"ListRoots": 1}),
    ],
)
def test_units(choose: Any, text: str, ous: list[str], expected: dict[str, int]) -> None:
    """A unit has the accounts below it, at any depth."""
    assert choose.ids(text) == members(*ous)
    assert calls(choose.stub) == {"GetCallerIdentity": 1, "ListAccounts": 16, **expected}


@pytest.mark.parametrize(
    ("text", "ous", "expected"),
    [
        # Four units with 38 accounts each but the last: two pages and an empty one each.
        (
            "ou:Production",
            ["Production"],
            {
                "ListAccounts": 1,
                "ListRoots": 1,
                "ListOrganizationalUnitsForParent": 5,
                "ListAccountsForParent": 12,
            },
        ),
        (
            OUS["Production/Data/Databases"],
            ["Production/Data/Databases"],
            {"ListAccounts": 1, "ListOrganizationalUnitsForParent": 1, "ListAccountsForParent": 3},
        ),
    ],
)
def test_units_without_paths(
    choose: Any, text: str, ous: list[str], expected: dict[str, int]
) -> None:
    """Without paths in the first page, only the units that are selected are listed."""
    choose.stub.has_paths = False

    assert choose.ids(text) == members(*ous)
    assert calls(choose.stub) == {"GetCallerIdentity": 1, **expected}
    # Nothing is listed twice: neither now nor from the cache.
    choose.stub.reset()
    assert choose.ids(text, OUS["Production/Data/Databases"]) == members(*ous)
    assert calls(choose.stub) == {}


def test_exclusions(choose: Any) -> None:
    """Whatever selects accounts excludes them after ``not:``."""
    texts = ("all", "not:ou:Production", f"not:{OUS['Security']}", f"not:{account_id(4)}")
    found = choose(*texts, "not:app-005", "not:tag:Team=team 0", "not:app-29*")

    others = (account_id(4), account_id(5))
    left = [one for one in members("Development") if one not in others and int(one[3:]) < 290]
    assert [one.account_id for one in found.accounts] == [one for one in left if int(one[3:]) % 3]
    # The tags of the accounts that nothing else excludes, and of the caller's own.
    assert choose.stub.counts["ListTagsForResource"] == len(left) + 1
    # An exclusion of the own account needs no note on it.
    assert not any("own account" in one for one in choose("all", f"not:{MANAGEMENT}").notes)


def test_exclusions_come_after_selections(choose: Any) -> None:
    """The order of the words does not matter."""
    one = account_id(8)
    assert choose.ids(f"not:{one}", "ou:Production/Web", one) == [
        other for other in members("Production/Web") if other != one
    ]


def test_exclusion_without_effect(choose: Any) -> None:
    """An exclusion that excludes nothing may be a mistake, and is mentioned."""
    found = choose("ou:Security", f"not:{account_id(0)}")

    assert len(found.accounts) == len(members("Security"))
    assert f"'not:{account_id(0)}' excludes no account." in found.notes


def test_tags(choose: Any) -> None:
    """Tags take one call for each active account, once a day."""
    found = choose.ids("tag:Stage=none")

    assert found == members("Security")
    assert choose.stub.counts["ListTagsForResource"] == 295
    choose.stub.reset()
    assert choose.ids("tag:Team=team 1") == [
        one for one in members(*list(OUS)[:8]) if int(one[3:]) % 3 == 1
    ]
    assert len(choose.ids("tag:Team")) == 294
    assert len(choose.ids("tag:Team=team*")) == 294
    assert calls(choose.stub) == {}
    with pytest.raises(InvalidRequest, match=r"The values of the tag 'Stage' are: dev, none, pr"):
        choose("tag:Stage=production")
    with pytest.raises(InvalidRequest, match=r"No account has the tag 'stage'"):
        choose("tag:stage=prod")


def test_names(choose: Any) -> None:
    """A name is that of one account in any case, or a pattern."""
    assert choose.ids("APP-003") == [account_id(3)]
    assert choose.ids("app-00*") == [account_id(n) for n in range(10)]
    with pytest.raises(InvalidRequest, match=r"Several accounts have the name 'twin'") as raised:
        choose("twin")
    assert str(raised.value).endswith(
        "Type the ID in place of it: --accounts 200000000020; or --accounts 200000000021"
    )
    with pytest.raises(InvalidRequest, match=r"not:200000000020; or --accounts not:200000000021"):
        choose("all", "not:twin")
    with pytest.raises(InvalidRequest, match=r"has the name 'app-999'\. Similar names: app-"):
        choose("app-999")


def test_name_that_a_profile_has(choose: Any) -> None:
    """A profile's name of an account needs no organization, and must not contradict it."""
    role = f"role_arn = arn:aws:iam::{account_id(7)}:role/audit\nsource_profile = default\n"
    choose.aws.add_config(f"[profile a]\naccount_name = payments\n{role}[profile app-001]\n{role}")

    assert choose.ids("Payments") == [account_id(7)]
    assert calls(choose.stub) == {}
    for texts in (("all", "not:app-001"), ("not:app-001", "all"), ("not:app-001", "app-0*")):
        with pytest.raises(
            InvalidRequest, match=r"not:200000000001; or --accounts not:20000000000"
        ):
            choose(*texts)


def test_list_is_cached_for_a_day(choose: Any, home: Path) -> None:
    """The second run calls nobody; a day later, or with --no-cache, the list is new."""
    choose("all")
    choose.stub.reset()
    choose.later(23.9)
    assert len(choose.ids("all", "ou:Security")) == 294
    assert calls(choose.stub) == {"ListRoots": 1, "ListOrganizationalUnitsForParent": 1}
    choose.stub.accounts[1].name = "renamed"
    assert choose("all", no_cache=True).accounts[-3].name == "renamed"
    assert choose.stub.counts["ListAccounts"] == 16
    choose.later(48)
    choose.stub.reset()
    choose("all")
    assert choose.stub.counts["ListAccounts"] == 16
    (file,) = (home / ".aws" / "cli" / "cache" / "assume-organizations").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    text = file.read_text()
    assert "renamed" in text
    assert not any(secret in text for secret in ("AKIA", "Secret", "@"))


def test_another_caller_has_another_list(choose: Any) -> None:
    """The list is that of the caller's account: another account lists for itself."""
    choose("all")
    with pytest.raises(InvalidConfiguration, match=r"The account 200000000000 may not list"):
        choose("all", profile="member")
    choose.stub.listers.add(account_id(0))
    choose.stub.reset()
    choose.stub.accounts = choose.stub.accounts[:3]

    assert choose.ids("all", profile="member") == [account_id(1), MANAGEMENT]
    assert choose.stub.counts["ListAccounts"] == 1
    assert len(choose.ids("all")) == 294


def test_damaged_cache(choose: Any, home: Path) -> None:
    """A file that is no list is ignored and replaced."""
    choose("all")
    folder = home / ".aws" / "cli" / "cache" / "assume-organizations"
    (file,) = folder.iterdir()
    good = json.loads(file.read_text())
    for damaged in ("", "[]", json.dumps({**good, "Accounts": [{"Id": "x"}]}),
                    json.dumps({**good, "Members": {ROOT: ["123456789012"]}}),
                    json.dumps({**good, "Format": 0})):  # fmt: skip
        file.write_text(damaged)
        choose.stub.reset()
        assert len(choose.ids("all")) == 294
        assert choose.stub.counts["ListAccounts"] == 16, damaged


def test_new_account_is_found(choose: Any) -> None:
    """What a cached list lacks is listed again once, before it is an error."""
    choose("all")
    choose.stub.accounts[5].name = "brand-new"
    choose.stub.reset()

    assert choose.ids("brand-new") == [account_id(4)]
    assert choose.stub.counts["ListAccounts"] == 16
    choose.stub.reset()
    with pytest.raises(InvalidRequest, match="has the name 'nobody'"):
        choose("nobody")
    assert choose.stub.counts["ListAccounts"] == 16


def test_organization_profile(choose: Any) -> None:
    """Another profile lists; the account left out is that of the source, and the session stays."""
    context, found = choose.run(["all"], "member", organization_profile="default")

    assert len(found.accounts) == 294
    assert account_id(0) not in [one.account_id for one in found.accounts]
    assert MANAGEMENT in [one.account_id for one in found.accounts]
    assert f"own account app-000 ({account_id(0)})" in found.notes[0]
    assert context.session.get_config_variable("profile") == "member"
    assert context.session.get_credentials().access_key == MEMBER_KEY_ID
    signers = {call.by for call in choose.stub.journal.calls if call.operation[:5] == "organ"}
    assert signers == {"AKIAALICEALICEALICE1"}
    with pytest.raises(ProfileNotFound, match="nobody"):
        choose("all", organization_profile="nobody")


@pytest.mark.parametrize("is_source", [True, False])
def test_profile_of_a_role_lists(choose: Any, is_source: bool) -> None:
    """A profile with role_arn signs as its role, which is assumed once."""
    account = account_id(3)
    choose.stub.listers = {account}
    choose.aws.add_config(
        f"[profile lister]\nrole_arn = arn:aws:iam::{account}:role/List\n"
        "source_profile = default\nregion = us-east-1\n"
    )
    options = {"profile": "lister"} if is_source else {"organization_profile": "lister"}
    found = choose("all", **options)

    assert len(found.accounts) == 294
    assert (account in [one.account_id for one in found.accounts]) is not is_source
    assert calls(choose.stub)["AssumeRole"] == 1


@pytest.mark.parametrize(
    ("options", "own"),
    [
        ({}, MANAGEMENT),
        ({"via": [["hub"]]}, MANAGEMENT),
        ({"via": [[f"arn:aws:iam::{account_id(3)}:role/hub"]]}, account_id(3)),
        ({"via": [["hub"], [f"{account_id(3)}/hub"]]}, account_id(3)),
        # The account of a name is not known here.
        ({"via": [["app-003/hub"]]}, None),
        ({"sso_session": "corp"}, None),
        ({"sso_session": "corp", "via": [[f"{account_id(3)}/Admin"]]}, account_id(3)),
        ({"web_identity_token_file": "token"}, None),
    ],
)
def test_account_that_the_roles_are_assumed_from(
    choose: Any, options: dict[str, Any], own: Optional[str]
) -> None:
    """It is left out: the source's, or that of the last role before the roles."""
    everything = {one.id for one in choose.stub.accounts if one.state == "ACTIVE"}
    assert set(choose.ids("all", **options)) == everything - {own}


def test_keys_in_the_environment(choose: Any) -> None:
    """They are the source; --organization-profile lists with its own keys, not with those."""
    choose.aws.set_variable("AWS_ACCESS_KEY_ID", MEMBER_KEY_ID)
    choose.aws.set_variable("AWS_SECRET_ACCESS_KEY", MEMBER_SECRET)
    with pytest.raises(InvalidConfiguration, match=r"The account 200000000000 may not list"):
        choose("all")
    context, found = choose.run(["all"], organization_profile="default")

    assert len(found.accounts) == 294
    assert context.session.get_credentials().access_key == MEMBER_KEY_ID


def test_member_account(choose: Any) -> None:
    """The message says what works without the right to list; and that works."""
    with pytest.raises(InvalidConfiguration, match="may not list the accounts") as raised:
        choose("all", profile="member")
    assert str(raised.value) == (
        "The account 200000000000 may not list the accounts of its organization "
        "(AccessDeniedException): that takes the organizations:List permissions in the management "
        "account or in the account of a delegated administrator. Name a profile that may: "
        "--organization-profile NAME, or select the accounts by IDs, @FILE, profiles:GLOB or "
        "identity-center"
    )
    assert choose.ids(account_id(1), profile="member") == [account_id(1)]
    choose.stub.is_in_use = False
    with pytest.raises(InvalidConfiguration, match=r"111111111111 is in no organization\. Name"):
        choose("ou:Production")


def test_no_credentials(choose: Any) -> None:
    """Without a source, the message names the option; with a lister, nothing is left out."""
    text = choose.aws.credentials.read_text().replace("[default]", "[lister]")
    choose.aws.credentials.write_text(text)
    choose.aws.add_config("[profile lister]\nregion = us-east-1\n")
    with pytest.raises(NoCredentialsError, match=r"a profile: --organization-profile NAME"):
        choose("all")
    found = choose("all", organization_profile="lister")

    assert len(found.accounts) == 295
    assert not any("own account" in one for one in found.notes)


def test_throttled(choose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttled calls are repeated; in the end, the message says what to do."""
    choose.stub.throttle_next = 3
    assert len(choose.ids("all")) == 294
    assert choose.stub.throttled["ListAccounts"] == 3
    assert choose.stub.counts["ListAccounts"] == 19
    choose.stub.throttle_next = 100
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ClientError, match=r"TooManyRequests.* Run the command again in a minute"):
        choose("all", no_cache=True)


def test_unknown_units(choose: Any) -> None:
    """The message names the units that there are, and how to see them."""
    with pytest.raises(InvalidRequest, match="There is no organizational unit 'Mobile'") as raised:
        choose("ou:Production/Mobile")
    assert str(raised.value) == (
        "There is no organizational unit 'Mobile' of 'ou:Production/Mobile' in Root/Production "
        "(ou-exam-production). Its units: Web, Data. To see them: aws organizations "
        "list-organizational-units-for-parent --parent-id ou-exam-production"
    )
    for unit in ("ou-exam-nosuchunit", "r-none"):
        with pytest.raises(InvalidRequest, match=f"no root or organizational unit {unit}"):
            choose(unit)


def test_nothing_selected(choose: Any) -> None:
    """An empty selection is an error that says why; an empty unit beside others is a note."""
    with pytest.raises(InvalidRequest, match=r"--accounts ou:Empty selects no account\. 'ou:Emp"):
        choose("ou:Empty")
    with pytest.raises(InvalidRequest, match=r"selects no account\. 1 account is not active and"):
        choose("app-010")
    found = choose("ou:Empty", "ou:Security")
    assert found.notes[0] == "'ou:Empty' has no accounts."


def test_states_of_older_hosts(choose: Any) -> None:
    """Status stands for State; without both, nothing is left out and that is mentioned."""
    choose.stub.has_state = False
    found = choose("all")
    assert len(found.accounts) == 294
    assert found.notes[1].endswith("app-210 (200000000210) SUSPENDED.")
    choose.stub.has_status = False
    found = choose("all", no_cache=True)
    assert len(found.accounts) == 299
    assert found.notes[0].endswith(
        "does not receive the states of accounts, so suspended accounts were not left out."
    )


def test_names_are_printable(choose: Any) -> None:
    """Names of accounts and units come from outside, and are escaped where they enter."""
    choose.stub.accounts[1].name = "a\x1b[2J\nb"
    found = choose(account_id(0), "all").accounts[0]

    assert found.name == r"a\x1b[2J\x0ab"


def test_proxy_in_between(choose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that is not from Organizations is an error, not an empty organization."""
    monkeypatch.setattr(choose.stub, "_list", lambda *_: (200, "application/json", b"{}"))
    with pytest.raises(Exception, match=r"list_accounts is not from AWS Organizations: it has no"):
        choose("all")


def test_files_and_stdin(choose: Any, home: Path) -> None:
    """Lists come from files and from stdin, as lines or as JSON."""
    (home / "accounts.txt").write_text(
        f"# ours\n{account_id(1)}  # one\n\napp-002\nnot:{account_id(3)}\nou:Security\n"
    )
    expected = [account_id(1), account_id(2), *members("Security")]
    assert choose.ids("@accounts.txt", account_id(3)) == expected
    listed = json.dumps({"Accounts": [{"AccountId": account_id(4)}, {"Id": account_id(5)}]})
    choose.environment = replace(choose.environment, input=io.StringIO(listed))
    assert choose.ids("ou:Development", "not:-") == [
        one for one in members("Development") if one not in (account_id(4), account_id(5))
    ]


def test_listing(choose: Any) -> None:
    """--list prints rows that --query can select from."""
    context, found = choose.run(["app-001", "management"])
    out = io.StringIO()
    context = replace(context, environment=replace(context.environment, out=out))
    print_targets(context, "each", found.accounts, ["us-east-1", "eu-west-1"])
    rows = json.loads(out.getvalue())["Accounts"]

    assert [(one["AccountName"], one["Region"]) for one in rows] == [
        ("app-001", "us-east-1"), ("app-001", "eu-west-1"),
        ("management", "us-east-1"), ("management", "eu-west-1"),
    ]  # fmt: skip
    assert rows[0]["ParentId"] == OUS["Production/Web"]
