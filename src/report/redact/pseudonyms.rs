//! Addresses in the place of addresses.

use std::net::{IpAddr, Ipv6Addr};

use ipcrypt_rs::IpcryptPfx;

use super::RedactKey;
use crate::wire::Disguise;

/// Where link-layer addresses are enciphered among IPv6's: no host has an address there (RFC 6666's discard prefix).
const LINK_ADDRESSES: [u8; 10] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The group bit of a link-layer address (IEEE 802 §8.2), and the one that says that nobody registered it.
const GROUP: u8 = 1;
const LOCAL: u8 = 2;

/// Gives each address its pseudonym, under one key.
pub struct Pseudonyms {
    cipher: IpcryptPfx,
}

impl Pseudonyms {
    /// The pseudonyms under `key`.
    pub fn new(key: RedactKey) -> Self {
        Self { cipher: IpcryptPfx::new(key.octets()) }
    }

    /// The pseudonym of `address`, of the same version. Loopback and unspecified addresses name no host: they stay, and
    /// nothing gets one of them; what would is enciphered once more, its network with it.
    pub fn of(&self, address: IpAddr) -> IpAddr {
        if names_no_host(address) {
            return address;
        }
        // Ends: the cipher is a permutation, and its cycle comes back to where it began.
        let mut pseudonym = self.encipher(address);
        while names_no_host(pseudonym) {
            pseudonym = self.encipher(pseudonym);
        }
        pseudonym
    }

    fn encipher(&self, address: IpAddr) -> IpAddr {
        match (address, self.cipher.encrypt_ipaddr(address)) {
            // The cipher takes an address of IPv4 in one of IPv6 for that.
            (IpAddr::V6(_), IpAddr::V4(mapped)) => mapped.to_ipv6_mapped().into(),
            (_, pseudonym) => pseudonym,
        }
    }
}

fn names_no_host(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

impl std::fmt::Debug for Pseudonyms {
    /// Says nothing of the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

impl Disguise for Pseudonyms {
    fn address(&self, address: IpAddr) -> IpAddr {
        self.of(address)
    }

    /// An address that nobody registered; a group's stays a group's, and broadcast as it is.
    fn link_address(&self, address: [u8; 6]) -> [u8; 6] {
        if address == [u8::MAX; 6] || address == [0; 6] {
            return address;
        }
        let mut octets = [0; 16];
        octets.iter_mut().zip(LINK_ADDRESSES.iter().chain(&address)).for_each(|(to, from)| *to = *from);
        let enciphered = match self.encipher(Ipv6Addr::from(octets).into()) {
            IpAddr::V6(enciphered) => enciphered.octets(),
            IpAddr::V4(enciphered) => enciphered.to_ipv6_mapped().octets(),
        };
        let mut pseudonym: [u8; 6] = enciphered.last_chunk().copied().unwrap_or_default();
        let ([first, _, _, _, _, _], [group, ..]) = (&mut pseudonym, address);
        *first = *first & !GROUP | LOCAL | group & GROUP;
        pseudonym
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn pseudonyms(seed: u8) -> Pseudonyms {
        Pseudonyms::new(RedactKey::new(std::array::from_fn(|at| seed.wrapping_add(at as u8 * 7))).unwrap())
    }

    fn common_prefix(one: IpAddr, other: IpAddr) -> u32 {
        match (one, other) {
            (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => panic!("versions differ"),
        }
    }

    proptest! {
        #[test]
        fn neighbours_stay_neighbours(bits: u32, flip in 8..32u32, seed: u8) {
            let (one, other) = (std::net::Ipv4Addr::from(bits), std::net::Ipv4Addr::from(bits ^ 1 << (31 - flip)));
            let names = pseudonyms(seed);
            prop_assert_eq!(common_prefix(names.of(one.into()), names.of(other.into())), flip);
        }

        #[test]
        fn neighbours_stay_neighbours_in_ipv6(bits: u128, flip in 8..128u32, seed: u8) {
            let (one, other) = (Ipv6Addr::from(bits), Ipv6Addr::from(bits ^ 1 << (127 - flip)));
            let names = pseudonyms(seed);
            prop_assert_eq!(common_prefix(names.of(one.into()), names.of(other.into())), flip);
        }
    }

    #[test]
    fn every_network_has_a_pseudonym_of_its_own_and_none_is_loopback() {
        let names = pseudonyms(3);
        let pseudonym = |network: u8| match names.of([network, 1, 2, 3].into()) {
            IpAddr::V4(address) => address.octets()[0],
            IpAddr::V6(_) => panic!("another version"),
        };
        let networks: BTreeSet<u8> = (0..=255).map(pseudonym).collect();
        assert_eq!(networks.len(), 256, "loopback's own included, which stays");
        assert_eq!(
            (pseudonym(127), names.of(IpAddr::V6(Ipv6Addr::LOCALHOST)).to_string()),
            (127, "::1".into())
        );
    }

    #[test]
    fn link_addresses_are_local_ones_and_groups_stay_groups() {
        let names = pseudonyms(3);
        let one = names.link_address([0x52, 0x54, 0, 1, 2, 3]);
        assert_eq!(one[0] & 3, 2);
        assert_ne!(one, names.link_address([0x52, 0x54, 0, 1, 2, 4]));
        assert_eq!(names.link_address([1, 0, 0x5e, 1, 2, 3])[0] & 1, 1);
        assert_eq!(names.link_address([0xff; 6]), [0xff; 6]);
        assert_ne!(one, pseudonyms(4).link_address([0x52, 0x54, 0, 1, 2, 3]));
    }
}
