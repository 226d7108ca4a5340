"""Enable the plugin: prove it on a draft first, then put it in place, then prove it again."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.install.atomic_file import read_file, replace_file
from awscli_assume.install.aws_calls import AwsCalls, probe_interpreter
from awscli_assume.install.conflicts import has_alias, refuse_conflict, require_importable
from awscli_assume.install.hosts import Host, choose_host
from awscli_assume.install.interpreter import base_interpreter
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
    decode,
    encode,
    load_python,
    load_record,
    make_entry,
    restore,
    save_record,
)
from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Places, Surroundings, find_places


@dataclass(frozen=True)
class _Job:
    around: Surroundings
    places: Places
    host: Host
    aws: AwsCalls
    before: Optional[bytes]
    # The HOME of a proof, where the person's alias named assume does not apply.
    home: Optional[Path] = None


def enable(
    around: Surroundings,
    *,
    named: Optional[str] = None,
    force: bool = False,
    source: Path = PACKAGE,
) -> Host:
    """Enable the plugin for one ``aws`` and answer which; doing it again upgrades the copy.

    ``named`` is the executable, else the first on the PATH; ``force`` accepts that a version 1
    stops working. Raises Refusal with everything as it was before.
    """
    places = find_places(around.env)
    _check_folder_name(places)
    host = choose_host(around, named)
    around.say(f"{host.executable} is {host.name}")
    before = read_file(places.config_file)
    refuse_conflict(host, decode(before or b""), places, around, force)
    alias = has_alias(places.alias_file)
    if alias:
        around.warn(
            f"{places.alias_file} has an alias named {NAME}, which the AWS CLI prefers to a "
            "plugin. Rename the alias to reach 'aws assume'."
        )
    with workspace(places.plugins) as folder, ExitStack() as undo:
        if host.major == 1:
            require_importable(host, probe_interpreter(host, around, folder))
        home = folder if alias else None
        job = _Job(around, places, host, AwsCalls(host, around, places.config_file), before, home)
        _carry_out(job, folder, source, undo)
        # From here on nothing is undone.
        undo.pop_all()
    if host.major == 1:
        around.say(
            "Version 1 has no plugin folder: type 'awscli-assume disable' before you uninstall "
            "awscli-assume there, or every aws command fails."
        )
    around.say("Enabled. Type: aws assume --role-name my-iam-role")
    return host


def _check_folder_name(places: Places) -> None:
    if os.pathsep in str(places.plugins):
        raise Refusal(
            f"{places.plugins} has a '{os.pathsep}' in its name: the CLI would cut it in two."
        )


def _carry_out(job: _Job, folder: Path, source: Path, undo: ExitStack) -> None:
    staged = stage_package(source, folder) if job.host.major == 2 else None
    after = _draft(job, folder / "draft")
    _prove_draft(job, decode(after), folder, staged)
    if staged:
        undo.callback(_put_package_back, job.places.package, folder)
        swap_in(staged, job.places.package, folder)
        job.around.say(f"Copied {MODULE} to {job.places.plugins}")
    _write(job, after, undo)
    trouble = job.aws.version_trouble(job.places.config_file)
    trouble = trouble or job.aws.assume_trouble(job.places.config_file, job.home)
    if trouble:
        raise Refusal(f"with the plugin in place aws failed: {trouble}. Everything is as it was.")


def _draft(job: _Job, draft: Path) -> bytes:
    """Return the config file as ``aws configure set`` makes it, worked out on a private copy.

    So the real file changes once, in one rename, and never stands there half set up.
    """
    wanted = {NAME: MODULE}
    text = decode(job.before or b"")
    if job.host.major == 2:
        found = read_settings(text).get(PATH_KEY)
        # The path first: with the name alone set, version 2 may be unable to start.
        wanted = {PATH_KEY: with_folder(found, str(job.places.plugins)), **wanted}
    missing = {
        key: value for key, value in wanted.items() if read_settings(text).get(key) != value
    }
    if PATH_KEY in missing:
        # A name that points nowhere, as after a lost folder, breaks `aws configure set` too.
        text, missing = replace_option(text, NAME, ""), {**missing, NAME: MODULE}
    if job.before is not None:
        draft.write_bytes(encode(text))
    for key, value in missing.items():
        job.around.say(f"$ aws configure set plugins.{key} {value}")
        job.aws.configure_set(f"plugins.{key}", value, draft)
    return read_file(draft) or b""


def _prove_draft(job: _Job, text: str, folder: Path, staged: Optional[Path]) -> None:
    proof = folder / "proof"
    if staged:
        value = with_folder(read_settings(text).get(PATH_KEY), str(job.places.plugins))
        value = os.pathsep.join([str(staged.parent), value])
        text = replace_option(text, PATH_KEY, f"{PATH_KEY} = {value}\n")
    proof.write_bytes(encode(text))
    trouble = job.aws.assume_trouble(proof, job.home)
    if not trouble:
        return
    others = sorted(read_settings(text).keys() - {NAME, PATH_KEY})
    hint = (
        f" It would also have to load your other plugins: {', '.join(others)}." if others else ""
    )
    raise Refusal(
        f"{job.host.executable} would not run with the plugin: {trouble}.{hint} "
        "Nothing was changed."
    )


def _put_package_back(package: Path, folder: Path) -> None:
    # The workspace knows whether the swap had happened when it came to this.
    if not (folder / "staged" / package.name).exists():
        swap_back(package, folder)


def _write(job: _Job, after: bytes, undo: ExitStack) -> None:
    places = job.places
    if read_file(places.config_file) != job.before:
        raise Refusal(f"{places.config_file} was changed meanwhile. Type: awscli-assume enable")
    entries = load_record(places.record)
    known = entries.get(str(places.config_file))
    entry = make_entry(job.before, after, str(places.plugins), known)
    undo.callback(save_record, places.record, entries, load_python(places.record))
    # The record first: should we be killed here, disable knows what to take back.
    save_record(places.record, {**entries, str(places.config_file): entry}, base_interpreter())
    if after == job.before:
        return

    def put_back() -> None:
        current = read_file(places.config_file)
        if current == after:
            replace_file(places.config_file, job.before)
        elif current is not None:
            content = restore(current, entry, str(places.plugins))
            replace_file(places.config_file, content)
        # The package goes back next.
        job.around.let_started_ones_load()

    undo.callback(put_back)
    replace_file(places.config_file, after)
