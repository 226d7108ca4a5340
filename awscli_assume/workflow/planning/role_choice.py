"""The role that a command line names."""

from __future__ import annotations

from typing import Any, Mapping

from awscli_assume.errors import InvalidRequest, configured_in
from awscli_assume.model.accounts import parse_account
from awscli_assume.model.arns import Role, parse_role_arn, parse_role_name


def check_role_choice(parsed_args: Any) -> None:
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


def via_of(parsed_args: Any) -> list[str]:
    """Return the roles of all ``--via``, in order."""
    # argparse keeps a list for each time that the option was given.
    return [text for texts in getattr(parsed_args, "via", None) or () for text in texts]


def chosen_role(
    parsed_args: Any,
    role_profile: Mapping[str, Any],
    options: Mapping[str, Any],
    configuration: str,
) -> Role:
    """Return the role of the options, else that of the profile that names one.

    Raises InvalidRequest, and InvalidConfiguration for what stands in a profile.
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
