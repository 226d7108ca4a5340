"""Every difference between the AWS CLIs that we run in, each with its version.

Everything of the host that more than one room needs is imported from here.
``awscli`` has to be imported before ``botocore``: version 2, and version 1 from
1.46 on, carry a botocore of their own which ``import awscli`` puts in place.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any, Mapping, Optional

import awscli
import botocore
from awscli.customizations.assumerole import CACHE_DIR
from awscli.customizations.configure import profile_to_section as _profile_to_section
from awscli.customizations.configure.writer import ConfigFileWriter
from botocore.awsrequest import AWSRequest
from botocore.compat import compat_shell_split
from botocore.config import Config
from botocore.configloader import build_profile_map, raw_config_parse
from botocore.configprovider import ConstantProvider
from botocore.credentials import (
    ReadOnlyCredentials,
    RefreshableCredentials,
    create_credential_resolver,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
)
from botocore.history import get_global_history_recorder
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from botocore.utils import JSONFileCache, get_environ_proxies

try:
    # Version 2 maps these two to the exit codes 252 and 253.
    from awscli.customizations.exceptions import ConfigurationError, ParamValidationError
except ImportError:
    # Version 1 (seen in 1.32.0 and 1.46.3) lacks the module and ends every
    # exception with 255.
    class ParamValidationError(Exception):  # type: ignore[no-redef]
        """Stand for the exception of the same name in version 2."""

    class ConfigurationError(Exception):  # type: ignore[no-redef]
        """Stand for the exception of the same name in version 2."""


__all__ = [
    "CLI_NAME",
    "CLI_VERSION",
    "ONE_ATTEMPT",
    "AWSRequest",
    "BotoCoreError",
    "ClientError",
    "Config",
    "ConfigFileWriter",
    "ConfigNotFound",
    "ConfigParseError",
    "ConfigurationError",
    "EndpointConnectionError",
    "JSONFileCache",
    "NoCredentialsError",
    "ParamValidationError",
    "ProfileNotFound",
    "ReadOnlyCredentials",
    "RefreshableCredentials",
    "ResponseParserError",
    "URLLib3Session",
    "build_profile_map",
    "cache_folder",
    "compat_shell_split",
    "config_files",
    "environment_of_the_person",
    "get_environ_proxies",
    "get_formatter",
    "get_global_history_recorder",
    "own_executable",
    "profile_to_section",
    "raw_config_parse",
    "unsigned_config",
    "use_profile",
]

CLI_VERSION: str = awscli.__version__
CLI_NAME = f"AWS CLI {CLI_VERSION}"
# A client's retry configuration for no retry at all: max_attempts counts all
# attempts in version 2, which refuses the other name (2.38.5), and the retries
# alone in version 1.
ONE_ATTEMPT = {"max_attempts" if CLI_VERSION.startswith("2.") else "total_max_attempts": 1}


def profile_to_section(profile: str) -> str:
    """Answer the config file's section name of a profile, as ``aws configure set`` words it.

    Version 1 answers ``profile default`` for the default profile, which the
    rest of that version does not read (seen in 1.32.0 and 1.46.3).
    """
    return "default" if profile == "default" else str(_profile_to_section(profile))


def get_formatter(output: str, parsed_globals: Any) -> Any:
    """Answer the CLI's formatter for an ``--output`` value."""
    # Not at the top: it brings YAML and the table writer, which the verbs
    # that print nothing do not need.
    from awscli.formatter import get_formatter as answer

    return answer(output, parsed_globals)


def unsigned_config() -> Any:
    """Answer the configuration of a client that signs nothing."""
    return Config(signature_version=botocore.UNSIGNED)


def cache_folder(name: str) -> str:
    """Answer the path of a folder of ours in the CLI's own cache folder (it may not exist)."""
    return os.path.join(os.path.expanduser("~"), ".aws", "cli", "cache", name)


def config_files(variables: Mapping[str, str]) -> tuple[str, str]:
    """Answer the paths of the config file and the shared credentials file, as the CLI reads them.

    For what has no session; else profiles/files.py asks that one.
    """
    names = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    said = [variables.get(name) or os.path.join("~", ".aws", file) for name, file in names]
    found = [os.path.abspath(os.path.expanduser(os.path.expandvars(path))) for path in said]
    return found[0], found[1]


def own_executable(variables: Mapping[str, str]) -> str:
    """Answer the absolute path of the ``aws`` that runs this process.

    The one on the PATH where it is the same, for the path of a frozen version 2
    (``…/v2/2.38.5/dist/aws``) ends with the next update of it.
    """
    is_frozen = bool(getattr(sys, "frozen", False))
    running = sys.executable if is_frozen else os.path.abspath(sys.argv[0])
    found = shutil.which("aws", path=variables.get("PATH"))
    if found is not None:
        found = os.path.abspath(found)
        if os.path.realpath(found) == os.path.realpath(running):
            return found
    # A version 1 that was started as a module has no script of its own.
    is_script = os.path.basename(running).startswith("aws") and os.access(running, os.X_OK)
    return running if is_frozen or is_script or found is None else found


def environment_of_the_person(variables: Mapping[str, str]) -> dict[str, str]:
    """Answer the environment as it was before this CLI changed it for itself.

    A frozen version 2 leads every child to its own libraries (PyInstaller's
    LD_LIBRARY_PATH, and variables of its own since 6.9); both majors add their
    folder of service models to AWS_DATA_PATH (awscli/__init__.py).
    """
    answer = {
        name: value
        for name, value in variables.items()
        if not name.startswith(("_PYI_", "_MEIPASS"))
    }
    if getattr(sys, "frozen", False):
        for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
            kept = answer.pop(f"{name}_ORIG", None)
            answer.pop(name, None)
            if kept is not None:
                answer[name] = kept
    folder = os.path.join(os.path.dirname(os.path.abspath(awscli.__file__)), "data")
    paths = [path for path in answer.pop("AWS_DATA_PATH", "").split(os.pathsep) if path]
    if paths and paths != [folder]:
        answer["AWS_DATA_PATH"] = os.pathsep.join(path for path in paths if path != folder)
    return answer


def use_profile(session: Any, profile: Optional[str]) -> None:
    """Make a profile the session's own, as ``--profile`` would have; None is no profile at all.

    By the time that a command runs, the CLI has built the credential provider
    for the profile it began with, to give it the cache of role credentials
    (customizations/assumerole.py, both majors): build it anew.
    """
    if profile is not None:
        # Keeps the environment's keys out, as --profile does.
        session.set_config_variable("profile", profile)
    # The session looks for its profile here; AWS_PROFILE counts no longer.
    store = session.get_component("config_store")
    store.set_config_provider("profile", ConstantProvider(value=profile))
    session.register_component(
        "credential_provider",
        create_credential_resolver(session, cache=JSONFileCache(CACHE_DIR)),
    )
