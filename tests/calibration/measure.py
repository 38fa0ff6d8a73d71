"""What the tool says of labelled captures, and what each detector's answers are worth by that."""

import concurrent.futures
import json
import math
import os
import subprocess
from collections import defaultdict
from dataclasses import dataclass


@dataclass
class Seen:
    """A label beside the session it is about; `session` is None where the capture holds none of it."""

    label: object
    session: object

    @property
    def reset(self):
        return (self.session or {}).get("reset")

    @property
    def said(self):
        """Who is said to have ended the connection by a reset."""
        fatal = self.session and self.session["ended_by"] == "reset"
        return self.reset["sender"] if self.reset and fatal else "none"

    @property
    def form(self):
        """`abort` or `answer`: the prior differs, so weights are measured apart."""
        summary = next(item["summary"] for item in self.reset["evidence"] if item["id"] == "reset-form")
        return "abort" if summary.startswith("RST+ACK with window") else "answer"

    @property
    def from_host(self):
        """Whether the host whose address the reset carries sent it."""
        return self.label.sender == self.reset["claimed_sender"]


def run(tool, labels):
    """Every label with its session."""

    def one(label):
        command = [tool, "analyze", "--all", "--format", "json", "--threads", "1", label.path]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        return Seen(label, session_of(json.loads(done.stdout), label.ends))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, labels))


def session_of(report, ends):
    def is_it(session):
        return {(session[side]["ip"], session[side]["port"]) for side in ("client", "server")} == ends

    found = [session for session in report["sessions"] if is_it(session)]
    found.sort(key=lambda session: (session["ended_by"] == "reset", session["frames"]))
    return found[-1] if found else None


def resets(seen):
    """Those whose reset was either a host's own or a box's. A proxy is both: the end of the connection, and a box."""
    senders = ("client", "server", "middlebox")
    return [one for one in seen if one.reset and one.label.sender in senders and not one.label.owner]


def tilt(item):
    """Decibans for a box, by the item's own declaration; negative ones for the claimed host."""
    bears = item["bears"]
    return bears.get("middlebox", 0) - sum(value for side, value in bears.items() if side != "middlebox")


@dataclass
class Weight:
    """One answer of one detector to one form of reset."""

    detector: str
    form: str
    outcome: str
    declared: list
    captures: tuple
    """Captures with that answer: of boxes, of hosts."""
    families: tuple
    """Families in which the detector could tell: of boxes, of hosts."""
    measured: float
    """Decibans for a box, every family counting once, one made-up observation each way added (Laplace)."""
    spread: tuple
    """Lowest and highest value when one whole family is left out."""

    @property
    def middle(self):
        return sorted(self.declared)[len(self.declared) // 2]

    @property
    def finding(self):
        """What the measurement says of the declared weight; empty where it agrees to 6 dB."""
        declared, low, high = self.middle, *self.spread
        if min(self.families) < 3 or abs(declared) < 3 and abs(self.measured) < 6:
            return "too few families" if abs(declared) >= 3 and min(self.families) < 3 else ""
        if declared * self.measured < 0 and abs(declared) >= 3 and abs(self.measured) >= 3:
            return "sign differs"
        if low - 6 <= declared <= high + 6:
            return ""
        if abs(declared) < abs(self.measured):
            return "declared weaker"
        against = self.captures[0] if declared < 0 else self.captures[1]
        return "declared stronger" if against else "beyond what so few families show"


def weights(seen):
    """The weight of every answer that was given, with what the captures make of it."""
    answers = defaultdict(list)
    for one in resets(seen):
        # The altered TTLs were made, not met; and these captures are among the others already.
        if one.label.source == "ttl-equal":
            continue
        for item in one.reset["evidence"]:
            answers[item["id"], one.form].append((one, item))
    rows = []
    for (detector, form), given in answers.items():
        told = [(one, item) for one, item in given if item["outcome"] != "cannot-tell"]
        for outcome in ("present", "absent"):
            with_it = [(one, item) for one, item in told if item["outcome"] == outcome]
            if with_it:
                rows.append(weight(detector, form, outcome, told, with_it))
    return rows


def weight(detector, form, outcome, told, with_it):
    shares = [by_family(told, outcome, from_host) for from_host in (False, True)]
    captures = tuple(sum(one.from_host == host for one, _ in with_it) for host in (False, True))
    families = tuple(len(share) for share in shares)
    held_out = [ratio(*([share for name, share in side.items() if name != left] for side in shares))
                for left in {name for side in shares for name in side}]
    boxes, hosts = (list(side.values()) for side in shares)
    measured = ratio(boxes, hosts)
    declared = [tilt(item) for _, item in with_it]
    return Weight(detector, form, outcome, declared, captures, families, measured,
                  (min(held_out, default=measured), max(held_out, default=measured)))


def by_family(told, outcome, from_host):
    """Of each family of boxes, or of hosts: the share of its captures in which the answer was that one."""
    counts = defaultdict(lambda: [0, 0])
    for one, item in told:
        if one.from_host == from_host:
            count = counts[one.label.source, one.label.family]
            count[0] += item["outcome"] == outcome
            count[1] += 1
    return {name: there / total for name, (there, total) in counts.items()}


def ratio(boxes, hosts):
    """Decibans: how much more often boxes show it than hosts."""
    share = [(sum(side) + 1) / (len(side) + 2) for side in (boxes, hosts)]
    return 10 * math.log10(share[0] / share[1])
