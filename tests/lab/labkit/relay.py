"""A stretch of network: holds frames for some milliseconds and takes off the hops of routers that are not there.

Run as a program inside the namespace of the wires:

    relay.py LEFT RIGHT DELAY_MS HOPS [LEFT RIGHT DELAY_MS HOPS]...

The kernel has no netem here, and its own forwarding has no delay. A frame whose checksum the sending
kernel left to its card (the capture on that host shows it unfinished, as real ones do) is finished here.
"""

import heapq
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_CSUMNOTREADY = 1 << 3
NEIGHBOUR_DISCOVERY = range(133, 138)


def ones_complement(data):
    """The Internet checksum's sum over `data` (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def hop(frame, hops):
    """Takes `hops` off the TTL or hop limit; None when nothing would be left of it."""
    kind = frame[12:14]
    if kind == b"\x08\x00":
        if frame[22] <= hops:
            return None
        frame[22] -= hops
        header = 14 + (frame[14] & 15) * 4
        frame[24:26] = b"\0\0"
        frame[24:26] = struct.pack("!H", ~ones_complement(bytes(frame[14:header])) & 0xFFFF)
    elif kind == b"\x86\xdd" and not (frame[20] == socket.IPPROTO_ICMPV6 and frame[54] in NEIGHBOUR_DISCOVERY):
        if frame[21] <= hops:
            return None
        frame[21] -= hops
    return frame


def finish_checksum(frame):
    """Computes the TCP checksum a sending kernel left to its card."""
    if frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_TCP:
        start, end = 14 + (frame[14] & 15) * 4, 14 + int.from_bytes(frame[16:18], "big")
        addresses = bytes(frame[26:34])
    elif frame[12:14] == b"\x86\xdd" and frame[20] == socket.IPPROTO_TCP:
        start, end = 54, 54 + int.from_bytes(frame[18:20], "big")
        addresses = bytes(frame[22:54])
    else:
        return
    frame[start + 16 : start + 18] = b"\0\0"
    pseudo = addresses + struct.pack("!HH", socket.IPPROTO_TCP, end - start)
    total = ~ones_complement(pseudo + bytes(frame[start:end])) & 0xFFFF
    frame[start + 16 : start + 18] = struct.pack("!H", total)


def open_interface(name):
    """A raw socket on one interface."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    raw.bind((name, ETH_P_ALL))
    return raw


def receive(raw):
    """The next frame that came in (None for one that goes out), ready to be sent elsewhere."""
    data, ancillary, _, address = raw.recvmsg(65536, 256)
    if address[2] == PACKET_OUTGOING:
        return None
    frame = bytearray(data)
    for level, kind, value in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA and struct.unpack_from("I", value)[0] & TP_STATUS_CSUMNOTREADY:
            finish_checksum(frame)
    return frame


def main(words):
    routes = {}
    for left, right, delay_ms, hops in zip(*[iter(words)] * 4):
        ends = open_interface(left), open_interface(right)
        routes[ends[0]] = (ends[1], float(delay_ms) / 1000, int(hops))
        routes[ends[1]] = (ends[0], float(delay_ms) / 1000, int(hops))
    print("relaying", file=sys.stderr, flush=True)
    held, count = [], 0
    while True:
        left = max(0.0, held[0][0] - time.monotonic()) if held else None
        for raw in select.select(list(routes), [], [], left)[0]:
            frame = receive(raw)
            out, delay, hops = routes[raw]
            if frame is not None and hop(frame, hops) is not None:
                count += 1
                heapq.heappush(held, (time.monotonic() + delay, count, out, frame))
        while held and held[0][0] <= time.monotonic():
            _, _, out, frame = heapq.heappop(held)
            try:
                out.send(frame)
            except OSError:
                pass  # the far end is down: a rebooting host takes no frames


if __name__ == "__main__":
    main(sys.argv[1:])
