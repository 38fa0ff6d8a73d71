//! Group "TCP wrappers, iptables or another access rule".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{
    HOSTS_FILES, IPTABLES, JOURNAL, LIBWRAP, MTR, NFT, SS_LISTEN, SSHD_LIMITS, WATCH_SERVER,
};
use super::remedies::{ACCEPT_ESTABLISHED, ACCEPT_RULE, ACCEPT_RULE_NFT, HOSTS_ALLOW, RULE_ON_THE_BOX};

const FAIL2BAN: &str = "fail2ban-client status sshd";

declare_causes! {
    /// ## What happened
    ///
    /// sshd was built with TCP wrappers, and hosts.allow and hosts.deny refused the client's address. sshd closed the connection
    /// without a banner.
    ///
    /// ## On the wire
    ///
    /// The handshake, often a pause of seconds while the server looks up the client's name, then a reset with a real window,
    /// because the client's banner was unread; no byte of SSH from the server.
    ///
    /// ## Looks the same
    ///
    /// MaxStartups of versions without a text, a failed fork, a missing program after an upgrade.
    ///
    /// ## References
    ///
    /// hosts_access(5); OpenSSH release notes 6.7 (support removed; Debian, Ubuntu and SUSE patch it in).
    TCP_WRAPPERS {
        id: "tcp-wrappers",
        group: AccessControlBlock,
        confirm: [
            run(Server, HOSTS_FILES, "a line in /etc/hosts.deny that matches {client} (`sshd: ALL`, `ALL: ALL`) and none in /etc/hosts.allow"),
            run(Server, LIBWRAP, "libwrap.so: without it these files do nothing"),
            run(Server, JOURNAL, "`refused connect from … ({client})`"),
            run(Server, "tcpdmatch sshd {client}", "`access: denied`, where tcpd is installed"),
            run(Server, IPTABLES, "no rule that would explain it instead"),
        ],
        remedies: [HOSTS_ALLOW, ACCEPT_RULE],
    }

    /// ## What happened
    ///
    /// The packet filter on the server's own host (iptables, nftables, firewalld, ufw, fail2ban) rejected the connection with a reset.
    /// sshd was not asked.
    ///
    /// ## On the wire
    ///
    /// A reset with the server's TTL and after the server's round trip, but DSCP 0 and, for IPv6, flow label 0, where its kernel would
    /// have copied the packet's DSCP and made a label.
    ///
    /// ## Looks the same
    ///
    /// A closed port, where the client's packets carry no DSCP (PuTTY, Paramiko, Dropbear on IPv4); a filter one hop before the server.
    ///
    /// ## References
    ///
    /// iptables-extensions(8), `REJECT --reject-with tcp-reset`; nft(8), `reject with tcp reset`; Linux `nf_reject_ipv4.c`.
    SERVER_FIREWALL_REJECT {
        id: "server-firewall-reject",
        group: AccessControlBlock,
        confirm: [
            run(Server, IPTABLES, "a REJECT rule for port {server_port} or for {client} whose packet counter grows"),
            run(Server, NFT, "`reject with tcp reset`, also in tables of firewalld, ufw, Docker or fail2ban"),
            run(Server, FAIL2BAN, "{client} in the list of banned addresses"),
            run(Server, HOSTS_FILES, "nothing that matches: it is not the TCP wrappers"),
            run(Server, SS_LISTEN, "sshd does listen"),
        ],
        remedies: [
            ACCEPT_RULE,
            ACCEPT_RULE_NFT,
            ACCEPT_ESTABLISHED,
            Remedy {
                place: Server,
                what: "fail2ban-client set sshd unbanip {client}",
                paste: true,
                why: "where fail2ban wrote the rule",
                trap: "it comes back with the next failed logins: add the address to ignoreip",
            },
            HOSTS_ALLOW,
        ],
    }

    /// ## What happened
    ///
    /// A firewall on the path has a rule that refuses this connection and answers with a reset in the server's name: for the SYN,
    /// or later, once it has recognised SSH.
    ///
    /// ## On the wire
    ///
    /// A reset sooner than the server could have answered, with the TTL of another distance and DSCP 0. The server never sees the packet.
    ///
    /// ## Looks the same
    ///
    /// A closed port on the server when nothing else of that host is in the capture: nothing to compare the TTL with. A filter on the
    /// server's own host.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.2; RFC 3360 (resets as a firewall's answer); Linux `nf_reject_ipv4.c`.
    FIREWALL_RULE_REJECT {
        id: "firewall-rule-reject",
        group: AccessControlBlock,
        confirm: [
            run(Client, "mtr --report --tcp --port {server_port} -c 3 {server}", "the answer comes from a hop before the server"),
            run(Client, MTR, "the server's distance in hops, to compare with the reset's TTL"),
            run(Network, IPTABLES, "on the firewall: a REJECT rule in FORWARD whose counter grows"),
            run(Network, NFT, "the same where nftables are in use"),
            run(Server, WATCH_SERVER, "nothing arrives while the client is refused"),
            run(Server, IPTABLES, "no such rule on the server itself"),
        ],
        remedies: [RULE_ON_THE_BOX],
    }

    /// ## What happened
    ///
    /// A router or firewall answered with an ICMP error instead of a reset: administratively prohibited, port or host unreachable. The
    /// client gave up at once.
    ///
    /// ## On the wire
    ///
    /// ICMP type 3 (code 3, 9, 10 or 13; IPv6 type 1) that quotes the SYN; its source address is that of the device that refused.
    ///
    /// ## Looks the same
    ///
    /// A route that is missing (code 0 or 1) is a fault of the network, not a rule.
    ///
    /// ## References
    ///
    /// RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3.1; iptables-extensions(8), `REJECT` (icmp-port-unreachable is its default).
    FIREWALL_ICMP_REJECT {
        id: "firewall-icmp-reject",
        group: AccessControlBlock,
        confirm: [
            run(Client, "ip route get {server}", "the way that is taken; `unreachable` or `prohibit` if the refusal is the client's own"),
            run(Client, MTR, "the hop that answered with the error"),
            run(Server, IPTABLES, "a REJECT rule (`reject-with icmp-port-unreachable` is the default) if the error came from the server"),
            run(Server, NFT, "`reject` without `tcp reset`"),
            run(Server, HOSTS_FILES, "nothing that matters: wrappers send no ICMP"),
        ],
        remedies: [RULE_ON_THE_BOX, ACCEPT_RULE, ACCEPT_RULE_NFT],
    }

    /// ## What happened
    ///
    /// sshd (9.8 and later) keeps an account of failed logins, crashes and connections without a login for each address, and refuses
    /// an address for some time once it has earned enough.
    ///
    /// ## On the wire
    ///
    /// `Not allowed at this time` in place of the banner, then a close or a reset; for this address always, while others get in, and
    /// over after 15 s to 10 min.
    ///
    /// ## Looks the same
    ///
    /// `MaxStartups` sends the same text, but at random and to every address.
    ///
    /// ## References
    ///
    /// sshd_config(5), `PerSourcePenalties`, `PerSourcePenaltyExemptList`, `PerSourceNetBlockSize`.
    PER_SOURCE_PENALTY {
        id: "per-source-penalty",
        group: AccessControlBlock,
        confirm: [
            run(Server, JOURNAL, "`drop connection #… from [{client}]:{client_port} on … penalty: failed authentication` (or another reason)"),
            run(Server, SSHD_LIMITS, "persourcepenalties and the list of exempt addresses"),
            run(Server, "journalctl -u ssh -u sshd | grep '{client}' | grep -E 'Failed|Invalid user|penalty' | tail", "what earned it"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "# /etc/ssh/sshd_config\nPerSourcePenaltyExemptList {client}",
                paste: true,
                why: "for addresses that many share (NAT, jump host) and for monitoring that connects without a login",
                trap: "`sshd -t` before the restart; the restart forgives all penalties, so it seems to help even when it does not",
            },
            Remedy {
                place: Client,
                what: "mend what fails: the wrong key or user in automation, a health check that connects and leaves",
                paste: false,
                why: "the penalty returns as long as its reason does",
                trap: "each refused attempt while penalised may prolong it",
            },
        ],
    }
}
