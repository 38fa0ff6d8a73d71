"""Reads just enough of a capture to write its label: TCP and ICMP over IPv4 and IPv6, as tcpdump wrote them here.

Not a general reader, and no part of sshrst: the label must not rest on the program it judges.
"""

import ipaddress
import struct
from dataclasses import dataclass

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
LETTERS = {SYN: "S", FIN: "F", RST: "R", PSH: "P", ACK: "A"}
MAGIC = {b"\xd4\xc3\xb2\xa1": 1_000, b"\x4d\x3c\xb2\xa1": 1}
ETHERNET, NFLOG, LINUX_SLL2 = 1, 239, 276
NFULA_PAYLOAD = 9


@dataclass(frozen=True)
class Segment:
    """One TCP segment of a capture."""

    frame: int
    """As Wireshark counts: the first of the file is 1."""
    time_ns: int
    src: tuple
    dst: tuple
    seq: int
    ack: int
    flags: int
    window: int
    length: int
    ttl: int
    tos: int
    ip_id: int

    @property
    def is_reset(self):
        return bool(self.flags & RST)

    @property
    def takes(self):
        """Sequence numbers it takes."""
        return self.length + bool(self.flags & SYN) + bool(self.flags & FIN)

    def identity(self):
        """What is the same wherever on the path the segment is seen (no address translation in this lab)."""
        return self.src, self.dst, self.seq, self.ack, self.flags, self.window, self.ip_id

    def __str__(self):
        letters = "".join(letter for bit, letter in LETTERS.items() if self.flags & bit)
        ends = " > ".join(f"{host}.{port}" for host, port in (self.src, self.dst))
        tcp = f"[{letters}] seq {self.seq} ack {self.ack} win {self.window} len {self.length}"
        return f"{ends} {tcp} ttl {self.ttl} tos {self.tos:#04x} id {self.ip_id}"


@dataclass(frozen=True)
class IcmpError:
    """An ICMP message about a packet that could not be delivered."""

    frame: int
    time_ns: int
    src: str
    dst: str

    def __str__(self):
        return f"{self.src} > {self.dst} ICMP error"


def records(path):
    """Link type, and (time in ns, octets) of each record; a half-written last record is left out."""
    with open(path, "rb") as file:
        data = file.read()
    unit = MAGIC[data[:4]]
    (link,) = struct.unpack_from("<I", data, 20)
    found, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", data, at)
        if at + 16 + kept > len(data):
            break
        found.append((seconds * 1_000_000_000 + fraction * unit, data[at + 16 : at + 16 + kept]))
        at += 16 + kept
    return link, found


def network_layer(link, octets):
    """The IP packet in a record, or None."""
    if link == ETHERNET:
        return octets[14:] if octets[12:14] in (b"\x08\x00", b"\x86\xdd") else None
    if link == LINUX_SLL2:
        return octets[20:] if octets[0:2] in (b"\x08\x00", b"\x86\xdd") else None
    if link == NFLOG:
        at = 4
        while at + 4 <= len(octets):
            size, kind = struct.unpack_from("<HH", octets, at)
            if kind & 0x7FFF == NFULA_PAYLOAD:
                return octets[at + 4 : at + size]
            at += max(4, (size + 3) & ~3)
    return None


def read(path):
    """Every TCP segment and ICMP error of a file."""
    link, found = records(path)
    for frame, (time_ns, octets) in enumerate(found, start=1):
        packet = network_layer(link, octets)
        if packet is None:
            continue
        message = decode(frame, time_ns, packet)
        if message is not None:
            yield message


def decode(frame, time_ns, packet):
    """The segment or ICMP error in an IP packet, or None."""
    if packet[0] >> 4 == 4:
        header, protocol, ttl, tos = (packet[0] & 15) * 4, packet[9], packet[8], packet[1]
        total, ip_id = struct.unpack_from("!HH", packet, 2)
        hosts = packet[12:16], packet[16:20]
    else:
        header, protocol, ttl, ip_id = 40, packet[6], packet[7], 0
        tos = struct.unpack_from("!I", packet)[0] >> 20 & 0xFF
        total = 40 + struct.unpack_from("!H", packet, 4)[0]
        hosts = packet[8:24], packet[24:40]
    src, dst = (str(ipaddress.ip_address(host)) for host in hosts)
    body = packet[header:total]
    if (protocol, body[0]) == (1, 3) or (protocol == 58 and body[0] < 128):
        return IcmpError(frame, time_ns, src, dst)
    if protocol != 6:
        return None
    sport, dport, seq, ack, offset, flags, window = struct.unpack_from("!HHIIBBH", body)
    length = len(body) - (offset >> 4) * 4
    return Segment(frame, time_ns, (src, sport), (dst, dport), seq, ack, flags & 31, window, length, ttl, tos, ip_id)
