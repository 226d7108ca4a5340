"""An ``aws`` for shells: a started AWS CLI forks the command (warm_server.py), which it waits for.

WarmHost puts the values of the names in capitals above this text. Where the caller has what a
forked process can't have from it (a terminal, a closed stream, an ignored signal, a variable that
Python reads when it starts), the real executable is run.
"""

# ruff: noqa: F821 - the values above.

import _signal
import _socket
import os
import sys

# Signals that are passed on to the command.
PASSED_ON = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM, _signal.SIGUSR1)
INHERITED = (*PASSED_ON, _signal.SIGQUIT, _signal.SIGCHLD, _signal.SIGTSTP)


def variables():
    """Return the environment, with the folder of the real executable in place of ours."""
    own, real = os.path.dirname(os.path.abspath(sys.argv[0])), os.path.dirname(EXECUTABLE)
    found = dict(os.environ)
    folders = found.get("PATH", "").split(os.pathsep)
    found["PATH"] = os.pathsep.join(real if one == own else one for one in folders)
    if found.get("_") == os.path.join(own, "aws"):
        found["_"] = EXECUTABLE
    return found


def can_be_forked(env):
    """Return whether a forked process would be what a new one is."""
    if None in (sys.stdin, sys.stdout, sys.stderr) or any(map(os.isatty, range(3))):
        return False
    if any(_signal.getsignal(one) == _signal.SIG_IGN for one in INHERITED):
        return False
    at_start = {name: value for name, value in env.items() if name.startswith(NAMES_AT_START)}
    return "HOME" in env and at_start == AT_START


def run(words, env):
    """Run a command in a fork, and return its exit code: negative where a signal ended it."""
    umask = os.umask(0)
    os.umask(umask)
    fields = [str(umask), os.getcwd(), str(len(words)), *words]
    fields += [f"{name}={value}" for name, value in env.items()]
    request = b"".join(os.fsencode(field) + b"\0" for field in fields)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(SOCKET)
    data = b"%d\n%b" % (len(request), request)
    descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    sent = connection.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
    while sent < len(data):
        sent += connection.send(data[sent:])
    replies = b""
    while replies.count(b"\n") < 2:
        more = connection.recv(64)
        if not more:
            raise SystemExit("the started AWS CLI has gone")
        if not replies:
            pass_on_signals(int(more.split(b"\n")[0]))
        replies += more
    return int(replies.split(b"\n")[1])


def pass_on_signals(pid):
    """Send the signals that come for this process to the command."""
    for number in PASSED_ON:
        _signal.signal(number, lambda signum, frame: os.kill(pid, signum))


def main():
    """Run the command line of this process."""
    env, words = variables(), [EXECUTABLE, *sys.argv[1:]]
    if not can_be_forked(env):
        os.execve(EXECUTABLE, words, env)
    code = run(words, env)
    if code < 0:
        if -code != _signal.SIGKILL:
            _signal.signal(-code, _signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
