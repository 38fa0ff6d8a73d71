"""What this machine must have and its kernel must allow, tried out before anything is built."""

import os
import shutil
import subprocess
from contextlib import ExitStack

from .namespace import Namespace
from .process import Failed

PROGRAMS = ("ip", "ss", "nft", "ethtool", "sysctl", "unshare", "sshd", "ssh", "ssh-keygen", "tcpdump", "editcap")
NFT = {
    "nft reject with tcp reset": "tcp dport 22 reject with tcp reset",
    "nft log to a group (NFLOG)": "log group 7",
    "nft connection tracking": "ct state established counter",
    "nft numgen": "numgen inc mod 10 0 counter",
}


def missing_programs():
    """Words for each program that is not installed."""
    return [f"{program} is not installed" for program in PROGRAMS if shutil.which(program) is None]


def missing_kernel_features(work):
    """Words for each thing the kernel refuses. Run inside the sandbox."""
    refused = []

    def attempt(what, action):
        try:
            action()
        except (Failed, OSError) as error:
            refused.append(f"{what}: {error}")

    with ExitStack() as undo:
        try:
            node = Namespace(undo, "probe", work)
        except Failed as error:
            return [f"network namespaces: {error}"]
        attempt("veth", lambda: node.ip("link add name v0 type veth peer name v1"))
        attempt("nftables", lambda: node.nft("add table inet t; add chain inet t c { type filter hook output priority 0; }"))
        for what, rule in NFT.items():
            attempt(what, lambda rule=rule: node.nft(f"add rule inet t c {rule}"))
        attempt("conntrack settings", lambda: node.sysctl(net__netfilter__nf_conntrack_tcp_loose=0))

        def listen():
            reader = node.spawn(undo, "nflog", "tcpdump", "-i", "nflog:7", "-Z", "root", "-w", "/dev/null")
            reader.says("listening on", 5)

        attempt("reading NFLOG with tcpdump", listen)
    return refused


def software():
    """Versions of what takes part, for the labels."""
    def first_line(*argv):
        done = subprocess.run(argv, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[0]

    programs = ("ssh", "-V"), ("nft", "-v"), ("tcpdump", "--version")
    return [*(first_line(*argv) for argv in programs), f"Linux {os.uname().release}"]
