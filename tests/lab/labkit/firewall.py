"""What the lab's packet filters are told."""

FORGETFUL = {"net__netfilter__nf_conntrack_tcp_timeout_established": 4, "net__netfilter__nf_conntrack_tcp_loose": 0}
"""Forgets an established connection after 4 s without a packet, and does not take it up again in mid-stream."""


def stateful(hook, verdict):
    """A filter that lets connections begin at port 22 and gives `verdict` on TCP it does not know."""
    return f"""
    table inet filter {{
        chain stateful {{
            type filter hook {hook} priority 0; policy accept;
            ct state established,related accept
            tcp dport 22 tcp flags & (fin | syn | rst | ack) == syn ct state new accept
            meta l4proto tcp {verdict}
        }}
    }}
    """


REJECT_UNKNOWN = stateful("forward", "reject with tcp reset")
DROP_UNKNOWN = stateful("forward", "drop")


def rejecting(hook, verdict):
    """A filter that gives `verdict` on each connection that begins at port 22."""
    return f"""
    table inet closed {{
        chain newcomers {{
            type filter hook {hook} priority 0; policy accept;
            tcp dport 22 tcp flags & (fin | syn | rst | ack) == syn {verdict}
        }}
    }}
    """


LOSSY = """
table inet weather {
    chain forward {
        type filter hook forward priority 0; policy accept;
        meta l4proto tcp numgen inc mod 13 12 drop
    }
}
"""
"""Loses every thirteenth TCP packet; counted, not drawn, so that each run is the same."""
