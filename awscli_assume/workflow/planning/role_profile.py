"""The role of a command line: from its options, from ROLE, or from a profile that names one."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping, Optional

from awscli_assume.arguments.options import option_name
from awscli_assume.errors import InvalidRequest, RoleNeeded, configured_in, with_advice
from awscli_assume.host import InvalidConfigError
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.accounts import parse_account
from awscli_assume.model.arns import Role, parse_role_arn, parse_role_name
from awscli_assume.model.printable import option
from awscli_assume.model.request import limits
from awscli_assume.model.request.request import check_option
from awscli_assume.model.request.role_specifier import parse_role_specifier
from awscli_assume.profiles.include_profile import ResolvedProfiles, has_access_keys
from awscli_assume.profiles.known_names import known_in
from awscli_assume.profiles.settings import is_on, read_settings
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.source_chain import (
    ACCESS_KEYS_ONLY,
    TOKEN_FILE,
    names_role,
    resolve_source_chain,
    source_of,
)

# Keys by which a profile names a role (AWS CLI User Guide, "Using an IAM role
# in the AWS CLI"), by the option that they stand in for.
_ROLE_KEYS = {
    "role_session_name": "role_session_name",
    "duration_seconds": "duration_seconds",
    "external_id": "external_id",
    "mfa_serial": "serial_number",
    "source_identity": "source_identity",
}
_WEB_IDENTITY_KEYS = ("role_arn", "role_session_name", TOKEN_FILE)
# Those of more than one value; source_identity and they are aws-vault's.
_TAGS, _TRANSITIVE = "session_tags", "transitive_session_tags"


def role_profile(
    profiles: ResolvedProfiles, profile_pair: ProfilePair, can_copy: bool = True
) -> tuple[Profile, ProfilePair]:
    """Return the settings of the profile that names the role, and its source in the pair.

    A role with a web identity has no source, and botocore sends nothing else of its profile.
    ``can_copy`` is whether the command has ``--copy-source``. Raises InvalidRequest,
    InvalidConfiguration and botocore's errors of the configuration.
    """
    name = profile_pair.source or ""
    profile = profiles.get(name, {})
    if "role_arn" not in profile:
        _check_why_no_role(profiles, name)
        tokens = ("aws_session_token", "aws_security_token")
        is_long_lived = has_access_keys(profile) and not any(profile.get(key) for key in tokens)
        hint = ". To write the source's own temporary credentials: --copy-source"
        raise RoleNeeded(
            "No role was named. Try: aws assume --role-name my-iam-role, or --role-arn ARN, or "
            "--profile with a profile that has a role_arn"
            f"{hint if can_copy and not is_long_lived else ''}"
        )
    if not names_role(profile):
        sent = {key: profile[key] for key in _WEB_IDENTITY_KEYS if key in profile}
        return sent, replace(profile_pair, source=None)
    resolve_source_chain(profiles, name)
    profile_pair = replace(profile_pair, is_role=True)
    source = source_of(profile, name)
    if source is None:
        return profile, replace(profile_pair, credential_source=profile["credential_source"])
    is_both = names_role(profiles[source]) and has_access_keys(profiles[source])
    provider = ACCESS_KEYS_ONLY if is_both else None
    return profile, replace(profile_pair, source=source, credential_source=provider)


def _check_why_no_role(profiles: ResolvedProfiles, name: str) -> None:
    """Raise the error that every other ``aws`` command has for a token without a role."""
    if TOKEN_FILE in profiles.get(name, {}):
        # botocore's words (credentials.py, AssumeRoleWithWebIdentityProvider).
        raise with_advice(
            InvalidConfigError(
                error_msg="The provided profile or the current environment is configured to "
                "assume role with web identity but has no role ARN configured. Ensure that the "
                "profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set."
            ),
            f"Try: aws configure set role_arn ARN {option('--profile', name)}",
        )


def layered(
    given: Profile, role_profile: Profile, configuration: str, profiles: Mapping[str, Profile]
) -> dict[str, object]:
    """Return the options. A flag overrides the profile with the role, and that its block."""
    settings = read_settings(profiles.get(configuration), configuration)
    options: dict[str, object] = {"account_id": settings.get("account_id")}
    by_profile = {_ROLE_KEYS[k]: v for k, v in role_profile.items() if k in _ROLE_KEYS}
    if not by_profile.get("role_session_name"):
        # botocore replaces an empty name by its default (credentials.py).
        by_profile.pop("role_session_name", None)
    for name, value in given.items():
        options[name] = value
        for place, layer in ((name, by_profile), (f"assume.{name}", settings)):
            if options[name] is None and name in layer:
                options[name] = layer[name]
                with configured_in(f"{place} of the profile '{configuration}'"):
                    check_option(name, layer[name], is_own=layer is settings)
    options.update(_tags(given, role_profile, configuration))
    return options


def _tags(given: Profile, role_profile: Profile, configuration: str) -> dict[str, object]:
    """Return the session tags of a role's profile, and the keys of those that are passed on."""
    found: dict[str, object] = {}
    tags = given.get("tags")
    if tags is None and _TAGS in role_profile:
        with configured_in(f"{_TAGS} of the profile '{configuration}'"):
            tags = found["tags"] = limits.read_tags(role_profile[_TAGS])
            limits.tags(tags)
    if given.get("transitive_tag_keys") is None and _TRANSITIVE in role_profile:
        keys = limits.read_keys(role_profile[_TRANSITIVE])
        known = [str(tag.get("Key", "")) for tag in tags or ()]
        if given.get("tags") is not None:
            # Of the tags that took the place of the profile's, those it passes on.
            lowered = {key.lower() for key in known}
            keys = [key for key in keys if key.lower() in lowered]
        with configured_in(f"{_TRANSITIVE} of the profile '{configuration}'"):
            limits.transitive_tag_keys(keys, [(key, "") for key in known])
        found["transitive_tag_keys"] = keys
    return found


def with_role_specifier(
    parsed_args: ParsedArgs, source: Optional[str], profiles: Mapping[str, Profile]
) -> tuple[ParsedArgs, Optional[str]]:
    """Return the options that ROLE means, and its profile if it is the name of one.

    ``source`` is the profile of ``--profile``. Raises InvalidRequest.
    """
    word = getattr(parsed_args, "role", None)
    if word is None:
        return parsed_args, None
    for name in ("role_name", "role_arn"):
        other = getattr(parsed_args, name)
        if other is not None:
            raise InvalidRequest(
                f"ROLE '{word}' and --{name.replace('_', '-')} '{other}' name two roles: leave "
                "one of them out"
            )
    found = parse_role_specifier(word, known_in(profiles), parsed_args.account_id)
    if found.profile is not None and source not in (None, found.profile):
        arn = profiles[found.profile]["role_arn"]
        raise InvalidRequest(
            f"The role '{word}' is a profile with a source of its own, and --profile "
            f"'{source}' is another one. Try: aws assume {option('--profile', word)}, or "
            f"aws assume --role-arn {arn} {option('--profile', str(source))}"
        )
    said = {
        "role": None,
        "role_name": found.role_name,
        "role_arn": found.role_arn,
        "account_id": found.account,
    }
    return type(parsed_args)(**{**vars(parsed_args), **said}), found.profile


def check_not_to_choose(parsed_args: ParsedArgs) -> None:
    """Raise RoleNeeded for ``--choose``, or InvalidRequest if another option names a role."""
    if not getattr(parsed_args, "choose", False):
        return
    for name in ("role_name", "role_arn", "account_id"):
        if getattr(parsed_args, name) is not None:
            raise InvalidRequest(
                f"--choose and {option_name(name)} exclude each other: leave one of them out"
            )
    raise RoleNeeded("--choose shows a list of roles, and there is no terminal for it")


def check_role_choice(parsed_args: ParsedArgs) -> None:
    """Raise InvalidRequest for options that name two roles, or an account twice."""
    if parsed_args.role_name is not None and parsed_args.role_arn is not None:
        raise InvalidRequest(
            f"--role-name '{parsed_args.role_name}' and --role-arn '{parsed_args.role_arn}' name "
            "two roles: leave one of them out"
        )
    if parsed_args.account_id is not None and parsed_args.role_name is None:
        raise InvalidRequest(
            f"--account-id '{parsed_args.account_id}' goes with --role-name: a role ARN names "
            "its account itself. Try: --account-id ID --role-name NAME"
        )


def renews_itself(
    parsed_args: ParsedArgs, profiles: Mapping[str, Profile], configuration: str
) -> bool:
    """Return whether a command writes a profile that renews itself.

    The setting counts for the verb that has ``--no-auto-refresh``, which overrides it.
    """
    is_flag = bool(getattr(parsed_args, "auto_refresh", False))
    is_off = getattr(parsed_args, "no_auto_refresh", None)
    if is_off and is_flag:
        raise InvalidRequest(
            "--auto-refresh and --no-auto-refresh exclude each other: leave one of them out"
        )
    if is_flag or is_off is None or is_off:
        return is_flag
    settings = read_settings(profiles.get(configuration), configuration)
    return is_on("auto_refresh", settings, configuration)


def via_of(parsed_args: ParsedArgs) -> list[str]:
    """Return the roles of all ``--via``, in order."""
    # argparse keeps a list for each time that the option was given.
    return [text for texts in getattr(parsed_args, "via", None) or () for text in texts]


def chosen_role(
    parsed_args: ParsedArgs, role_profile: Profile, options: Profile, configuration: str
) -> Role:
    """Return the role of the options, else that of the profile that names one.

    Raises InvalidRequest, and InvalidConfiguration for an invalid key of a profile.
    """
    if parsed_args.role_name is not None:
        account_id = parsed_args.account_id
        if account_id is None and options["account_id"] is not None:
            account_id = options["account_id"]
            with configured_in(f"assume.account_id of the profile '{configuration}'"):
                parse_account(account_id)
        return parse_role_name(parsed_args.role_name, account_id)
    if parsed_args.role_arn is not None:
        return parse_role_arn(parsed_args.role_arn)
    with configured_in(f"role_arn of the profile '{configuration}'"):
        return parse_role_arn(role_profile["role_arn"])
