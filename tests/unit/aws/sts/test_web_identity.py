"""Unsigned calls of STS: the client, the certificates, and the token in errors."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.sts.web_identity import unsigned_signer
from awscli_assume.host import NoCredentialsError
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment


def context_with(mocker: MockerFixture, verify: Any) -> CommandContext:
    session = mocker.Mock()
    session.get_config_variable.return_value = "/configured.pem"
    options = Namespace(region=None, endpoint_url=None, verify_ssl=verify)
    return CommandContext(session, options, Environment())


@pytest.mark.parametrize(
    ("verify", "bundle"),
    [
        ("/ca.pem", "/ca.pem"),
        (None, "/configured.pem"),
        # --no-verify-ssl is for AWS, not for other servers.
        (False, "/configured.pem"),
        (True, "/configured.pem"),
    ],
)
def test_certificates_for_other_servers(mocker: MockerFixture, verify: Any, bundle: str) -> None:
    """They come from --ca-bundle, else from the configuration."""
    assert unsigned_signer(context_with(mocker, verify)).ca_bundle == bundle


def test_signer_without_credentials(mocker: MockerFixture) -> None:
    """The signer has no credentials, and its client has the region and does not sign."""
    context = context_with(mocker, None)
    signer = unsigned_signer(context, "eu-west-1")

    with pytest.raises(NoCredentialsError, match="Unable to locate credentials"):
        signer.frozen()
    (service,), options = context.session.create_client.call_args
    assert (service, options["region_name"]) == ("sts", "eu-west-1")
    assert options["config"].signature_version is not None
