"""The road from a plan to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Iterator, Mapping, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.mfa import Signer
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sts import (
    check_host_knows,
    check_partition,
    complete_role,
    create_sts_client,
    region_of,
)
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.codes import MfaProcess, mfa_process_of
from awscli_assume.commands.devices import (
    assume_with_device,
    check_code_will_be_there,
    needs_code,
)
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.federation import assume_by_proof, set_off_unsigned
from awscli_assume.commands.plan import Plan
from awscli_assume.errors import NoTerminal
from awscli_assume.host import NoCredentialsError, RefreshableCredentials, use_profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.profiles.record import record_of
from awscli_assume.profiles.source import Ends
from awscli_assume.profiles.state import ProfileState

LOG = logging.getLogger("awscli.assume.road")


@dataclass(frozen=True)
class Assumed:
    """What STS handed out, for which request, in which region, and when it was asked."""

    request: AssumeRoleRequest
    credentials: TemporaryCredentials
    region: Optional[str]
    at: datetime


@dataclass(frozen=True)
class Departure:
    """Who signs, the complete request, and the command that answers its device's code.

    The request has the token code only where one was given.
    """

    signer: Signer
    request: AssumeRoleRequest
    process: Optional[MfaProcess] = field(default=None, repr=False)

    @property
    def client(self) -> Any:
        """The client that the source signs for."""
        return self.signer.client


def travel(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    departure = prepare(session, parsed_globals, plan, environment)
    return set_out(session, departure, environment)


def prepare(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Departure:
    """Find the source's credentials, and the role's account where that is not known."""
    if plan.request.proof is not None:
        return Departure(*set_off_unsigned(session, parsed_globals, plan))
    _use_source(session, plan.ends)
    region = None if _names_region(environment.variables) else plan.region
    client = create_sts_client(session, parsed_globals, region)
    check_host_knows(client, plan.request)
    check_partition(client, plan.request)
    with _device_of_the_source(session):
        with credentials_withheld(), causes_added():
            credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError()
        signer = _signer(session, parsed_globals, client, credentials)
        process = _process_of(session, plan)
        check_code_will_be_there(plan.request, signer, process, environment)
        now = environment.now()
        request = complete_role(client, credentials, plan.request, CallerMemory(), now)
    return Departure(signer, request, process)


def departure_of(session: Any, signer: Signer, plan: Plan, environment: Environment) -> Departure:
    """Answer the departure of a plan whose role is complete. Raises what speaks against it."""
    check_host_knows(signer.client, plan.request)
    check_partition(signer.client, plan.request)
    process = _process_of(session, plan)
    check_code_will_be_there(plan.request, signer, process, environment)
    return Departure(signer, plan.request, process)


def _process_of(session: Any, plan: Plan) -> Optional[MfaProcess]:
    if not needs_code(plan.request):
        return None
    return mfa_process_of(session.full_config["profiles"], plan.ends)


def _signer(session: Any, parsed_globals: Any, client: Any, credentials: Any) -> Signer:
    def frozen() -> Any:
        with credentials_withheld(), causes_added():
            return credentials.get_frozen_credentials()

    def signed_by(other: Any) -> Any:
        return create_sts_client(session, parsed_globals, region_of(client), credentials=other)

    is_refreshable = isinstance(credentials, RefreshableCredentials)
    return Signer(client, frozen, signed_by, is_refreshable)


def set_out(session: Any, departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure; the code of its MFA device is asked for here."""
    with _device_of_the_source(session):
        return assume(departure, environment)


def assume(departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure."""
    now = environment.now()
    signer, request = departure.signer, departure.request
    if request.proof is not None:
        credentials = assume_by_proof(signer.client, request, environment)
    else:
        credentials = assume_with_device(signer, request, departure.process, environment)
    return Assumed(request, credentials, region_of(signer.client), now)


def is_enough(
    held: Optional[ProfileState],
    least: Optional[int],
    plan: Plan,
    region: Optional[str],
) -> bool:
    """Tell whether a target holds what the plan asks for, with more than so many seconds left.

    ``least`` None asks for it anew in any case. The plan's role has its account
    as far as that is known.
    """
    if held is None or least is None or held.seconds_left <= least:
        return False
    name, source = plan.session_name, plan.ends.source
    wanted = record_of(plan.request, name, source, None, plan.auto_refresh)
    return (
        wanted.asks_the_same_as(held.record)
        and region in (None, held.region)
        and held.principal_arn is not None
    )


@contextmanager
def _device_of_the_source(session: Any) -> Iterator[None]:
    """Name the MFA device that botocore asked about in vain, on the way to the source."""
    try:
        yield
    except EOFError:
        serial = session.get_scoped_config().get("mfa_serial", "of the source profile")
        raise NoTerminal(
            f"The MFA device {serial} of the source profile has a code to be typed, and there is "
            "no terminal to ask on. Run the command in one, or name another source: --profile NAME"
        ) from None


def _names_region(env: Mapping[str, str]) -> bool:
    return any(env.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))


def _use_source(session: Any, ends: Ends) -> None:
    current = session.get_config_variable("profile") or "default"
    if ends.source is not None and ends.source != current:
        LOG.debug("The source profile is %s", ends.source)
        # "default" need not exist: an instance or container role may be the source.
        is_there = ends.source in session.available_profiles or ends.source != "default"
        use_profile(session, ends.source if is_there else None)
