"""Real `sshd` and real `ssh`, with configuration, keys and logs of their own."""

import os
import shutil
import signal
import subprocess

from . import wait
from .process import descendants, run

SSHD_CONFIG = """
ListenAddress {address}
HostKey {keys}/host_ed25519
AuthorizedKeysFile {keys}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication {passwords}
KbdInteractiveAuthentication no
PrintMotd no
SetEnv HOME={keys}
LogLevel DEBUG1
"""
"""HOME holds no start-up files of the shell: those of the machine's root may wait for anything."""


def make_keys(folder):
    """One host key and one user key for the whole run."""
    for name in ("host_ed25519", "user_ed25519"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(folder / name))
    shutil.copy(folder / "user_ed25519.pub", folder / "authorized_keys")
    return folder


class Server:
    """An `sshd` on port 22 of a namespace."""

    def __init__(self, undo, node, address, keys, options=(), passwords=False, log="sshd"):
        config = node.logs / f"{node.name}-{log}.conf"
        text = SSHD_CONFIG.format(address=address, keys=keys, passwords="yes" if passwords else "no")
        config.write_text("\n".join(options) + text, encoding="ascii")
        self.node = node
        self.process = node.spawn(undo, log, shutil.which("sshd"), "-D", "-e", "-f", config)
        self.process.says("Server listening")

    def session_pids(self):
        """The sshd processes that serve connections: children of the listener, not the shells they started."""
        return [pid for pid, name in descendants(self.process.pid).items() if name.startswith("sshd")]

    def signal_sessions(self, signum):
        """Sends a signal to each process that serves a connection."""
        for pid in self.session_pids():
            os.kill(pid, signum)

    def stop_listening(self):
        """Stops the listener: connections are made by the kernel and wait, as on a busy server."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        """Lets the listener go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def stop_sessions(self):
        """Stops them, so that what the client sends stays unread."""
        self.signal_sessions(signal.SIGSTOP)

    def kill_sessions(self):
        """Kills them, as the OOM killer does: nothing is said or closed in order."""
        self.signal_sessions(signal.SIGKILL)


def unread(node, filter_):
    """Octets that wait unread in the established sockets of a namespace."""
    lines = node.run("ss", "-Htn", "state", "established", filter_).splitlines()
    return sum(int(line.split()[0]) for line in lines)


class Client:
    """An `ssh` with a terminal (or without), its remote side echoing lines through `cat`."""

    def __init__(self, undo, node, server, keys, options=(), terminal=True, command="cat", log="ssh", env=None):
        self.node, self.terminal = node, terminal
        always = (
            "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes", "IdentityAgent=none", f"IdentityFile={keys}/user_ed25519", "LogLevel=VERBOSE",
        )
        argv = ["ssh", "-F", "none", "-tt" if terminal else "-T"]
        # The first value of an option is the one that counts: the scenario's come first.
        for option in (*options, *always):
            argv += ["-o", option]
        self.process = node.spawn(undo, log, *argv, f"root@{server}", command, stdin=subprocess.PIPE, env=env)
        self.stdin = self.process.popen.stdin
        self.lines = 0

    def type(self, text):
        """Types a line, key by key at a terminal, at once without one."""
        for piece in (text + "\n" if self.terminal else [text + "\n"]):
            self.press(piece)
            if self.terminal:
                wait.pause(0.03)

    def press(self, key="x"):
        """Presses one key and waits for nothing."""
        self.stdin.write(key.encode())
        self.stdin.flush()

    def exchange(self, text=None):
        """Types a line and waits until it came back: after this nothing is under way but the last acknowledgement."""
        self.lines += 1
        text = text or f"line {self.lines} of the lab"
        self.type(text)
        # The terminal echoes the keys, then `cat` repeats the line; without a terminal only `cat` answers.
        times = 2 if self.terminal else 1
        self.process.prints(text.encode(), times)

    def close(self):
        """Ends the remote `cat` and waits for the orderly end."""
        if self.terminal:
            self.press("\x04")
        else:
            self.stdin.close()
        return self.process.ended()

    def kill(self):
        """Kills the client at once."""
        self.process.kill()
