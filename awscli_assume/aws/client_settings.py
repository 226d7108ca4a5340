"""Client settings of the command line, for the clients that botocore makes by itself too."""

from __future__ import annotations

from typing import Any

from awscli_assume.host.context import CommandContext


def apply_client_settings(context: CommandContext) -> None:
    """Let ``--endpoint-url``, ``--ca-bundle`` and ``--no-verify-ssl`` reach the source's clients.

    The AWS CLI gives these three to the client that a command makes, and not to
    those that botocore makes for a source profile with a role of its own
    (credentials.py, ``_get_client_creator``), which the session makes as well.
    What the variables and the files say holds for all clients anyway. The
    endpoint is one of STS, and so for STS only.
    """
    endpoint_url, verify = context.parsed_globals.endpoint_url, context.parsed_globals.verify_ssl
    if endpoint_url is None and verify is None:
        return
    make = context.session.create_client

    def create_client(service_name: str, *args: Any, **options: Any) -> Any:
        if verify is not None and options.get("verify") is None:
            options["verify"] = verify
        if service_name == "sts" and options.get("endpoint_url") is None:
            options["endpoint_url"] = endpoint_url
        return make(service_name, *args, **options)

    context.session.create_client = create_client
