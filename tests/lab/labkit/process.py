"""Programs the lab starts. They are ended by their own process id, never by a name."""

import os
import signal
import subprocess

from . import wait


class Failed(Exception):
    """A command that had to succeed did not."""


def run(*argv, text=None):
    """Runs a short command to its end and returns what it printed."""
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise Failed(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Process:
    """A program running beside the lab, with what it prints kept in two files."""

    def __init__(self, undo, argv, log, stdin=subprocess.DEVNULL, env=None):
        self.name = os.path.basename(str(log))
        self.out_path, self.err_path = f"{log}.out", f"{log}.err"
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.popen = subprocess.Popen(argv, stdin=stdin, stdout=out, stderr=err, env=env, start_new_session=True)
        undo.callback(self.end)

    @property
    def pid(self):
        return self.popen.pid

    def printed(self):
        """What the program wrote to standard output so far."""
        with open(self.out_path, "rb") as out:
            return out.read()

    def said(self):
        """What the program wrote to standard error so far."""
        with open(self.err_path, encoding="utf-8", errors="replace") as err:
            return err.read()

    def says(self, word, seconds=10.0):
        """Waits until `word` stands in its standard error."""
        self.lives_until(f"saying {word!r}", lambda: word in self.said(), seconds)

    def prints(self, octets, times=1, seconds=10.0):
        """Waits until `octets` stand in its standard output so many times."""
        self.lives_until(f"printing {octets!r}", lambda: self.printed().count(octets) >= times, seconds)

    def lives_until(self, what, happened, seconds):
        """Waits for something the program does; a program that ends instead has failed."""
        def done():
            if happened():
                return True
            if self.popen.poll() is not None:
                raise Failed(f"{self.name} ended with {self.popen.returncode} before {what}: {self.said().strip()[-400:]}")
            return False
        wait.until(f"{self.name} {what}", done, seconds)

    def ended(self, seconds=10.0):
        """Waits for its end and returns its exit status."""
        wait.until(f"the end of {self.name}", lambda: self.popen.poll() is not None, seconds)
        return self.popen.returncode

    def kill(self):
        """Kills it at once; its sockets are closed by the kernel."""
        self.popen.kill()
        self.popen.wait(5)

    def end(self, first=signal.SIGTERM):
        """Ends it: politely, then not."""
        if self.popen.poll() is not None:
            return
        for signum in (first, signal.SIGKILL):
            self.popen.send_signal(signum)
            try:
                self.popen.wait(3)
                return
            except subprocess.TimeoutExpired:
                continue


def descendants(pid):
    """Process ids of the children of `pid` and theirs, with their command names."""
    parents = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                name, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        parents[int(entry)] = (int(rest.split()[1]), name)
    found, level = {}, {pid}
    while level:
        level = {child for child, (parent, _) in parents.items() if parent in level}
        found.update({child: parents[child][1] for child in level})
    return found
