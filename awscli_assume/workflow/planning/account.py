"""The ID of an account that was named, as far as it is known without a call."""

from __future__ import annotations

from typing import Mapping

from awscli_assume.aws.accounts import AccountCache
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.model.accounts import several_accounts
from awscli_assume.model.arns import Role
from awscli_assume.profiles.known_names import account_ids
from awscli_assume.profiles.source import ProfilePair

# A profile with other values of these is another source: its cached accounts do not apply.
_IDENTITY = ("role_arn", "sso_account_id", "sso_session", "sso_start_url", "source_profile")


def with_known_account(
    role: Role,
    profile_pair: ProfilePair,
    profiles: Mapping[str, Profile],
    environment: Environment,
    has_source: bool = True,
) -> Role:
    """Return the role with its account's ID, from the profiles or from the cache.

    The cache is per source, so it is not read without one. Raises InvalidRequest if the
    profiles have several accounts of that name.
    """
    name = role.account_name
    if name is None:
        return role
    found = account_ids(profiles, name)
    if len(found) > 1:
        raise InvalidRequest(several_accounts(name, found))
    if found:
        return role.in_account(found[0])
    if not has_source:
        return role
    scope = scope_of(profile_pair, profiles, environment)
    known = AccountCache().load(scope, name)
    if known is None or not known.is_fresh(environment.now()):
        return role
    return role.in_account(known.account_id)


def scope_of(
    profile_pair: ProfilePair, profiles: Mapping[str, Profile], environment: Environment
) -> str:
    """Return the cache key of a source: two sources may belong to two organizations."""
    if profile_pair.source is None:
        return f"environment {environment.variables.get('AWS_ACCESS_KEY_ID', '')}"
    profile = profiles.get(profile_pair.source, {})
    key_id = str(profile.get("aws_access_key_id", ""))
    # A temporary key changes with each renewal, and the source stays the same.
    own = [key_id] if key_id.startswith("AKIA") else []
    return "\n".join(
        [profile_pair.source, *own, *(str(profile.get(key, "")) for key in _IDENTITY)]
    )
