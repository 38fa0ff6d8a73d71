"""Captures at the places from which a label is written."""

import re
import signal

from . import live
from .process import Failed, run

FILTER = "tcp or icmp or (icmp6 and ip6[40] < 128)"
PLACES = {
    "client": ("client", "eth0"),
    "client-side": ("router", "left"),
    "middle": ("firewall", "left"),
    "server-side": ("wires", "far1"),
    "server": ("server", "eth0"),
}
"""Vantage → namespace and interface."""


class Capture:
    """One running tcpdump."""

    def __init__(self, undo, path, vantage, form, work):
        self.vantage, self.form = vantage, form
        role, interface = PLACES[vantage]
        self.raw = work / f"{vantage}.pcap"
        precision = "micro" if form == "pcap" else "nano"
        if form == "pcap-any":
            interface = "any"
        self.tcpdump = getattr(path, role).spawn(
            undo, f"capture-{vantage}", "tcpdump", "-i", interface, "-s", "0", "-U", "--immediate-mode", "-Z", "root",
            f"--time-stamp-precision={precision}", "-w", self.raw, FILTER,
        )
        self.tcpdump.says("listening on")
        self.live = live.Live(undo, getattr(path, role), interface, vantage) if live.PROGRAM else None

    def stop(self):
        """Ends it, and insists that the kernel dropped nothing and that a live capture says what the file says."""
        self.tcpdump.end(signal.SIGINT)
        dropped = re.search(r"(\d+) packets? dropped by kernel", self.tcpdump.said())
        if dropped is None or dropped[1] != "0":
            raise Failed(f"capture at {self.vantage}: {self.tcpdump.said().strip()[-200:]}")
        if self.live:
            self.live.compare(self.raw)

    def deliver(self, folder):
        """Puts the file into `folder` in the form asked for and returns its name."""
        name = "capture.pcapng" if self.form == "pcapng" else "capture.pcap"
        if self.form == "pcapng":
            run("editcap", "-F", "pcapng", str(self.raw), str(folder / name))
        else:
            (folder / name).write_bytes(self.raw.read_bytes())
        return name
