"""Complete the command line of ``aws assume``: shells run this program on Tab.

    python3 -I -S complete.py bash LINE WORD        LINE ends at the cursor, WORD is its last part
    python3 -I -S complete.py powershell LINE
    python3 -I -S complete.py zsh|fish WORD ...     the last word is at the cursor
    python3 -I -S complete.py tcsh                  the line is in COMMAND_LINE

It reads files and calls no service. For other commands than ``aws assume`` it runs
``aws_completer``. Python compiles a main script each time, so this one is short and program.py
does the rest. No error is printed: a shell would show it in the middle of the command line.
"""

import os
import sys


def main() -> int:
    """Print the candidates and return the exit code."""
    # After Python's own folders; -I keeps the working directory out.
    sys.path.append(os.path.abspath(__file__)[: -len("/awscli_assume/completion/complete.py")])
    # Nobody else may write the byte code that Python leaves there.
    before = os.umask(0o022)
    os.umask(before | 0o022)
    try:
        from awscli_assume.completion import program

        return program.main(sys.argv[1:], os.environ)
    except Exception:
        return 0 if "awscli_assume.completion.program" in sys.modules else 1


if __name__ == "__main__":
    sys.exit(main())
