"""The road of a request that has an identity token in place of a source."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.aws.sts.client import check_host_knows, check_partition, partition_of_region
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.aws.sts.web_identity import assume_role_with_identity_token, unsigned_signer
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import CLI_NAME, use_profile
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.credentials.mfa_code import MfaProcess
from awscli_assume.workflow.credentials.mfa_session import assume_with_device
from awscli_assume.workflow.planning.identity_provider import secret_of
from awscli_assume.workflow.planning.plan import Plan


def prepare_unsigned(
    session: Any, parsed_globals: Any, plan: Plan
) -> tuple[Signer, AssumeRoleRequest]:
    """Return who signs (nobody), and the complete request. No credentials are looked for."""
    name = session.get_config_variable("profile")
    if name is not None and name not in session.available_profiles and not parsed_globals.profile:
        # AWS_PROFILE may be the target, before it is there for the first time.
        use_profile(session, None)
    signer = unsigned_signer(session, parsed_globals)
    check_host_knows(signer.client, plan.request)
    partition = partition_of_region(session, signer.client)
    check_partition(signer.client, plan.request, partition)
    role = plan.request.role
    if partition is None and role.partition is None:
        raise InvalidRequest(
            f"{CLI_NAME} does not know the partition of the region "
            f"{signer.client.meta.region_name}, and nobody can be asked for it before the role "
            f"'{role.name}' is assumed. Try: --role-arn ARN"
        )
    return signer, plan.request.completed(str(partition), str(role.account_id))


def assume_once(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume the role by the request's identity token, which is read now, else as the source."""
    if request.identity_token is None:
        return assume_with_device(signer, request, process, environment)
    secret = secret_of(request.identity_token, signer.ca_bundle, environment)
    return assume_role_with_identity_token(signer.client, request, secret, environment.now())
