//! Community ID version 1: a name for a connection that other tools compute alike.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::wire::Endpoint;

/// IP protocol number of TCP.
const TCP: u8 = 6;

/// The Community ID of a TCP connection, seed 0 (github.com/corelight/community-id-spec, version 1).
pub(super) fn of(a: Endpoint, b: Endpoint) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut hash = Sha1::new();
    hash.update([0, 0]);
    for end in [first, second] {
        match end.addr {
            IpAddr::V4(addr) => hash.update(addr.octets()),
            IpAddr::V6(addr) => hash.update(addr.octets()),
        }
    }
    hash.update([TCP, 0]);
    hash.update(first.port.to_be_bytes());
    hash.update(second.port.to_be_bytes());
    format!("1:{}", STANDARD.encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_specifications_whichever_end_comes_first() {
        // The specification's baseline for 128.232.110.120:34855 and 66.35.250.204:80.
        let a = Endpoint { addr: "128.232.110.120".parse().unwrap(), port: 34855 };
        let b = Endpoint { addr: "66.35.250.204".parse().unwrap(), port: 80 };
        assert_eq!(of(a, b), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(of(b, a), of(a, b));
    }
}
