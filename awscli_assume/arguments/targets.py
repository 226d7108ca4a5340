"""The options that select accounts."""

from __future__ import annotations

from awscli_assume.arguments.options import Argument, flag, text, texts


def target_arguments() -> list[Argument]:
    """Return the options that select accounts, and say who may list them."""
    return [
        {
            **texts(
                "accounts",
                "The accounts: IDs, names, <code>all</code>, <code>ou:PATH</code> or an OU or "
                "root ID, <code>tag:Key=Value</code>, <code>identity-center</code>, "
                "<code>profiles:GLOB</code>, <code>@FILE</code>, <code>-</code> (stdin). "
                "<code>not:</code> before one of these excludes its accounts.",
            ),
            # Version 1 would download a URL.
            "no_paramfile": True,
        },
        text(
            "organization-profile",
            "The profile that lists the accounts of the organization: of the management account "
            "or a delegated administrator. Default: the source profile.",
        ),
        flag("no-cache", "List the accounts again instead of using the cached list."),
        flag("list", "Print the selected accounts. No role is assumed."),
    ]
