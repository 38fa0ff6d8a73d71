"""One network namespace: a host, a router or a firewall of the lab."""

import subprocess

from .process import Process, run


class Namespace:
    """A named network namespace, removed with everything in it when its stack unwinds."""

    def __init__(self, undo, name, logs):
        self.name, self.logs, self.undo = name, logs, undo
        run("ip", "netns", "add", name)
        undo.callback(self.remove)
        self.removed = False
        run("ip", "-n", name, "link", "set", "lo", "up")

    def remove(self):
        """Removes the namespace's name; its interfaces go with it."""
        if not self.removed:
            run("ip", "netns", "del", self.name)
            self.removed = True

    def argv(self, *argv):
        """`argv`, to be run inside. `ip netns exec` replaces itself, so the process id is the program's."""
        return ["ip", "netns", "exec", self.name, *map(str, argv)]

    def run(self, *argv, text=None):
        """Runs a short command inside."""
        return run(*self.argv(*argv), text=text)

    def ip(self, *lines):
        """Applies lines of `ip -batch`."""
        run("ip", "-n", self.name, "-batch", "-", text="\n".join(lines) + "\n")

    def nft(self, rules):
        """Applies nftables rules."""
        self.run("nft", "-f", "-", text=rules)

    def sysctl(self, **settings):
        """Sets kernel parameters of this namespace; `__` stands for a dot."""
        self.run("sysctl", "-qw", *(f"{key.replace('__', '.')}={value}" for key, value in settings.items()))

    def spawn(self, undo, log, *argv, stdin=subprocess.DEVNULL, env=None):
        """Starts a program inside; its output goes to files named `log`."""
        return Process(undo, self.argv(*argv), self.logs / f"{self.name}-{log}", stdin=stdin, env=env)
