"""What is done before a crowd of requests sets out: questions, one after the other."""

from __future__ import annotations

from typing import Optional

from awscli_assume.host.environment import Environment
from awscli_assume.workflow.credentials.assume_role import Assumed, ReadyRequest, assume
from awscli_assume.workflow.credentials.mfa_session import goes_by_session, needs_code


def assume_ahead(
    ready_request: ReadyRequest, devices: set[tuple[str, str]], environment: Environment
) -> Optional[Assumed]:
    """Assume a role whose device may have a code to be asked for; None for those of the crowd.

    One question comes after the other, before the crowd sets out. By what one
    code has bought the others of its device go.
    """
    signer, request = ready_request.signer, ready_request.request
    if not needs_code(request):
        return None
    if not goes_by_session(request, signer):
        return assume(ready_request, environment)
    device = (signer.frozen().access_key, str(request.serial_number))
    if device in devices:
        return None
    assumed = assume(ready_request, environment)
    devices.add(device)
    return assumed
