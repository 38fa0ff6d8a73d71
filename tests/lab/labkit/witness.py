"""The kernel as witness of who sent each reset.

Two testimonies, both written while the scenario runs and before anything reads the captures:

* every namespace logs, at its netfilter output hook, each RST and ICMP error that *it* generates
  (NFLOG, read by tcpdump). A packet only forwarded never passes that hook. This decides the sender, also for
  resets forged through a raw socket and for those of a `reject` rule;
* the tracepoints `tcp:tcp_send_reset` and `tcp:tcp_receive_reset`, in a trace instance of the lab's own, say why the
  sender's TCP did it and whether the receiver's TCP took it. A reset from a packet filter or a raw
  socket has no `tcp_send_reset`.
"""

import pathlib
import re
import signal
import threading
import time
from dataclasses import dataclass

from . import pcap, wait

GROUP = 7
RULES = f"""
table inet witness {{
    chain generated {{
        type filter hook output priority 400; policy accept;
        tcp flags & rst == rst log group {GROUP} queue-threshold 1
        icmp type destination-unreachable log group {GROUP} queue-threshold 1
        icmpv6 type destination-unreachable log group {GROUP} queue-threshold 1
    }}
}}
"""
EVENTS = ("tcp_send_reset", "tcp_receive_reset")
RECEIVED = re.compile(
    r"family=(?P<family>\w+) sport=(?P<sport>\d+) dport=(?P<dport>\d+) saddr=(?P<saddr>\S+) daddr=(?P<daddr>\S+)"
    r" saddrv6=(?P<saddrv6>\S+) daddrv6=(?P<daddrv6>\S+)"
)


class OutputLog:
    """What one namespace generated itself."""

    def __init__(self, undo, node, role, work):
        self.role = role
        self.file = work / f"witness-{node.name}-{time.monotonic_ns()}.pcap"
        node.nft(RULES)
        self.reader = node.spawn(undo, "witness", "tcpdump", "-i", f"nflog:{GROUP}", "-U", "-Z", "root", "-w", self.file)
        self.reader.says("listening on")

    def stop(self):
        """Ends the reader, so that its file is whole."""
        self.reader.end(signal.SIGINT)

    def generated(self):
        """The segments and ICMP errors of this namespace's own making."""
        return list(pcap.read(self.file))


@dataclass(frozen=True)
class Event:
    """One line of the kernel's trace."""

    time_ns: int
    """On the wall clock, as the captures are."""
    line: str


class Trace:
    """The kernel's reset events of a whole run, from a trace instance of its own that is removed at the end."""

    def __init__(self, undo, tracefs, name):
        self.events, self.instance = [], pathlib.Path(tracefs, "instances", name)
        self.instance.mkdir()
        undo.callback(self.instance.rmdir)
        self.write("trace_clock", "mono")
        self.offset_ns = time.time_ns() - time.monotonic_ns()
        for event in EVENTS:
            self.write(f"events/tcp/{event}/enable", "1")
        self.ending = threading.Event()
        self.pipe = open(self.instance / "trace_pipe", encoding="utf-8", errors="replace")
        self.reader = threading.Thread(target=self.follow)
        self.reader.start()
        undo.callback(self.close)

    def write(self, name, value):
        (self.instance / name).write_text(value, encoding="ascii")

    def follow(self):
        """Reads events until the marker that `close` writes."""
        for line in self.pipe:
            if self.ending.is_set():
                return
            found = re.match(r".*?\s(\d+)\.(\d{6}): (tcp_\w+: .*)", line)
            if found:
                seconds, micros, text = found.groups()
                self.events.append(Event(int(seconds) * 10**9 + int(micros) * 1000 + self.offset_ns, text))

    def close(self):
        self.ending.set()
        self.write("trace_marker", "end of the lab")
        self.reader.join(5)
        self.pipe.close()

    def settle(self):
        """Gives the pipe the moment the kernel takes to hand events over."""
        wait.pause(0.3)


@dataclass(frozen=True)
class Testimony:
    """What the witnesses say about one scenario."""

    generated: dict
    """Identity of a reset → role of the namespace that generated it."""
    logged: list
    """(role, segment or ICMP error), in time order."""
    events: list
    """Trace events of this scenario's addresses."""

    def sender(self, reset):
        """The role that sent `reset`; a reset nobody owns up to is a fault of the lab."""
        return self.generated[reset.identity()]

    def accepted(self, reset):
        """Whether the kernel of the reset's receiver took a reset of that connection."""
        for event in self.events:
            found = RECEIVED.search(event.line)
            if found:
                v4 = found["family"] == "AF_INET"
                local = found["saddr" if v4 else "saddrv6"], int(found["sport"])
                remote = found["daddr" if v4 else "daddrv6"], int(found["dport"])
                if (local, remote) == (reset.dst, reset.src):
                    return True
        return False

    def insist_on(self, reason):
        """Raises ValueError where the trace speaks against the reason a scenario gives for its reset."""
        sent = [event.line for event in self.events if event.line.startswith("tcp_send_reset")]
        if reason == "none" and sent:
            raise ValueError(f"no TCP was to send a reset, but: {sent[0]}")
        if reason not in (None, "none") and not any(f"reason={reason}" in line for line in sent):
            raise ValueError(f"no tcp_send_reset for reason {reason}; the trace has {sent}")

    def lines(self):
        """The raw testimony, one line each, for `witness.txt`."""
        stamped = [(message.time_ns, f"output hook of {role}: {message}") for role, message in self.logged]
        stamped += [(event.time_ns, event.line) for event in self.events]
        spoken = [f"{stamp(time_ns)} {text}" for time_ns, text in sorted(stamped)]
        return spoken or ["no namespace generated a reset or an ICMP error"]


def stamp(time_ns):
    """Seconds and nanoseconds since 1970."""
    return f"{time_ns // 10**9}.{time_ns % 10**9:09d}"


def hear(logs, trace, plan):
    """Collects the testimony about the scenario with these addresses."""
    logged = sorted(((log.role, message) for log in logs for message in log.generated()), key=lambda said: said[1].time_ns)
    generated = {}
    for role, message in logged:
        if isinstance(message, pcap.Segment):
            other = generated.setdefault(message.identity(), role)
            if other != role:
                raise RuntimeError(f"{other} and {role} both generated {message}")
    # A reset for a listening socket shows the server's address and no client's.
    clients = plan.client, "dest=0.0.0.0:0", "dest=[::]:0"
    ours = [event for event in trace.events if plan.server in event.line and any(end in event.line for end in clients)]
    return Testimony(generated, logged, ours)
