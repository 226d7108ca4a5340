"""aws assume: assume an IAM role from inside the AWS CLI and keep it as a named profile.

Every ``aws`` command of a person who enabled the plugin imports this file, so
it imports nothing and defines what the CLI's plugin loader asks for.
"""

__version__ = "0.1.0"


def awscli_initialize(event_hooks):  # type: ignore[no-untyped-def]
    """Register ``aws assume`` on the CLI's event system (awscli/plugin.py, both majors)."""
    # The id makes a second call in one process (partial auto-prompt) a no-op.
    event_hooks.register("building-command-table.main", _add_assume, unique_id="awscli-assume")


def _add_assume(command_table, session, **kwargs):  # type: ignore[no-untyped-def]
    from awscli_assume.lazy import AssumeEntry

    command_table["assume"] = AssumeEntry(session, shadowed=command_table.get("assume"))
