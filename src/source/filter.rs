//! Which packets of an interface are captured, in the language of pcap-filter(7).

use std::fmt;
use std::net::SocketAddr;

/// A TCP connection by its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// One end.
    pub from: SocketAddr,
    /// The other.
    pub to: SocketAddr,
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// Which packets are captured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Ports of SSH; all when empty.
    pub ports: Vec<u16>,
    /// What else must hold, in the user's words; nothing when empty.
    pub words: String,
    /// The connection that is left out.
    pub own: Option<Connection>,
}

/// Later fragments of IPv4 that carry TCP: they have no ports (RFC 791 §3.1).
const FRAGMENTS: &str = "ip proto 6 and ip[6:2] & 0x1fff != 0";

/// IPv6 packets that begin with an extension header (RFC 8200 §4: hop-by-hop 0, routing 43, fragment 44, destination
/// options 60) followed by TCP or another: a filter in the kernel has no loops, and cannot find the ports behind them.
const EXTENDED: &str = "(ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60) \
     and (ip6[40] = 6 or ip6[40] = 43 or ip6[40] = 44 or ip6[40] = 60)";

/// ICMP errors that quote TCP: unreachable, time exceeded (RFC 792); the quoted protocol is at 8 + 9.
const ERRORS: &str = "(icmp[0] = 3 or icmp[0] = 11) and icmp[17] = 6";

/// ICMPv6 errors: messages below 128 (RFC 4443 §2.1).
const ERRORS_V6: &str = "ip6[6] = 58 and ip6[40] < 128";

/// TCP segments of more than 512 octets that are neither SYN, FIN nor RST: data in bulk. What is smaller carries the
/// acknowledgements, keepalives, keystrokes and ends that a connection's state is made of.
const BULK: &str = "(ip proto 6 and ip[2:2] > 512 and ip[6:2] & 0x1fff = 0 and tcp[13] & 7 = 0) \
     or (ip6[6] = 6 and ip6[4:2] > 512 and ip6[53] & 7 = 0)";

impl Filter {
    /// [`Self::expression`] without data in bulk: what is captured when there is no time for all of it.
    pub fn thinned(&self, tags: bool) -> String {
        behind_tags(&format!("({}) and not ({BULK})", self.plain()), tags)
    }

    /// The packets of SSH and what belongs to them, without the user's words.
    pub fn built_in(&self) -> String {
        let tcp = match self.ports.as_slice() {
            [] => "tcp".to_owned(),
            ports => {
                let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
                format!("tcp port ({})", ports.join(" or "))
            }
        };
        format!("(({tcp}) or ({FRAGMENTS}) or ({EXTENDED}) or ({ERRORS}) or ({ERRORS_V6}))")
    }

    /// The whole expression; `tags` where the link type can have VLAN tags.
    ///
    /// The user's words come first: with `vlan 7` in them, all behind it looks behind that tag.
    pub fn expression(&self, tags: bool) -> String {
        behind_tags(&self.plain(), tags)
    }

    /// Of frames without VLAN tags.
    fn plain(&self) -> String {
        let mut all = vec![self.built_in()];
        if !self.words.is_empty() {
            all.insert(0, format!("({})", self.words));
        }
        if let Some(Connection { from, to }) = self.own {
            let (a, b, a_port, b_port) = (from.ip(), to.ip(), from.port(), to.port());
            all.push(format!("not (tcp and host {a} and host {b} and port {a_port} and port {b_port})"));
        }
        all.join(" and ")
    }
}

/// Each `vlan` moves what follows behind one more tag, so this is: untagged, one tag, two.
fn behind_tags(all: &str, tags: bool) -> String {
    if tags { format!("({all}) or (vlan and ({all})) or (vlan and ({all}))") } else { all.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ports_are_asked_for_at_once_and_none_means_any() {
        let filter = Filter { ports: vec![22, 2222], ..Filter::default() };
        assert!(filter.built_in().starts_with("((tcp port (22 or 2222)) or (ip proto 6"));
        assert!(Filter::default().built_in().starts_with("((tcp) or "));
    }

    #[test]
    fn the_users_words_come_first_and_narrow() {
        let filter = Filter { ports: vec![22], words: "vlan 7 or vlan 8".into(), own: None };
        assert_eq!(filter.expression(false), format!("(vlan 7 or vlan 8) and {}", filter.built_in()));
    }
}
