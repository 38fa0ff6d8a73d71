//! Addresses and networks.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// An address, or all addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` is one of them. An IPv4 address inside an IPv6 one (RFC 4291 §2.5.5.2) is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = String;

    /// `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let single = text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
        single.or_else(|_| text.parse()).map(Self).map_err(|_| {
            "expected an IP address, alone or with the length of its prefix: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32"
                .to_owned()
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_of_one() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let has = |text: &str, address: &str| network(text).contains(address.parse().unwrap());
        assert!(has("192.0.2.7", "192.0.2.7") && !has("192.0.2.7", "192.0.2.8"));
        assert!(has("192.0.2.9/24", "192.0.2.200") && !has("192.0.2.0/24", "192.0.3.1"));
        assert!(has("2001:db8::/32", "2001:db8:1::2") && !has("2001:db8::/32", "192.0.2.1"));
        assert!(has("::ffff:192.0.2.7", "192.0.2.7"));
        assert_eq!(network("192.0.2.7").to_string(), "192.0.2.7");
        assert_eq!(network("192.0.2.0/24").to_string(), "192.0.2.0/24");
        for wrong in ["", "host", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "/24", "192.0.2.7:22"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
