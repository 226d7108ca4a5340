"""The verbs of ``aws assume``, each of them imported when somebody asks for it."""

from __future__ import annotations

from typing import Any, Callable

Maker = Callable[[Any], Any]


def _export(session: Any) -> Any:
    from awscli_assume.commands.export import ExportCommand

    return ExportCommand(session)


def _exec(session: Any) -> Any:
    from awscli_assume.commands.exec import ExecCommand

    return ExecCommand(session)


def _list(session: Any) -> Any:
    from awscli_assume.commands.list import ListCommand

    return ListCommand(session)


def _refresh(session: Any) -> Any:
    from awscli_assume.commands.refresh import RefreshCommand

    return RefreshCommand(session)


def _clear(session: Any) -> Any:
    from awscli_assume.commands.clear import ClearCommand

    return ClearCommand(session)


def _explain(session: Any) -> Any:
    from awscli_assume.commands.explain import ExplainCommand

    return ExplainCommand(session)


def _create_role(session: Any) -> Any:
    from awscli_assume.commands.create_role import CreateRoleCommand

    return CreateRoleCommand(session)


# What the CLI takes for classes: it calls them with the session.
VERBS: dict[str, Maker] = {
    "export": _export,
    "exec": _exec,
    "list": _list,
    "refresh": _refresh,
    "clear": _clear,
    "explain": _explain,
    "create-role": _create_role,
}


def entries(*names: str) -> list[dict[str, Any]]:
    """Return the entries of verbs in the CLI's table of subcommands."""
    return [{"name": name, "command_class": VERBS[name]} for name in names]
