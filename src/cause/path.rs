//! Group "network interruption or firewall timeout": paths that lose packets, and ends that give up for it.

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{DMESG, JOURNAL, LAST, MTR, PING, PING_FULL_SIZE, SS_CLIENT, SS_SERVER};
use super::remedies::{CAPTURE_BOTH_ENDS, CLIENT_ALIVE, SERVER_ALIVE};

const LOCAL_LINK: &str = "ip -s link";

declare_causes! {
    /// ## What happened
    ///
    /// For some time nothing came through in at least one direction. When the path was back, or when one end had
    /// given up, the next packet met an end that no longer knew the connection and reset it.
    ///
    /// ## On the wire
    ///
    /// Repeated data with growing pauses, unanswered; then a reset that answers one of the repetitions, or one
    /// from the end whose patience was over.
    ///
    /// ## Looks the same
    ///
    /// A server that crashed and came back in that time: the same packets, and the reset is the server's in both cases.
    ///
    /// ## References
    ///
    /// RFC 6298 (retransmission timer); RFC 9293 §3.8.3 and §3.5.2; Linux, `net.ipv4.tcp_retries2`.
    BLACKHOLE_THEN_RESET {
        id: "blackhole-then-reset",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Client, MTR, "loss that begins at one hop and stays to the end"),
            run(Client, PING, "loss, or answers that stop for a while"),
            run(Server, JOURNAL, "`Timeout, client not responding`, or `Read error … timed out` before the reset"),
            run(Server, LAST, "no reboot at the time: the server itself was up"),
        ],
        remedies: [
            Remedy {
                place: Network,
                what: "find the hop where the loss begins and have its owner look at link, routing and failover at that time",
                paste: false,
                why: "the ends did what TCP asks of them; only the path can be mended",
                trap: "loss shown at one hop alone, but not after it, is only that router limiting its answers",
            },
            CLIENT_ALIVE,
            CAPTURE_BOTH_ENDS,
        ],
    }

    /// ## What happened
    ///
    /// A hop carries only packets smaller than the ends believe, and the ICMP error that should say so is dropped. Small
    /// packets pass, full ones never do: the login works, the first screenful hangs.
    ///
    /// ## On the wire
    ///
    /// One full-size segment repeated again and again while smaller ones pass in between; often exactly at the key
    /// exchange, whose first packets are the largest so far.
    ///
    /// ## Looks the same
    ///
    /// A filter that drops this one packet for its content; heavy loss.
    ///
    /// ## References
    ///
    /// RFC 2923 §2.1 (black holes), RFC 4821 and RFC 8899 (discovery without ICMP), RFC 8201.
    MTU_BLACKHOLE {
        id: "mtu-blackhole",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Client, PING_FULL_SIZE, "no answer, or `message too long, mtu=…`, while a plain ping answers"),
            run(Client, "tracepath -n {server}", "a hop where pmtu falls below 1500, or silence from there on"),
            run(Client, MTR, "no loss: small packets pass"),
            run(Server, SS_SERVER, "mss near 1448 and data in flight that is repeated"),
        ],
        remedies: [
            Remedy {
                place: Network,
                what: "{iptables} -t mangle -I FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
                paste: true,
                why: "on the router before the narrow link: both ends then never send more than fits",
                trap: "it works for new connections only; the other router at the tunnel needs it too unless both directions pass here",
            },
            Remedy {
                place: Network,
                what: "let ICMP type 3 code 4 (IPv6: type 2, packet too big) pass the firewall",
                paste: false,
                why: "path MTU discovery depends on it",
                trap: "\"block all ICMP\" templates put it back",
            },
            Remedy {
                place: Server,
                what: "sysctl -w net.ipv4.tcp_mtu_probing=1",
                paste: true,
                why: "the sender finds the size by itself after a few losses",
                trap: "it costs some seconds per connection, and it is lost at reboot unless written to /etc/sysctl.d",
            },
        ],
    }

    /// ## What happened
    ///
    /// So many packets were lost that one side's retransmissions or keepalives ran out, or the connection became
    /// too slow to use and was given up.
    ///
    /// ## On the wire
    ///
    /// Many repetitions, duplicate acknowledgements and holes over the whole connection, not only at its end.
    ///
    /// ## Looks the same
    ///
    /// A capture that itself lost packets: acknowledgements for data it does not hold say so.
    ///
    /// ## References
    ///
    /// RFC 6298, RFC 8985 (RACK-TLP); Linux, `net.ipv4.tcp_retries2`.
    PATH_LOSS {
        id: "path-loss",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Client, MTR, "loss from one hop on that does not end before {server}"),
            run(Client, PING, "packet loss above 1 %, or round trips that vary by a factor"),
            run(Client, SS_CLIENT, "retrans:…/N with a large N, rto far above rtt"),
            run(Client, LOCAL_LINK, "errors or dropped above 0 and growing: the loss begins at the own link or Wi-Fi"),
            run(Server, "ss -s; netstat -s | grep -i retrans", "many retransmissions for other peers too: then it is the server's side"),
        ],
        remedies: [
            Remedy {
                place: Network,
                what: "replace the cable, move from Wi-Fi to a wire, or have the owner of the hop look at errors and queues",
                paste: false,
                why: "loss is mended where it happens",
                trap: "loss at one hop only, with none behind it, is that router limiting its answers to mtr",
            },
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval 30\n    ServerAliveCountMax 6",
                paste: true,
                why: "six misses instead of three outlast bursts of loss",
                trap: "a dead connection is then noticed only after some three minutes; use tmux or mosh where the link stays bad",
            },
        ],
    }

    /// ## What happened
    ///
    /// The link of one end, or one in between, was down: Wi-Fi left, a laptop slept, a cable, a VPN or a virtual
    /// machine's migration. The connection died of it, or was reset when the link came back under another address.
    ///
    /// ## On the wire
    ///
    /// Everything stops at once in both directions for all connections through that link; afterwards repetitions, a
    /// reset, or a new connection from another address.
    ///
    /// ## Looks the same
    ///
    /// A host that was suspended, a capture that was paused: nothing at all is seen then, of any host.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.8.3; systemd.network(5), `IgnoreCarrierLoss`.
    LINK_OUTAGE {
        id: "link-outage",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Client, DMESG, "`link down`, `deauthenticated`, `carrier lost`, suspend or resume at the time"),
            run(Client, r#"journalctl -u NetworkManager -u systemd-networkd -u wpa_supplicant --since "{since}" --until "{until}""#, "a lost carrier, a new lease or a new access point"),
            run(Client, LOCAL_LINK, "carrier changes, errors"),
            run(Client, PING, "answers now: the outage is over"),
            run(Client, MTR, "no loss now, or loss that begins at the first hop"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval 30\n    ServerAliveCountMax 6\n    TCPKeepAlive no",
                paste: true,
                why: "the connection may sleep through an outage of three minutes and go on, if the address stays",
                trap: "nothing carries a TCP connection over a change of address: use tmux, or mosh",
            },
            Remedy {
                place: Network,
                what: "mend the link: its events at the time are in the log of the switch, access point or VPN gateway",
                paste: false,
                why: "all connections through it died together",
                trap: "a flapping link that comes back within seconds is seen in counters only",
            },
        ],
    }

    /// ## What happened
    ///
    /// One end's kernel had sent its TCP keepalive probes and had no answer to any of them. It gave the connection up:
    /// the peer, or the way to it, was gone.
    ///
    /// ## On the wire
    ///
    /// Segments of 0 or 1 octet with a sequence number one before the next, evenly spaced (75 s on Linux and BSD, 1 s on
    /// Windows), unanswered; then a reset of the prober with acknowledgement and a real window.
    ///
    /// ## Looks the same
    ///
    /// A capture that does not see the other direction: then the answers are only missing here.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.8.4; RFC 1122 §4.2.3.6; kernel documentation, ip-sysctl (`tcp_keepalive_time` 7200 s,
    /// 9 probes, 75 s apart).
    TCP_KEEPALIVE_TIMEOUT {
        id: "tcp-keepalive-timeout",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Server, "sysctl net.ipv4.tcp_keepalive_time net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes", "values that add up to the silence"),
            run(Server, "nstat -az TcpExtTCPAbortOnTimeout TcpExtTCPKeepAlive", "TCPAbortOnTimeout grows with each such end"),
            run(Server, JOURNAL, "`Read error from remote host {client} port {client_port}: Connection timed out` (OpenSSH before 9.8 only at VERBOSE)"),
            run(Client, PING, "no answer, or the client was suspended at the time"),
            run(Client, MTR, "where the way ends"),
        ],
        remedies: [
            CLIENT_ALIVE,
            SERVER_ALIVE,
            Remedy {
                place: Network,
                what: "look for what took the peer away: sleep, a VPN that closed, a firewall that drops in silence",
                paste: false,
                why: "the prober only noticed that the peer had long been gone",
                trap: "longer keepalive times hide the death, they do not prevent it",
            },
        ],
    }

    /// ## What happened
    ///
    /// The application, or a proxy, had limited how long data may stay unacknowledged (TCP_USER_TIMEOUT). The time ran out
    /// and its kernel gave the connection up.
    ///
    /// ## On the wire
    ///
    /// Repeated data without acknowledgement for a round time far below the kernel's usual 15 min, then nothing, or a reset.
    ///
    /// ## Looks the same
    ///
    /// A program that was killed or gave up by a timer of its own at that moment.
    ///
    /// ## References
    ///
    /// RFC 5482; tcp(7), `TCP_USER_TIMEOUT`.
    TCP_USER_TIMEOUT {
        id: "tcp-user-timeout",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Server, "nstat -az TcpExtTCPAbortOnTimeout", "grows with each such end"),
            run(Client, SS_CLIENT, "while it hangs: unacked data and a growing backoff"),
            run(Client, MTR, "where the path loses packets"),
            run(Client, PING, "loss, or no answer"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "raise the user timeout of the proxy or program that owns the socket (HAProxy: `tcp-ut`)",
                paste: false,
                why: "a longer one lives through the outage",
                trap: "dead peers then hold their places longer",
            },
            CAPTURE_BOTH_ENDS,
        ],
    }
}
