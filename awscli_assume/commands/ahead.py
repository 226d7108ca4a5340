"""What is done before a crowd of requests sets out: questions, one after the other."""

from __future__ import annotations

from typing import Optional

from awscli_assume.commands.devices import goes_by_session, needs_code
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.road import Assumed, Departure, assume


def assume_ahead(
    departure: Departure, devices: set[tuple[str, str]], environment: Environment
) -> Optional[Assumed]:
    """Assume a role whose device may have a code to be asked for; None for those of the crowd.

    One question comes after the other, before the crowd sets out. By what one
    code has bought the others of its device go.
    """
    signer, request = departure.signer, departure.request
    if not needs_code(request):
        return None
    if not goes_by_session(request, signer):
        return assume(departure, environment)
    device = (signer.frozen().access_key, str(request.serial_number))
    if device in devices:
        return None
    assumed = assume(departure, environment)
    devices.add(device)
    return assumed
