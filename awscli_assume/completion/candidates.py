"""Find the candidates for the word at the cursor, with descriptions."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from awscli_assume.completion.command_line import Facts, Place
from awscli_assume.completion.known import ROLE_ARN, Known

# A word and its description.
Candidate = tuple[str, str]
# The kind of value of each option. A name has the same kind in all verbs except create-role,
# whose role does not exist yet.
_KINDS = {
    "profile": "profile", "role-account-profile": "profile", "source": "profile",
    "organization-profile": "profile",
    "update-profile": "target", "region": "region", "role": "role", "name": "ours",
    "role-name": "role-name", "roles": "role-name", "account-id": "account",
    "accounts": "account", "role-arn": "role-arn", "via": "role-arn", "sso-session": "session",
    "serial-number": "device", "policy": "file-url", "inline-policy": "file-url",
    "saml-assertion": "file-url", "tags": "", "web-identity-token-file": "file",
    "ca-bundle": "file", "words": "role-name",
}  # fmt: skip
# Verbs that work on profiles that aws assume wrote.
_ABOUT_OURS = ("export", "console", "list", "refresh", "clear", "revoke")


def values_of(kind: str, place: Place, known: Known) -> list[Candidate]:
    """Return the values of a kind, with descriptions."""
    if kind in ("profile", "target", "ours"):
        return profile_values(kind, place, known)
    if kind == "account":
        return account_values(known)
    if kind == "session":
        return [(name, "Identity Center") for name in known.sessions]
    if kind == "device":
        devices = dict.fromkeys(one.get("mfa_serial", "") for one in known.profiles.values())
        return [(name, "MFA device") for name in devices if name]
    makers = {"role": role_words, "role-name": role_names, "role-arn": role_arns}
    return makers[kind](place, known) if kind in makers else []


def profile_values(kind: str, place: Place, known: Known) -> list[Candidate]:
    """Return profiles in the order of the file; for a target, those that we wrote come first."""
    names = list(known.profiles)
    if kind != "profile":
        ours = [name for name in names if known.is_ours(name)]
        only_ours = kind == "ours" or place.verb in _ABOUT_OURS
        names = ours if only_ours else [*ours, *(name for name in names if name not in ours)]
    return [(name, describe_profile(known.profiles[name])) for name in names]


def describe_profile(values: dict[str, str]) -> str:
    """Return a short description of a profile."""
    arn = values.get("role-arn") or values.get("role_arn")
    if "assumed" in values:
        return f"assumed: {arn}" if arn else "written by aws assume"
    if values.get("sso_role_name"):
        return f"Identity Center: {values.get('sso_account_id')} {values['sso_role_name']}"
    return arn or "profile"


def account_values(known: Known) -> list[Candidate]:
    """Return the names of accounts and their IDs."""
    ids = known.account_ids()
    ids_of: dict[str, set[str]] = {}
    for account, own in ids.items():
        for name in own:
            ids_of.setdefault(name, set()).add(account)
    names = [
        (name, account)
        for account, own in ids.items()
        for name in own
        if names_one_account(name, ids_of)
    ]
    return names + [(account, ", ".join(own) or "account") for account, own in ids.items()]


def names_one_account(name: str, ids_of: Mapping[str, set[str]]) -> bool:
    """Return whether a name belongs to one account only, and does not look like an ID."""
    return bool(name) and not re.fullmatch("[0-9]{12}", name) and len(ids_of[name]) == 1


def role_words(place: Place, known: Known) -> list[Candidate]:
    """Return the values of ROLE: profiles with a role, and ``account/role``."""
    found = [
        (name, describe_profile(values))
        for name, values in known.profiles.items()
        if not known.is_ours(name) and (values.get("role_arn") or values.get("sso_role_name"))
    ]
    ids_of: dict[str, set[str]] = {}
    for _, account, name, _ in known.granted:
        ids_of.setdefault(name, set()).add(account)
    rows = []
    for session, account, name, role in known.granted:
        is_clear = not set(name) & set("/:") and names_one_account(name, ids_of)
        # aws would read -x as an option.
        is_clear = is_clear and not name.startswith("-")
        uses = known.uses.get(f"{session}/{account}/{role}", 0)
        rows.append((-uses, f"{name if is_clear else account}/{role}", f"{session}: {account}"))
    return [*found, *((word, text) for _, word, text in sorted(rows))]


def role_arns(place: Place, known: Known) -> list[Candidate]:
    """Return the ARNs of roles that profiles name or that were assumed, most used first."""
    arns: dict[str, str] = {}
    for name, values in known.profiles.items():
        for arn in (values.get("role_arn", ""), values.get("role-arn", "")):
            if ROLE_ARN.fullmatch(arn):
                arns.setdefault(arn, f"profile {name}")
    arns.update({key: arns.get(key, "used") for key in known.uses if ROLE_ARN.fullmatch(key)})
    return sorted(arns.items(), key=lambda one: -known.uses.get(one[0], 0))


def role_names(place: Place, known: Known) -> list[Candidate]:
    """Return the names of known roles; those of ``--account-id`` first."""
    wanted = [one.casefold() for one in place.given.get("account-id", ())]
    found: dict[str, str] = {}
    for arn, _ in role_arns(place, known):
        account, name = ROLE_ARN.fullmatch(arn).groups()  # type: ignore[union-attr]
        if not wanted or account in wanted:
            found.setdefault(name, account)
    for _, account, name, role in known.granted:
        if not wanted or account in wanted or name.casefold() in wanted:
            found.setdefault(role, name or account)
    return list(found.items()) or (role_names(Place(place.verb), known) if wanted else [])


def file_urls(current: str) -> list[Candidate]:
    """Return the ``file://`` values that begin with the typed one."""
    if not current.startswith("file://"):
        return [("file://", "the content of a file")]
    return [(f"file://{path}", "") for path, _ in files(current[len("file://") :])]


def files(current: str) -> list[Candidate]:
    """Return the files and folders whose paths begin with the typed one."""
    folder, sign, name = current.rpartition("/")
    names = sorted(os.scandir(os.path.expanduser(folder + sign or ".")), key=lambda one: one.name)
    return [
        (f"{folder}{sign}{one.name}{'/' if one.is_dir() else ''}", "")
        for one in names
        if one.name.startswith(name) and (name or one.name[0] != ".")
    ]


def candidates(
    place: Place, current: str, env: Mapping[str, str], facts: Facts
) -> list[Candidate] | None:
    """Return the candidates for the word at the cursor, or None to complete a file."""
    arguments = facts["verbs"][place.verb]["arguments"]
    options = {**facts["globals"], **arguments}
    begin, sign, rest = current.partition("=")
    if sign and begin.startswith("--") and begin[2:] in options:
        found = option_values(begin[2:], place, rest, env, facts)
        return found and [(f"{begin}={value}", text) for value, text in found]
    if place.option and not (current.startswith("--") and place.given[place.option]):
        return without_options(option_values(place.option, place, current, env, facts))
    free = [
        (f"--{name}", one.get("help", ""))
        for name, one in [*arguments.items(), *facts["globals"].items()]
        if not one.get("positional") and (name not in place.given or "repeats" in one)
    ]
    if current.startswith("-"):
        return free
    words = [
        name for name, one in arguments.items() if one.get("positional") and name != "command"
    ]
    is_first = (
        place.verb == "assume" and not place.words and not place.given.keys() - facts["globals"]
    )
    verbs = [(name, one["help"]) for name, one in facts["verbs"].items() if name != "assume"]
    found = verbs if is_first else []
    if words and (len(place.words) < 1 or arguments[words[0]].get("nargs") == "*"):
        has_role = {"role-name", "role-arn", "update-profile"} & place.given.keys()
        found += [] if has_role else option_values(words[0], place, current, env, facts) or []
    return without_options(found) or free


def without_options(values: list[Candidate] | None) -> list[Candidate] | None:
    """Return the values without those that aws would read as options, such as -x."""
    return values and [one for one in values if not one[0].startswith("-")]


def option_values(
    name: str, place: Place, current: str, env: Mapping[str, str], facts: Facts
) -> list[Candidate] | None:
    """Return the values of an option, or None to complete a file."""
    option = {**facts["globals"], **facts["verbs"][place.verb]["arguments"]}[name]
    kind = _KINDS.get(name, "")
    found = [(value, "") for value in option.get("values", ())]
    if kind == "file-url":
        return file_urls(current)
    if kind == "file":
        return [one for one in found if one[0].startswith(current)] or None
    if kind == "region":
        return list(facts["regions"].items())
    if not kind or (place.verb == "create-role" and name in ("name", "role-name")):
        return found
    return found + values_of(kind, place, Known(env))
