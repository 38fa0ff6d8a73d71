//! The remedies that more than one cause needs.

use super::advice::{Remedy, Where};

type Template = Remedy<&'static str>;

pub(super) const SERVER_ALIVE: Template = Remedy {
    place: Where::Client,
    what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval {interval}\n    ServerAliveCountMax 3",
    paste: true,
    why: "an SSH message every {interval} s re-arms the timer before it runs out; it is data, so proxies that ignore empty segments and TCP keepalives count it too",
    trap: "it belongs under a `Host` block and the first value found wins; even 60 is too slow behind proxies of 50 or 60 s; no keepalive helps against absolute lifetimes or timers that count keystrokes",
};

pub(super) const CLIENT_ALIVE: Template = Remedy {
    place: Where::Server,
    what: "# /etc/ssh/sshd_config\nClientAliveInterval {interval}\nClientAliveCountMax 3",
    paste: true,
    why: "the server does the same for every client, also those whose configuration you cannot change",
    trap: "sshd gives up after interval × (CountMax + 1) without an answer, so short outages now end sessions; test with `sshd -t` before the restart and put it above the first `Match` block",
};

pub(super) const TIMER_ON_THE_BOX: Template = Remedy {
    place: Where::Network,
    what: "raise the idle timeout for TCP port {server_port} on the device, or let it send resets to both ends when it expires",
    paste: false,
    why: "a longer timer outlives the pause, a reset at expiry at least tells both ends at once",
    trap: "the smallest timer of the path wins: raising one uncovers the next; under memory pressure many devices shorten all of them",
};

pub(super) const RULE_ON_THE_BOX: Template = Remedy {
    place: Where::Network,
    what: "let TCP from {client} to {server} port {server_port} pass on the firewall, before the rule that rejects or drops it",
    paste: false,
    why: "the first rule that matches decides",
    trap: "cloud security groups, network ACLs and the host's own filter all have to agree; return traffic needs its rule where the filter is stateless",
};

/// Whether `remedy` only helps a connection that was idle.
pub(super) fn mends_idleness(remedy: &Template) -> bool {
    [SERVER_ALIVE, CLIENT_ALIVE, TIMER_ON_THE_BOX].iter().any(|it| it.what == remedy.what)
}

pub(super) const ACCEPT_RULE: Template = Remedy {
    place: Where::Server,
    what: "{iptables} -I INPUT 1 -p tcp -s {client} --dport {server_port} -j ACCEPT",
    paste: true,
    why: "the first rule that matches decides, so the acceptance has to stand before the refusal",
    trap: "`iptables -A` after a REJECT or DROP rule has no effect: use -I and look with --line-numbers; the rule is lost at reboot unless saved; keep a session open while you change rules",
};

pub(super) const ACCEPT_RULE_NFT: Template = Remedy {
    place: Where::Server,
    what: "nft insert rule inet filter input {nft_family} saddr {client} tcp dport {server_port} accept",
    paste: true,
    why: "the same where nftables rules are in use",
    trap: "table and chain have other names on many systems (`nft list ruleset`), an accept in one table does not undo a reject in another, and firewalld overwrites what it did not write (`firewall-cmd --add-service=ssh --permanent`)",
};

pub(super) const ACCEPT_ESTABLISHED: Template = Remedy {
    place: Where::Server,
    what: "{iptables} -I INPUT 1 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    paste: true,
    why: "packets of connections that were let in once are let in before any other rule is asked",
    trap: "it helps as long as the tracking entry lives: with `nf_conntrack_tcp_loose=0` a forgotten connection is not ESTABLISHED any more; keep a session open while you change rules",
};

pub(super) const HOSTS_ALLOW: Template = Remedy {
    place: Where::Server,
    what: "# /etc/hosts.allow\nsshd: {client_bracketed}",
    paste: true,
    why: "hosts.allow is read before hosts.deny and the first match decides; `sshd: ALL` lets everybody in",
    trap: "OpenSSH has no TCP wrappers since 6.7 unless the distribution patches them in, and then these files do nothing: `ldd` on sshd shows libwrap if it has; names instead of addresses make each connection wait for DNS",
};

pub(super) const MAX_STARTUPS: Template = Remedy {
    place: Where::Server,
    what: "# /etc/ssh/sshd_config\nMaxStartups 100:30:200\nLoginGraceTime 30",
    paste: true,
    why: "more connections may be at their login at the same time, and those that never log in free their place sooner",
    trap: "MaxSessions does not help: it limits the channels of one connection, not connections; against a flood a higher limit only delays, and PerSourceMaxStartups counts everybody behind one NAT as one; `sshd -t` before the restart",
};

pub(super) const RESTART_SSHD: Template = Remedy {
    place: Where::Server,
    what: "sshd -t && (systemctl restart ssh || systemctl restart sshd)",
    paste: true,
    why: "a listener that was stopped, crashed or upgraded under way accepts again; running sessions are processes of their own and stay",
    trap: "the unit is `ssh` on Debian and Ubuntu, `sshd` elsewhere; a configuration that does not pass `sshd -t` leaves nobody listening, so keep a session open until a new login works",
};

pub(super) const CAPTURE_BOTH_ENDS: Template = Remedy {
    place: Where::Server,
    what: "tcpdump -ni any -s 128 -C 100 -W 10 -w other-end.pcap host {client} and tcp port {server_port}",
    paste: true,
    why: "a second capture, taken at the other end at the same time, shows whether the reset was sent there at all",
    trap: "let the ring run until it happens again, and note whether tcpdump says that packets were dropped by the kernel",
};
