//! Group "network interruption or firewall timeout": boxes that forget a connection.

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{
    CONNTRACK, FORWARD_RULES, IPTABLES, JOURNAL, JOURNAL_ALL, MTR, NAT_GATEWAY_IDLE, NFT, NLB_RESETS, PING,
    SS_CLIENT, SS_SERVER, TCPDUMP_SERVER, WATCH_SERVER,
};
use super::remedies::{
    ACCEPT_ESTABLISHED, ACCEPT_RULE, CAPTURE_BOTH_ENDS, CLIENT_ALIVE, RULE_ON_THE_BOX, SERVER_ALIVE,
    TIMER_ON_THE_BOX,
};

declare_causes! {
    /// ## What happened
    ///
    /// A device that tracks connections between client and server saw no packet for longer than its idle
    /// timer allows and removed its entry. Some devices reset both ends at that moment; most wait and reset
    /// whoever sends next, because a packet in mid-stream without an entry looks forged to them.
    ///
    /// ## On the wire
    ///
    /// A silence, mostly of a round number of minutes. Then either two resets with no packet before them, or
    /// one packet (a keystroke, a keepalive) answered by a reset sooner than the far end could have answered.
    /// The reset's TTL, DSCP, IP ID or flow label are the device's.
    ///
    /// ## Looks the same
    ///
    /// A server that was restarted during the silence also answers the first packet with a reset; its TTL
    /// and round trip are then the server's. A filter on the server's own host sends the same bytes as one on
    /// the path. With a reset on the next packet the silence is only an upper bound of the timer.
    ///
    /// ## References
    ///
    /// RFC 5382 §5 (REQ-5: at least 2 h 4 min for established connections), RFC 9293 §3.5.2, and the sources
    /// in `sshrst timers`.
    FIREWALL_IDLE_TIMEOUT {
        id: "firewall-idle-timeout",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Client, SS_CLIENT, "timer:(keepalive,…) with hours to go, or no timer: nothing keeps the connection awake"),
            run(Network, CONNTRACK, "on the device, while a session idles: the third column counts down to zero just before the reset"),
            run(Server, JOURNAL, "no line about this session at the time: sshd did not end it"),
            run(Server, SS_SERVER, "the session is still ESTAB here although the client was reset"),
            run(Client, MTR, "no loss worth mentioning up to {server}: the path itself is sound"),
            run(Network, NLB_RESETS, "behind a Network Load Balancer (put in its name): above 0 in that minute; other clouds count the same in their own metrics"),
        ],
        remedies: [SERVER_ALIVE, CLIENT_ALIVE, TIMER_ON_THE_BOX],
    }

    /// ## What happened
    ///
    /// The packet filter on the server's own host forgot the idle connection and its rules then rejected the
    /// next packet as one that belongs to no connection. sshd and its socket know nothing of it.
    ///
    /// ## On the wire
    ///
    /// A silence, one packet of the client, and a reset with the server's TTL after the server's round trip;
    /// but DSCP 0 (IPv6: flow label 0) where the server's kernel would have copied the packet's own.
    ///
    /// ## Looks the same
    ///
    /// The server's kernel after a restart, where no DSCP or flow label tells; a filter one hop before the
    /// server that starts with the TTL the server shows here.
    ///
    /// ## References
    ///
    /// Linux `nf_reject_ipv4.c` and `nf_reject_ipv6.c`; kernel documentation, nf_conntrack-sysctl
    /// (`nf_conntrack_tcp_timeout_established` 432 000 s, `nf_conntrack_tcp_loose` 1).
    HOST_FIREWALL_IDLE_TIMEOUT {
        id: "host-firewall-idle-timeout",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Server, CONNTRACK, "no entry although the session idles, or one that counts down from a short value"),
            run(Server, "sysctl net.netfilter.nf_conntrack_tcp_timeout_established net.netfilter.nf_conntrack_tcp_loose", "a small timeout, or loose = 0"),
            run(Server, IPTABLES, "a REJECT rule with reset whose counter grows with each such end"),
            run(Server, NFT, "the same where nftables are in use: `reject with tcp reset`"),
            run(Server, SS_SERVER, "the session is still ESTAB: its socket was never asked"),
        ],
        remedies: [
            SERVER_ALIVE,
            CLIENT_ALIVE,
            ACCEPT_ESTABLISHED,
            Remedy {
                place: Server,
                what: "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=432000 net.netfilter.nf_conntrack_tcp_loose=1",
                paste: true,
                why: "the kernel's own defaults: five days, and connections in midstream are taken up again",
                trap: "lost at reboot unless written to /etc/sysctl.d; whoever lowered them may have had a full table",
            },
        ],
    }

    /// ## What happened
    ///
    /// A proxy or load balancer holds one connection to the client and another to the server. No data passed
    /// for longer than its idle timer allows, and it closed or reset both.
    ///
    /// ## On the wire
    ///
    /// FIN or reset after a silence of 50 s, 60 s, 5 min or an hour, with the fingerprint of the very host that
    /// answered the SYN: for this connection the proxy is the peer. Empty segments and TCP keepalives in the
    /// silence did not help, because only data counts. Where the proxy is far from the server, it acknowledges at once what
    /// the server behind it answers later.
    ///
    /// ## Looks the same
    ///
    /// sshd ending the session itself (ClientAlive, a shell's TMOUT). Only the address's owner, the
    /// distance in hops or a capture behind the proxy tells.
    ///
    /// ## References
    ///
    /// AWS, Classic Load Balancer idle timeout (60 s); HAProxy configuration manual, `timeout client`,
    /// `timeout tunnel`; nginx, `proxy_timeout` (10 min); Envoy, `idle_timeout` (1 h). See `sshrst timers`.
    PROXY_IDLE_TIMEOUT {
        id: "proxy-idle-timeout",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Network, "grep -n timeout /etc/haproxy/haproxy.cfg", "on the proxy: a client, server or tunnel timeout equal to the silence (HAProxy logs it as cD or sD)"),
            run(Server, SS_SERVER, "sshd's peer is not {client} but the proxy"),
            run(Server, JOURNAL, "`Connection closed by` or `reset by` the proxy's address at the same second"),
            run(Network, NLB_RESETS, "behind a Network Load Balancer (put in its name): above 0 in that minute; other clouds count the same in their own metrics"),
            run(Client, SS_CLIENT, "while a session idles: a `lastrcv` that grows towards the proxy's timeout"),
        ],
        remedies: [SERVER_ALIVE, CLIENT_ALIVE, TIMER_ON_THE_BOX],
    }

    /// ## What happened
    ///
    /// A device on the path stopped passing the packets of this connection and told nobody, mostly because its
    /// idle timer had run out. Both ends repeat their data into a void until they give up.
    ///
    /// ## On the wire
    ///
    /// A silence, then data of one side that is repeated with growing pauses and never acknowledged; no reset, or
    /// one from the side that gives up. New connections between the same hosts work at the same time.
    ///
    /// ## Looks the same
    ///
    /// A link that failed, a host that vanished: then everything between the two is dead, not one connection.
    ///
    /// ## References
    ///
    /// RFC 5382 §5; Linux, `net.ipv4.tcp_retries2` (15 repetitions, about 925 s); `sshrst timers`.
    FIREWALL_SILENT_DROP {
        id: "firewall-silent-drop",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Server, WATCH_SERVER, "the client's repeated packets do not arrive at the server"),
            run(Client, SS_CLIENT, "while it hangs: timer:(on,…) with backoff, unacked above 0"),
            run(Client, MTR, "the path answers, so only this connection is dropped"),
            run(Client, PING, "answers without loss"),
            run(Network, FORWARD_RULES, "on the firewall: a DROP rule, or a policy of DROP, whose counter grows with each packet"),
            run(Network, NFT, "the same where nftables are in use; a cloud's flow log says REJECT for its security groups"),
            run(Server, IPTABLES, "no DROP rule on the server itself"),
        ],
        remedies: [
            SERVER_ALIVE,
            CLIENT_ALIVE,
            TIMER_ON_THE_BOX,
            RULE_ON_THE_BOX,
            ACCEPT_RULE,
        ],
    }

    /// ## What happened
    ///
    /// A firewall forgot connections although they were in use: it restarted, failed over to a partner that had not
    /// been told, loaded new rules, ran out of table space or saw the two directions take different ways.
    ///
    /// ## On the wire
    ///
    /// Packets without a pause before them, answered by a reset that comes too soon or from too near to be the
    /// server's; mostly several connections within the same seconds.
    ///
    /// ## Looks the same
    ///
    /// A rule that was just changed; an injected reset. One connection alone cannot tell them apart.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.2; RFC 7857 §2.2; kernel documentation, nf_conntrack-sysctl (`nf_conntrack_max`).
    FIREWALL_STATE_LOST {
        id: "firewall-state-lost",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Network, "conntrack -S; sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max", "on the firewall: insert_failed, drop or early_drop above 0, count near max; or its log shows a restart or failover at the time"),
            run(Server, JOURNAL, "several sessions of clients behind the same firewall end within seconds"),
            run(Server, SS_SERVER, "sessions that the clients have lost are still ESTAB here"),
            run(Client, MTR, "the path is sound, or takes another way than before"),
        ],
        remedies: [
            Remedy {
                place: Network,
                what: "synchronise the state with the partner (conntrackd, pfsync, the vendor's session failover) and enlarge the table",
                paste: false,
                why: "a firewall that keeps its table through failover, reload and load has no reason to reset",
                trap: "a reload with a flush (`iptables -F`, `conntrack -F`) forgets as well; asymmetric routes look like lost state whatever the table holds",
            },
            SERVER_ALIVE,
            CAPTURE_BOTH_ENDS,
        ],
    }

    /// ## What happened
    ///
    /// An address translator forgot the connection. What arrives for it now is answered by the translator itself,
    /// which owns the public address, or passes untranslated to a host that knows nothing of it.
    ///
    /// ## On the wire
    ///
    /// To the server: a reset from the client's address, one or more hops nearer than the client's packets were.
    /// To the client: a flawless reset of the server's own kernel, because the server was shown an unknown address.
    ///
    /// ## Looks the same
    ///
    /// At the client, a server that was restarted: only a capture at the server shows that its packets came
    /// from another address. At the server, a client that aborted.
    ///
    /// ## References
    ///
    /// RFC 5382 §5; RFC 7857 §2.2; Kubernetes issue 74839 (packets that conntrack calls INVALID leave untranslated).
    NAT_STATE_LOST {
        id: "nat-state-lost",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Network, CONNTRACK, "on the translator: no entry, or another one than before"),
            run(Network, NAT_GATEWAY_IDLE, "behind a NAT gateway (put in its id): above 0 in that minute; other clouds count the same in their own metrics"),
            run(Server, TCPDUMP_SERVER, "packets of the session arrive from an inner address or another port, and the server resets those"),
            run(Server, JOURNAL, "the session ends later, or by reset from the translator's address"),
        ],
        remedies: [
            SERVER_ALIVE,
            CLIENT_ALIVE,
            Remedy {
                place: Network,
                what: "iptables -I FORWARD 1 -m conntrack --ctstate INVALID -j DROP",
                paste: true,
                why: "on the translator: packets that it can no longer place must not leave untranslated, because the far end resets them",
                trap: "the session then hangs instead of being reset; the cure is a longer timer or a larger table on the translator",
            },
        ],
    }

    /// ## What happened
    ///
    /// The translator forgot the connection and gave its next packet a new address or port. The server has no
    /// connection with that one and answers with a reset.
    ///
    /// ## On the wire
    ///
    /// At the server: a stream ends, and its sequence numbers go on under another address or port, which the
    /// server resets. At the client: nothing but the server's reset after a pause.
    ///
    /// ## Looks the same
    ///
    /// At the client, every cause in which the server's kernel has no socket.
    ///
    /// ## References
    ///
    /// RFC 5382 §5; §4.1 (mapping behaviour); `sshrst timers` for translators.
    NAT_REBINDING {
        id: "nat-rebinding",
        group: NetworkOrFirewallTimeout,
        confirm: [
            run(Server, TCPDUMP_SERVER, "the same stream goes on from another port; so do not filter by the client's port"),
            run(Network, CONNTRACK, "on the translator: the reply side shows another port than before"),
            run(Server, JOURNAL_ALL, "the old session stays until its own keepalive ends it"),
        ],
        remedies: [SERVER_ALIVE, TIMER_ON_THE_BOX, CAPTURE_BOTH_ENDS],
    }
}
