"""The profiles, accounts and roles in the files of the AWS CLI and in our caches.

One regular expression reads the files, so that thousands of profiles take a few milliseconds.
A file that can't be read or parsed is ignored.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping

from awscli_assume.completion.command_line import Facts

_KEYS = (
    "role_arn|sso_account_id|sso_role_name|sso_account_name|account_name|aws_account_id|mfa_serial|"
    "assumed|role-arn|copy-source|sso-role-name"
)
_LINE = re.compile(
    rf"^(?:\[[ \t]*([^\]\r\n]*?)[ \t]*\]|[ \t]*({_KEYS})[ \t]*=[ \t]*([^\r\n]*))", re.MULTILINE
)
ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::(\d{12}):role/(.+)")
_RECORD = ("role-arn", "copy-source", "sso-role-name")
_LARGEST_FILE = 32 * 1024 * 1024


class Known:
    """The contents of the files of the AWS CLI and of the caches of ``aws assume``."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.cache = os.path.join(os.path.expanduser("~"), ".aws", "cli", "cache")
        self.profiles: dict[str, dict[str, str]] = {}
        self.sessions: list[str] = []
        self._read("AWS_CONFIG_FILE", "config")
        self._read("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        self.uses = self._uses()
        self.granted = self._granted()

    def _read(self, variable: str, name: str) -> None:
        path = self._env.get(variable) or os.path.join("~", ".aws", name)
        values: dict[str, str] = {}
        for section, key, value in _LINE.findall(
            read_text(os.path.expanduser(os.path.expandvars(path)))
        ):
            if key:
                values.setdefault(key, value.strip())
                continue
            kind, _, rest = section.partition(" ")
            rest = rest.strip().strip("'\"")
            values = {}
            if name == "credentials" or section == "default":
                values = self.profiles.setdefault(section, {})
            elif kind == "profile" and rest:
                values = self.profiles.setdefault(rest, {})
            elif kind == "sso-session" and rest:
                self.sessions.append(rest)

    def _uses(self) -> dict[str, int]:
        found = read_json(os.path.join(self.cache, "assume-usage", "roles.json"))
        counts = {key: one.get("Count") for key, one in found.items() if isinstance(one, dict)}
        return {key: count for key, count in counts.items() if isinstance(count, int)}

    def _read_folder(self, name: str) -> list[Facts]:
        """Return the objects in the files of a cache."""
        folder = os.path.join(self.cache, name)
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [read_json(os.path.join(folder, name)) for name in names]

    def _granted(self) -> list[tuple[str, str, str, str]]:
        """Return the session, account ID, account name and role name of each granted role."""
        found = []
        for grant in self._read_folder("assume-roles"):
            session, accounts = str(grant.get("Session")), grant.get("Accounts")
            for account in accounts if isinstance(accounts, list) else ():
                if isinstance(account, dict) and isinstance(account.get("Roles"), list):
                    place = session, str(account.get("Id")), str(account.get("Name") or "")
                    found += [(*place, str(role)) for role in account["Roles"]]
        return found

    def _listed(self) -> list[tuple[str, str]]:
        """Return the ID and the name of each active account that ``each`` has listed."""
        lists = (one.get("Accounts") for one in self._read_folder("assume-organizations"))
        accounts = [one for found in lists if isinstance(found, list) for one in found]
        return [
            (str(one.get("Id")), str(one.get("Name") or ""))
            for one in accounts
            if isinstance(one, dict) and one.get("State") in (None, "ACTIVE")
        ]

    def is_ours(self, profile: str) -> bool:
        """Return whether ``aws assume`` wrote a profile."""
        values = self.profiles[profile]
        return "assumed" in values and any(key in values for key in _RECORD)

    def account_ids(self) -> dict[str, list[str]]:
        """Return the accounts with their names."""
        found: dict[str, list[str]] = {}
        for account, name in (*((one[1], one[2]) for one in self.granted), *self._listed()):
            found.setdefault(account, []).append(name)
        for name, values in self.profiles.items():
            role = ROLE_ARN.fullmatch(values.get("role_arn", ""))
            account = values.get("sso_account_id") or values.get("aws_account_id") or ""
            account = role[1] if role else account
            names = [values.get("account_name", ""), values.get("sso_account_name", "")]
            if re.fullmatch(r"\d{12}", account) and not self.is_ours(name):
                found.setdefault(account, []).extend([*names, name])
        return {
            key: [name for name in dict.fromkeys(names) if name] for key, names in found.items()
        }


def read_text(path: str) -> str:
    """Return the text of a regular file, or an empty text if it can't be read."""
    try:
        found = os.stat(path)
        if found.st_mode & 0o170000 != 0o100000 or found.st_size > _LARGEST_FILE:
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def read_json(path: str) -> Facts:
    """Return the object in a file, or an empty one if there is none."""
    try:
        found = json.loads(read_text(path) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
