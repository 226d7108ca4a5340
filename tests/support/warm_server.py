"""Runs inside an AWS CLI: starts commands by fork, in place of a new process for each.

An official AWS CLI needs half a second of CPU to start. This module is started once, as a
plugin of version 2 and as a program of version 1. For each request it forks a process that
has the command line, environment, folder and streams of the request, and that runs the CLI's own
main function. It uses the standard library of the AWS CLI alone.

Before the first request, a child runs the commands of ``REHEARSAL``. The modules that they loaded
are imported here, so that no forked process has to load them again. A command that does not use
the plugin of the rehearsal forgets the plugin's modules.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import types

# Environment variables: the path of the socket, the folder of the plugin (version 2), the endpoint
# for the commands of the rehearsal, and the file that its result is kept in for the next server.
SOCKET = "AWSCLI_ASSUME_TEST_SOCKET"
PLUGIN_FOLDER = "AWSCLI_ASSUME_TEST_PLUGIN_FOLDER"
ENDPOINT = "AWSCLI_ASSUME_TEST_ENDPOINT"
MODULES = "AWSCLI_ASSUME_TEST_MODULES"
REHEARSAL = (
    ("sts", "get-caller-identity"),
    ("assume", "--role-arn", "arn:aws:iam::123456789012:role/rehearsal"),
    ("assume", "list"),
    ("configure", "set", "region", "us-east-1"),
)
_PLUGIN = "awscli_assume"
_CHUNK = 1024 * 1024
# Set by the AWS CLI when it starts, not by the caller.
_OWN_VARIABLES = ("AWS_DATA_PATH", "LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "_PYI_ARCHIVE_FILE")
# Services that the commands of the tests use.
_SERVICES = ("sts", "iam", "sso", "sso-oidc")


def awscli_initialize(event_hooks):
    """Serve instead of running the command, where the socket is named (version 2)."""
    path = os.environ.pop(SOCKET, None)
    if path is not None:
        serve(path)


def serve(path):
    """Accept requests until standard input ends."""
    import awscli.clidriver
    import host_caches

    folder, endpoint = os.environ.pop(PLUGIN_FOLDER, ""), os.environ.pop(ENDPOINT)
    modules = os.environ.pop(MODULES, "")
    own_folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [one for one in sys.path if one != own_folder]
    # What is not loaded now is loaded by each command itself.
    names = _read_names(modules)
    if not names:
        names = _rehearse(awscli.clidriver.main, folder, endpoint)
        if _PLUGIN in names:
            _keep_names(modules, names)
    _import(names, folder)
    caches = host_caches.replacements()
    originals = [(holder, name, getattr(holder, name)) for holder, name, _ in caches]
    _set_attributes(caches)
    _create_clients()
    _set_attributes(originals)
    server = _Server(path, folder, caches, awscli.clidriver.main)
    gc.collect()
    gc.freeze()
    os.write(1, b"ready\n")
    server.run()


def _read_names(path):
    """Return the modules that an earlier rehearsal found. One that is gone is not imported."""
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return []


def _keep_names(path, names):
    if path:
        staged = f"{path}.{os.getpid()}"
        with open(staged, "w") as file:
            json.dump(names, file)
        os.replace(staged, path)


def _rehearse(main, folder, endpoint):
    """Return the names of the modules that the commands of the rehearsal load."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        os.environ.pop("AWS_CONFIG_FILE", None)
        os.environ.update(
            AWS_ACCESS_KEY_ID="AKIAREHEARSAL", AWS_SECRET_ACCESS_KEY="x", AWS_PAGER="",
            AWS_DEFAULT_REGION="us-east-1", AWSCLI_ASSUME_INDEX="off",
        )  # fmt: skip
        config = os.path.join(os.environ["HOME"], ".aws", "config")
        os.makedirs(os.path.dirname(config), 0o700)
        with open(config, "w") as file:
            file.write(f"[plugins]\nassume = {_PLUGIN}\n")
            file.write(f"cli_legacy_plugin_path = {folder}\n" if folder else "")
        for words in REHEARSAL:
            sys.argv[:] = ["aws", "--endpoint-url", endpoint, *words]
            with contextlib.suppress(SystemExit):
                main()
        with open(writer, "w") as file:
            json.dump([name for name in sys.modules if name.split(".")[0] != __name__], file)
        os._exit(0)
    os.close(writer)
    with open(reader) as file:
        names = json.load(file)
    os.waitpid(child, 0)
    return names


def _import(names, folder):
    """Import modules of an AWS CLI and of the plugin, whose folder is on the path for so long."""
    before = list(sys.path)
    sys.path += [folder] if folder else []
    keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    for name in names:
        if name not in sys.modules and "__mp_main__" not in name:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    sys.dont_write_bytecode = keep
    sys.path[:] = before


def _create_clients():
    import botocore.session

    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    for name in _SERVICES:
        session.create_client(name, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        for kind in ("paginators-1", "waiters-2"):
            with contextlib.suppress(Exception):  # A service without them.
                loader.load_service_model(name, kind)


class _Server:
    """The socket of the requests, and the commands that are running."""

    def __init__(self, path, folder, caches, main):
        self._folder = folder
        self._caches = caches
        self._main = main
        self._own = {name: os.environ[name] for name in _OWN_VARIABLES if name in os.environ}
        self._paths = _paths_below(os.environ["HOME"])
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(path)
        self._socket.listen(32)
        # The connection of each process that has not ended.
        self._running = {}
        # A byte for each process that has ended.
        self._ended, self._wakeup = os.pipe()
        os.set_blocking(self._ended, False)
        os.set_blocking(self._wakeup, False)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def run(self):
        """Fork a process for each request, and send the exit code of each that has ended."""
        while True:
            connections = list(self._running.values())
            ready, _, _ = select.select([self._socket, 0, self._ended, *connections], [], [])
            if 0 in ready:
                os._exit(0)
            self._end([child for child, one in self._running.items() if one in ready])
            if self._ended in ready:
                os.read(self._ended, _CHUNK)
                self._report()
            if self._socket in ready:
                with contextlib.suppress(ConnectionError):
                    self._start(self._socket.accept()[0])

    def _end(self, children):
        """Kill what nobody waits for anymore: its caller was killed."""
        for child in children:
            os.kill(child, signal.SIGKILL)
            self._running.pop(child).close()

    def _report(self):
        with contextlib.suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if not child:
                    break
                code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                if child in self._running:
                    connection = self._running.pop(child)
                    _send(connection, code)
                    connection.close()

    def _start(self, connection):
        data, descriptors, _, _ = socket.recv_fds(connection, _CHUNK, 3)
        request = _Request(data, connection)
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            os.close(self._wakeup)
            os.close(self._ended)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for one in (self._socket, connection, *self._running.values()):
                one.close()
            self._become(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        _send(connection, child)
        self._running[child] = connection

    def _become(self, request, descriptors):
        """Become the process of a command, to its end."""
        os.setsid()
        os.umask(request.umask)
        os.chdir(request.folder)
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        _set_home(self._paths, os.environ["HOME"], request.variables["HOME"])
        os.environ.clear()
        os.environ.update({**request.variables, **self._own})
        sys.argv[:] = request.words
        # A log tells of what is loaded and looked up.
        if "--debug" not in request.words:
            _set_attributes(self._caches)
        is_same_plugin = _uses_plugin(self._folder)
        forgotten = (__name__, "host_caches", *(() if is_same_plugin else (_PLUGIN,)))
        for name in [name for name in sys.modules if name.split(".")[0] in forgotten]:
            del sys.modules[name]
        try:
            code = self._main()
        except SystemExit as error:
            code = error.code
        threading._shutdown()
        atexit._run_exitfuncs()
        os._exit(_flushed(code))


class _Request:
    """A command: how many bytes it has, a line break, and fields that a zero byte ends."""

    def __init__(self, data, connection):
        while b"\n" not in data:
            data += self._more(connection)
        length, _, data = data.partition(b"\n")
        while len(data) < int(length):
            data += self._more(connection)
        umask, self.folder, count, *rest = map(os.fsdecode, data.split(b"\0")[:-1])
        self.umask = int(umask)
        self.words = rest[: int(count)]
        self.variables = dict(one.split("=", 1) for one in rest[int(count) :])

    def _more(self, connection):
        data = connection.recv(_CHUNK)
        if not data:
            raise ConnectionError("the caller has gone")
        return data


def _send(connection, number):
    with contextlib.suppress(OSError):  # The caller may have gone.
        connection.sendall(b"%d\n" % number)


def _uses_plugin(folder):
    """Return whether the plugin can be no other than that of the rehearsal.

    Version 1, which has no folder of plugins, has one place for it.
    """
    if not folder:
        return True
    path = os.environ.get("AWS_CONFIG_FILE") or os.path.expanduser("~/.aws/config")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return False
    key = "cli_legacy_plugin_path"
    return [line for line in lines if line.startswith(key)] == [f"{key} = {folder}"]


def _set_attributes(values):
    for holder, name, value in values:
        setattr(holder, name, value)


def _paths_below(home):
    """Return what modules computed from HOME when they were imported: holder, name and value."""
    found = []
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in ("awscli", "botocore", _PLUGIN):
            continue
        classes = [one for one in vars(module).values() if isinstance(one, type)]
        for holder in (module, *classes):
            for key, value in vars(holder).items():
                if isinstance(value, str) and value.startswith(home):
                    found.append((holder, key, value))
                is_function = isinstance(value, types.FunctionType)
                defaults = (value.__defaults__ if is_function else None) or ()
                if any(isinstance(one, str) and one.startswith(home) for one in defaults):
                    found.append((value, "__defaults__", defaults))
    return found


def _set_home(paths, old, new):
    def moved(value):
        is_below = isinstance(value, str) and value.startswith(old)
        return new + value[len(old) :] if is_below else value

    for holder, name, value in paths:
        setattr(holder, name, tuple(map(moved, value)) if name == "__defaults__" else moved(value))


def _flushed(code):
    """Return the exit code that Python ends with when it has flushed the streams."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return 120
    return code or 0


if __name__ == "__main__":
    serve(os.environ.pop(SOCKET))
