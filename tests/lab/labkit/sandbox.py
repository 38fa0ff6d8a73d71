"""A place where the lab can touch nothing of the host.

The lab runs in mount, network and process-id namespaces of its own, so that even a fault in it reaches no
interface, file in `/run` or process of the host. The outer process only waits; it holds the writing end of a pipe
(the leash), and when that end closes, for whatever reason, the inner one unwinds its stacks and ends. What a
killed inner process leaves behind goes with the namespaces.
"""

import os
import pathlib
import signal
import subprocess
import sys
import threading

from .process import run
from .wait import STOP

PRIVATE = ("/run", "/var/log")
"""Where sshd, ip and nft would leave files: empty and the lab's own for as long as it runs."""


def enter(argv):
    """Runs `argv` with `--inside FD` in the sandbox and returns its exit status."""
    reading, writing = os.pipe()
    inner = subprocess.Popen(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
         sys.executable, *argv, "--inside", str(reading)],
        pass_fds=[reading], start_new_session=True,
    )
    os.close(reading)

    def let_go(_signum, _frame):
        nonlocal writing
        if writing is not None:
            os.close(writing)
            writing = None

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, let_go)
    return inner.wait()


def settle_in(leash):
    """Makes the sandbox ready from inside. `leash` is the pipe whose end means: stop."""
    for folder in PRIVATE:
        run("mount", "-t", "tmpfs", "tmpfs", folder)
    for folder in ("/run/sshd", "/run/netns"):
        os.makedirs(folder, mode=0o755)
    run("ip", "link", "set", "lo", "up")

    def follow():
        os.read(leash, 1)
        STOP.set()

    threading.Thread(target=follow, daemon=True).start()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda _signum, _frame: STOP.set())


def tracefs(undo, work):
    """The kernel's tracing directory, mounted for the sandbox only. Raises `Failed` where the kernel has none."""
    folder = pathlib.Path(work, "tracing")
    folder.mkdir()
    run("mount", "-t", "tracefs", "tracefs", str(folder))
    undo.callback(run, "umount", str(folder))
    return folder
