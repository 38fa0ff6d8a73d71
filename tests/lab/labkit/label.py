"""What is written beside a capture: the label, from what was done and what the kernel saw.

Nothing here asks sshrst. What the packets of the file show (frame numbers, the idle gap, whether there is a reset at all)
is read by `pcap`; who sent it is the witness's word; the rest the scenario declares, and a declaration that
the packets contradict is a failure of the scenario, not a label.
"""

import json

from . import pcap

IDLE_S = 0.5
"""A silence counts from here on."""
ORDINARY_S = 3.0
"""With this much ordinary traffic after it, a silence was not what came before the reset."""
ROLES = {"client": "client", "router": "middlebox", "firewall": "middlebox", "server": "server"}
"""Namespace → the sender it is in a label. The server comes last: it is the one that is built anew."""


def of_flow(messages, flow):
    """The segments of one connection, in file order."""
    return [message for message in messages if isinstance(message, pcap.Segment) and {message.src, message.dst} == set(flow)]


def idle_gap_s(segments, reset):
    """The last silence before `reset` during which nothing was unacknowledged, or None."""
    sent, acked, probing = {}, {}, set()
    gap, ordinary, before = None, 0.0, None
    for segment in segments:
        if before is not None:
            waited = (segment.time_ns - before.time_ns) / 1e9
            owed = probing or any(after(sent[end], acked.get(end, sent[end] - 1)) for end in sent)
            if not owed and waited >= IDLE_S:
                gap, ordinary = waited, 0.0
            elif not owed:
                ordinary += waited
        if segment is reset:
            break
        account(segment, sent, acked, probing)
        before = segment
    return gap if gap is not None and ordinary < ORDINARY_S else None


def after(one, other):
    """Whether sequence number `one` lies after `other` (RFC 9293, section 3.4)."""
    return 0 < (one - other) % 2**32 < 2**31


def account(segment, sent, acked, probing):
    """Notes what a segment sends and acknowledges."""
    end = (segment.seq + segment.takes) % 2**32
    known = sent.get(segment.src)
    probing.discard(segment.dst)
    if known is not None and is_probe(segment, known):
        probing.add(segment.src)
    elif segment.takes and (known is None or after(end, known)):
        sent[segment.src] = end
    elif known is None:
        sent[segment.src] = end
        acked[segment.src] = end
    if segment.flags & pcap.ACK and (segment.dst not in acked or after(segment.ack, acked[segment.dst])):
        acked[segment.dst] = segment.ack


def is_probe(segment, next_seq):
    """Whether it is a TCP keepalive: at most one octet, just before what comes next (RFC 9293, section 3.8.4)."""
    control = segment.flags & (pcap.SYN | pcap.FIN | pcap.RST)
    return segment.length <= 1 and not control and segment.seq == (next_seq - 1) % 2**32


def decisive(resets, testimony):
    """The reset the label is about: the first one whose receiver took one, else the first."""
    return next((reset for reset in resets if testimony.accepted(reset)), resets[0] if resets else None)


def contradiction(view, segments, resets, errors, testimony):
    """What in the packets speaks against the way the scenario says the session ended, if anything."""
    fins = [segment for segment in segments if segment.flags & pcap.FIN]
    first_fin = fins[0].frame if fins else None
    first_reset = next((reset.frame for reset in resets if testimony.accepted(reset)), None)
    holds = {
        "reset": first_reset is not None and (first_fin is None or first_reset < first_fin),
        "close": first_fin is not None and (first_reset is None or first_fin < first_reset),
        "refused": bool(errors) and not resets,
        "silence": not resets and not fins,
        "open": not resets and not fins,
    }[view.ended_by]
    if not holds:
        seen = f"the first FIN is frame {first_fin}, the first reset taken {first_reset}, ICMP errors {len(errors)}"
        return f"ended_by {view.ended_by}, but {seen}"
    return None


def write(folder, view, flow, messages, testimony, happened, made_by, software, date):
    """Writes `label.toml` and `witness.txt`; raises ValueError where packets and declaration differ."""
    segments = of_flow(messages, flow) if flow else []
    errors = [message for message in messages if isinstance(message, pcap.IcmpError)]
    resets = [segment for segment in segments if segment.is_reset]
    wrong = contradiction(view, segments, resets, errors, testimony)
    if wrong:
        raise ValueError(f"{folder.name}: {wrong}")
    chosen = decisive(resets, testimony)
    sender = ROLES[testimony.sender(chosen)] if chosen else "none"
    if view.fatal_sender is not None and sender != view.fatal_sender:
        raise ValueError(f"{folder.name}: meant to be sent by {view.fatal_sender}, the kernel says {sender}")
    gap = idle_gap_s(segments, chosen) if chosen else None
    fields = {"happened": happened, "knowable": view.knowable, "sender": sender}
    fields["reset_frames"] = [reset.frame for reset in resets]
    if chosen:
        fields["decisive_frame"] = chosen.frame
    fields |= {"vantage": view.vantage, "phase": view.phase, "ended_by": view.ended_by}
    if gap is not None:
        fields["idle_gap_s"] = round(gap, 6)
    fields |= {"client": endpoint(flow[0]), "server": endpoint(flow[1])}
    fields |= {"must_cite": list(view.must_cite), "must_not_claim": list(view.must_not_claim)}
    fields |= {"made_by": made_by, "software": software, "date": date}
    lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items() if value is not None]
    (folder / "label.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "witness.txt").write_text("".join(f"{line}\n" for line in testimony.lines()), encoding="utf-8")


def endpoint(end):
    """Address and port as one word."""
    host, port = end
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
