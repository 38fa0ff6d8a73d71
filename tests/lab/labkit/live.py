"""`sshrst capture` beside each tcpdump: what it says live is what it says of the file.

Only where SSHRST_LIVE names the program.
"""

import json
import os
import signal

from .process import Failed, run

PROGRAM = os.environ.get("SSHRST_LIVE")


def verdict(session):
    """What must be the same: who with whom, how it ended, who did it, and why."""
    reset = session.get("reset", {})
    ends = [(session[end]["ip"], session[end]["port"]) for end in ("client", "server")]
    return *ends, session["ended_by"], reset.get("role"), reset.get("sender"), session["cause"]["id"]


class Live:
    """One running capture."""

    def __init__(self, undo, node, interface, vantage):
        self.vantage = vantage
        self.sshrst = node.spawn(
            undo, f"live-{vantage}", PROGRAM, "capture", "-i", interface, "-f", "json", "--include-own", "-Z", "root"
        )
        self.sshrst.says("capturing on")

    def compare(self, file):
        """Ends it, and insists that it agrees with what is said of `file`."""
        self.sshrst.end(signal.SIGINT)
        live = json.loads(self.sshrst.printed())
        of_file = json.loads(run(PROGRAM, "analyze", "-f", "json", str(file)))
        said, expected = ([verdict(it) for it in report["sessions"]] for report in (live, of_file))
        if said != expected:
            raise Failed(f"live at {self.vantage}: {said}, and of the file: {expected}")
