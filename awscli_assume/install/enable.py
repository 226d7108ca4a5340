"""Enable the plugin: test it with a draft of the config file, install it, and test it again."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.completion.index_file import remove_ours, remove_unusable
from awscli_assume.install.aws_calls import AwsCalls, probe_interpreter
from awscli_assume.install.conflicts import check_conflicts, has_alias, require_importable
from awscli_assume.install.hosts import Host, choose_host
from awscli_assume.install.package_copy import (
    PACKAGE,
    stage_package,
    swap_back,
    swap_in,
    workspace,
)
from awscli_assume.install.plugin_settings import (
    MODULE,
    NAME,
    PATH_KEY,
    read_settings,
    replace_option,
    with_folder,
)
from awscli_assume.install.record import (
    base_interpreter,
    decode,
    encode,
    load_python,
    load_record,
    make_entry,
    restore,
    save_record,
)
from awscli_assume.install.system import (
    CliPaths,
    InstallError,
    System,
    find_paths,
    read_file,
    replace_file,
)


@dataclass(frozen=True)
class _Job:
    system: System
    paths: CliPaths
    host: Host
    aws: AwsCalls
    before: Optional[bytes]
    # A home folder for the tests, where the user's alias named assume does not apply.
    home: Optional[Path] = None


def enable(
    system: System,
    *,
    executable: Optional[str] = None,
    force: bool = False,
    source: Path = PACKAGE,
) -> Host:
    """Enable the plugin for one ``aws`` and return which; to do it again upgrades the copy.

    ``executable`` is the first ``aws`` on the PATH by default; ``force`` accepts that a version 1
    stops working. Raises InstallError with everything as it was before.
    """
    paths = find_paths(system.env)
    _check_folder_name(paths)
    host = choose_host(system, executable)
    system.print(f"{host.executable} is {host.name}")
    before = read_file(paths.config_file)
    check_conflicts(host, decode(before or b""), paths, system, force)
    alias = has_alias(paths.alias_file)
    if alias:
        system.warn(
            f"{paths.alias_file} has an alias named {NAME}, which the AWS CLI prefers to a "
            "plugin. Rename the alias to use 'aws assume'."
        )
    with workspace(paths.plugins) as folder, ExitStack() as undo:
        if host.major == 1:
            require_importable(host, probe_interpreter(host, system, folder))
        home = folder if alias else None
        job = _Job(system, paths, host, AwsCalls(host, system, paths.config_file), before, home)
        _install(job, folder, source, undo)
        _make_index(job, undo)
        # All is done: undo nothing.
        undo.pop_all()
    if host.major == 1:
        system.print(
            "Version 1 has no plugin folder. Run 'awscli-assume disable' before you uninstall "
            "awscli-assume there, or every aws command fails."
        )
    system.print("Enabled. Type: aws assume --role-name my-iam-role")
    return host


def _check_folder_name(paths: CliPaths) -> None:
    if os.pathsep in str(paths.plugins):
        raise InstallError(
            f"{paths.plugins} has a '{os.pathsep}' in its name, where the AWS CLI splits a list "
            "of plugin folders."
        )


def _install(job: _Job, folder: Path, source: Path, undo: ExitStack) -> None:
    staged = stage_package(source, folder) if job.host.major == 2 else None
    after = _draft(job, folder / "draft")
    _test_draft(job, decode(after), folder, staged)
    if staged:
        undo.callback(_put_package_back, job.paths.package, folder)
        swap_in(staged, job.paths.package, folder)
        job.system.print(f"Copied {MODULE} to {job.paths.plugins}")
    _write(job, after, undo)
    error = job.aws.version_error(job.paths.config_file)
    error = error or job.aws.assume_error(job.paths.config_file, job.home)
    if error:
        raise InstallError(
            f"With the plugin installed, aws failed: {error}. Everything was undone."
        )


def _make_index(job: _Job, undo: ExitStack) -> None:
    """Make the completion index of version 2, which aws_completer needs."""
    if job.host.major == 1 or job.home is not None:
        # Version 1 has no index. If the user has an alias named assume, aws runs the alias.
        return
    home = str(job.paths.home)
    remove_unusable(home)
    undo.callback(remove_ours, home)
    error = job.aws.index_error(job.paths.config_file)
    if error:
        job.system.warn(f"aws_completer will not complete 'aws {NAME}': {error}.")
    else:
        job.system.print(f"Added {NAME} to the completion index of {job.host.name}")


def _draft(job: _Job, draft: Path) -> bytes:
    """Return the config file as ``aws configure set`` makes it, from a private copy.

    So the real file changes once, in one rename, and never has half of the settings.
    """
    wanted = {NAME: MODULE}
    text = decode(job.before or b"")
    if job.host.major == 2:
        found = read_settings(text).get(PATH_KEY)
        # The path first: with the name alone, version 2 may not start.
        wanted = {PATH_KEY: with_folder(found, str(job.paths.plugins)), **wanted}
    missing = {
        key: value for key, value in wanted.items() if read_settings(text).get(key) != value
    }
    if PATH_KEY in missing:
        # A name without its folder, as after a lost folder, breaks `aws configure set` too.
        text, missing = replace_option(text, NAME, ""), {**missing, NAME: MODULE}
    if job.before is not None:
        draft.write_bytes(encode(text))
    for key, value in missing.items():
        job.system.print(f"$ aws configure set plugins.{key} {value}")
        job.aws.configure_set(f"plugins.{key}", value, draft)
    return read_file(draft) or b""


def _test_draft(job: _Job, text: str, folder: Path, staged: Optional[Path]) -> None:
    config_file = folder / "test"
    if staged:
        value = with_folder(read_settings(text).get(PATH_KEY), str(job.paths.plugins))
        value = os.pathsep.join([str(staged.parent), value])
        text = replace_option(text, PATH_KEY, f"{PATH_KEY} = {value}\n")
    config_file.write_bytes(encode(text))
    error = job.aws.assume_error(config_file, job.home)
    if not error:
        return
    others = sorted(read_settings(text).keys() - {NAME, PATH_KEY})
    hint = f" It would also load your other plugins: {', '.join(others)}." if others else ""
    raise InstallError(
        f"{job.host.executable} does not run with the plugin: {error}.{hint} Nothing was changed."
    )


def _put_package_back(package: Path, folder: Path) -> None:
    # The staged copy is still in the workspace where the swap has not happened.
    if not (folder / "staged" / package.name).exists():
        swap_back(package, folder)


def _write(job: _Job, after: bytes, undo: ExitStack) -> None:
    paths = job.paths
    if read_file(paths.config_file) != job.before:
        raise InstallError(
            f"Another program has changed {paths.config_file}. Type: awscli-assume enable"
        )
    entries = load_record(paths.record)
    known = entries.get(str(paths.config_file))
    entry = make_entry(job.before, after, str(paths.plugins), known)
    undo.callback(save_record, paths.record, entries, load_python(paths.record))
    # The record first: if this process is killed here, disable knows what to restore.
    save_record(paths.record, {**entries, str(paths.config_file): entry}, base_interpreter())
    if after == job.before:
        return

    def put_back() -> None:
        current = read_file(paths.config_file)
        if current == after:
            replace_file(paths.config_file, job.before)
        elif current is not None:
            content = restore(current, entry, str(paths.plugins))
            replace_file(paths.config_file, content)
        # The package is swapped back next.
        job.system.wait_for_loading()

    undo.callback(put_back)
    replace_file(paths.config_file, after)
