"""Whether the files of the AWS CLI may narrow the sessions of coding agents.

answer.py imports this if the variable of a coding agent is set. A file that mentions the setting
is enough: then ``aws`` reads it, and decides. It runs on Python 3.6.
"""

import os

_SETTING = b"agent_scope"
_FILES = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
)


def may_be_narrowed() -> bool:
    """Return whether a file mentions the setting, or can't be read."""
    return any(_mentions_setting(os.environ.get(name) or default) for name, default in _FILES)


def _mentions_setting(path: str) -> bool:
    try:
        # As the AWS CLI expands a path (botocore, configloader.py).
        with open(os.path.expanduser(os.path.expandvars(path)), "rb") as file:
            return _SETTING in file.read()
    except FileNotFoundError:
        return False
    except OSError:
        return True
