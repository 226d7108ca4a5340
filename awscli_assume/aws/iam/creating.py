"""Make a role of several calls, or take back what was made of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Mapping

from awscli_assume.aws.iam.role_creation import (
    backward,
    carry_out,
    command_of,
    iam_errors,
    may_have_worked,
    take_back,
)
from awscli_assume.model.role_creation.new_role import Call, NewRole

LOG = logging.getLogger("awscli.assume.create_role")


@dataclass(frozen=True)
class Remains:
    """What became of a role that was not finished.

    ``taken_back`` are the calls that were undone; ``left`` the commands that
    undo the rest, in order. ``is_doubtful`` tells that nobody knows whether the
    role itself was made: then nothing was undone.
    """

    taken_back: tuple[Call, ...] = ()
    left: tuple[str, ...] = ()
    is_doubtful: bool = False


class Creation:
    """The making of one role; where that raised, ``remains`` says what is left.

    It may be interrupted at any place, also while it takes back: what stands in
    ``remains`` is noted before each call, and not after it.
    """

    def __init__(self, role: NewRole, creating: Any, iam: Any) -> None:
        """``creating`` is a client that asks once, ``iam`` one that may ask again."""
        self._calls = role.calls()
        self._creating = creating
        self._iam = iam
        # What may have to be undone, the last call first.
        self._left: list[Call] = []
        self._taken_back: list[Call] = []
        self._is_doubtful = False

    @property
    def remains(self) -> Remains:
        """What was taken back so far, and what is left."""
        left = tuple(command_of(backward(call)) for call in self._left)
        return Remains(tuple(self._taken_back), left, self._is_doubtful and bool(left))

    def run(self) -> Mapping[str, Any]:
        """Make the role; answers CreateRole's ``Role``. Raises what went wrong, undone."""
        first, *rest = self._calls
        LOG.debug("Creating the role %s", first.parameters["RoleName"])
        # Whose it is can't be told where its answer is lost: it may be another run's.
        self._is_doubtful = True
        with iam_errors():
            made: Mapping[str, Any] = self._do(self._creating, first)["Role"]
        self._is_doubtful = False
        try:
            for call in rest:
                self._do(self._iam, call)
        except BaseException:
            self._undo()
            raise
        return made

    def _do(self, client: Any, call: Call) -> Mapping[str, Any]:
        # Before the call: one whose answer is lost has to be undone as well.
        self._left.insert(0, call)
        try:
            return carry_out(client, call)
        except BaseException as error:
            if not may_have_worked(error):
                self._left.remove(call)
            raise

    def _undo(self) -> None:
        for call in tuple(self._left):
            if not take_back(self._iam, call):
                continue
            self._taken_back.append(call)
            if call.operation == "CreateRole":
                # IAM deletes a role only where nothing is in it any more.
                self._left.clear()
            else:
                self._left.remove(call)
