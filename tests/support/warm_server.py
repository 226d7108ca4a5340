"""Runs inside an AWS CLI: starts commands by fork, in place of a new process for each.

An official AWS CLI needs half a second of CPU to start. This module is started once, as a
plugin of version 2 and as a program of version 1. For each request it forks a process that
has the command line, environment, folder and streams of the request, and that runs the CLI's own
main function. It uses the standard library of the AWS CLI alone.
"""

import atexit
import json
import os
import select
import socket
import sys
import threading
import types

# The environment variable with the path of the socket.
SOCKET = "AWSCLI_ASSUME_TEST_SOCKET"
_REQUEST_MAX = 1024 * 1024
# Set by the AWS CLI when it starts, not by the caller.
_OWN_VARIABLES = ("AWS_DATA_PATH", "LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "_PYI_ARCHIVE_FILE")


def awscli_initialize(event_hooks):
    """Serve instead of running the command, where the socket is named (version 2)."""
    path = os.environ.pop(SOCKET, None)
    if path is not None:
        serve(path)


def serve(path):
    """Accept requests until standard input ends."""
    # The modules that most commands load, from a driver that is thrown away.
    import awscli.clidriver
    import botocore.session

    botocore.session.get_session().create_client(
        "sts", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    own = {name: os.environ[name] for name in _OWN_VARIABLES if name in os.environ}
    paths = _paths_below(os.environ["HOME"])
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(8)
    os.write(1, b"ready\n")
    while True:
        ready, _, _ = select.select([server, 0], [], [])
        if 0 in ready:
            os._exit(0)
        connection, _ = server.accept()
        _reap()
        if os.fork() == 0:
            server.close()
            _supervise(connection, own, paths, awscli.clidriver.main)
        connection.close()


def _reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _paths_below(home):
    """Return what modules computed from HOME when they were imported: holder, name and value."""
    found = []
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in ("awscli", "botocore"):
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


def _supervise(connection, own, paths, main):
    """Run the command of a request in a child, and send how it ended."""
    data, descriptors, _, _ = socket.recv_fds(connection, _REQUEST_MAX, 3)
    while not data.endswith(b"\n"):
        data += connection.recv(_REQUEST_MAX)
    request = json.loads(data)
    child = os.fork()
    if child == 0:
        connection.close()
        _set_home(paths, os.environ["HOME"], request["env"]["HOME"])
        _run(request, descriptors, own, main)
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(json.dumps({"pid": child}).encode() + b"\n")
    _, status = os.waitpid(child, 0)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    connection.sendall(json.dumps({"code": code}).encode() + b"\n")
    os._exit(0)


def _run(request, descriptors, own, main):
    """Become the process of a command, to its end."""
    os.setsid()
    os.chdir(request["cwd"])
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update({**request["env"], **own})
    sys.argv[:] = request["argv"]
    for name in [name for name in sys.modules if name.split(".")[0] == __name__]:
        del sys.modules[name]
    try:
        code = main()
    except SystemExit as error:
        code = error.code
    threading._shutdown()
    atexit._run_exitfuncs()
    os._exit(_flushed(code))


def _flushed(code):
    """Return the exit code that Python ends with when it has flushed the streams."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return 120
    return code or 0


if __name__ == "__main__":
    serve(os.environ.pop(SOCKET))
