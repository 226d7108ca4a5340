"""The entry in the CLI's command table, which loads the command when it is called."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import Any, Iterator, Optional

from awscli.commands import CLICommand


class AssumeEntry(CLICommand):
    """Stand in for ``aws assume`` in the command table until it is used.

    The CLI reads the attributes of one entry only: the one on the command line.
    """

    def __init__(self, session: Any, shadowed: Optional[Any] = None) -> None:
        self._session = session
        self._shadowed = shadowed
        self._command: Optional[Any] = None
        self.lineage = [self]

    name = "assume"
    # The commands from the top level down to this one; the CLI sets it.
    lineage: list[Any] = []

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the real command."""
        if self._shadowed is not None:
            sys.stderr.write(
                "aws: [WARNING]: this AWS CLI has an 'assume' command of its own; the plugin "
                "awscli-assume replaces it. To use the built-in one: "
                "awscli-assume disable\n"
            )
        code = _make_index()
        return self._load(args)(args, parsed_globals) if code is None else code

    def create_help_command(self) -> Any:
        """Return the help command of the real command."""
        return self._load().create_help_command()

    @property
    def arg_table(self) -> Any:
        """The real command's arguments."""
        return self._load().arg_table

    @property
    def subcommand_table(self) -> Any:
        """The real command's verbs."""
        return self._load().subcommand_table

    def _load(self, args: Any = ()) -> Any:
        if self._command is None:
            with _bytecode_stored():
                from awscli_assume.commands.assume import AssumeCommand

                self._command = AssumeCommand(self._session)
                self._command.narrow(args)
                _leave_bytecode(("awscli_assume", __name__))
        return self._command


@contextmanager
def _bytecode_stored() -> Iterator[None]:
    """Store the byte code of the modules that the block imports.

    The frozen CLI sets dont_write_bytecode, which makes it compile our source again at every
    call (2.38.5: 1.5 ms a module).
    """
    keep = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    # Nobody else may write the byte code, whatever the user's umask.
    umask = os.umask(0o022)
    os.umask(umask | 0o022)
    try:
        yield
    finally:
        os.umask(umask)
        sys.dont_write_bytecode = keep


def _make_index() -> Optional[int]:
    """Make the AWS CLI's completion index: here, with an exit code, or in the background."""
    import awscli

    with _bytecode_stored():
        from awscli_assume.completion import index_file

    home, version = os.path.expanduser("~"), awscli.__version__
    wanted = os.environ.get(index_file.VARIABLE)
    if wanted == "build":
        builtin = os.path.join(os.path.dirname(awscli.__file__), "data", "ac.index")
        try:
            sys.stdout.write(f"{index_file.make_index(home, version, builtin)}\n")
        except (OSError, ValueError, ImportError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return 0
    if wanted != "off" and index_file.claim_index(home, version):
        from awscli_assume.host.process import own_executable, user_environment

        variables = user_environment(os.environ)
        index_file.make_in_background(own_executable(variables), variables)
    return None


def _leave_bytecode(names: tuple[str, ...]) -> None:
    """Store the byte code of modules that every ``aws`` command imports.

    They are loaded before anything of ours can lift dont_write_bytecode; asked
    for its code, the loader stores what it had to compile.
    """
    for name in names:
        loader: Any = getattr(sys.modules[name], "__loader__", None)
        if hasattr(loader, "get_code"):
            loader.get_code(name)
