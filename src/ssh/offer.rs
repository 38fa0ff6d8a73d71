//! What a side offers in its KEXINIT.

use std::sync::Arc;

/// The algorithms a side offers in its first KEXINIT (RFC 4253 §7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Random octets: no other KEXINIT has them.
    pub cookie: [u8; 16],
    /// What follows them: the same for all programs that are set up in one way, and then held once.
    pub lists: Arc<Lists>,
}

/// The name-lists of a KEXINIT, names as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lists {
    /// The lists one behind the other, without those of languages, as nobody looks at them.
    octets: Box<[u8]>,
    /// Where each of them ends.
    ends: [u32; LISTS],
    /// `first_kex_packet_follows`.
    pub guesses: bool,
    /// A name-list was longer than [`crate::limits::Limits::names_per_list`] and is cut.
    pub cut: bool,
}

/// Lists that are kept.
pub(super) const LISTS: usize = 8;

impl Lists {
    /// Takes these lists, in the order of a KEXINIT.
    pub(super) fn new(lists: [&[u8]; LISTS], guesses: bool, cut: bool) -> Self {
        let mut end = 0;
        let ends = lists.map(|list| {
            end += list.len() as u32;
            end
        });
        Self { octets: lists.concat().into(), ends, guesses, cut }
    }

    fn nth(&self, number: usize) -> Names<'_> {
        let end = |number: usize| self.ends.get(number).map_or(0, |&end| end as usize);
        let start = number.checked_sub(1).map_or(0, end);
        Names(self.octets.get(start..end(number)).unwrap_or_default())
    }

    /// Key exchange, markers (`ext-info-c`, `kex-strict-…`) included.
    pub fn kex(&self) -> Names<'_> {
        self.nth(0)
    }

    /// Host key.
    pub fn host_key(&self) -> Names<'_> {
        self.nth(1)
    }

    /// Encryption, client to server.
    pub fn cipher_c2s(&self) -> Names<'_> {
        self.nth(2)
    }

    /// Encryption, server to client.
    pub fn cipher_s2c(&self) -> Names<'_> {
        self.nth(3)
    }

    /// MAC, client to server.
    pub fn mac_c2s(&self) -> Names<'_> {
        self.nth(4)
    }

    /// MAC, server to client.
    pub fn mac_s2c(&self) -> Names<'_> {
        self.nth(5)
    }

    /// Compression, client to server.
    pub fn compression_c2s(&self) -> Names<'_> {
        self.nth(6)
    }

    /// Compression, server to client.
    pub fn compression_s2c(&self) -> Names<'_> {
        self.nth(7)
    }

    /// The list of that name: a field of [`super::Negotiated`].
    pub fn list(&self, what: &str) -> Option<Names<'_>> {
        Some(match what {
            "kex" => self.kex(),
            "host_key" => self.host_key(),
            "cipher_c2s" => self.cipher_c2s(),
            "cipher_s2c" => self.cipher_s2c(),
            "mac_c2s" => self.mac_c2s(),
            "mac_s2c" => self.mac_s2c(),
            "compression_c2s" => self.compression_c2s(),
            "compression_s2c" => self.compression_s2c(),
            _ => return None,
        })
    }

    /// Octets that it takes, about.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.octets.len()
    }
}

/// One name-list (RFC 4251 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names<'a>(&'a [u8]);

impl<'a> Names<'a> {
    /// Its names, in their order.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        let octets = (!self.0.is_empty()).then_some(self.0);
        octets.into_iter().flat_map(|octets| octets.split(|&octet| octet == b','))
    }

    /// Whether `name` is among them.
    pub fn has(self, name: &[u8]) -> bool {
        self.iter().any(|it| it == name)
    }

    /// The list as it was sent: names parted by commas.
    pub const fn as_sent(self) -> &'a [u8] {
        self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// These lists, in the order of a KEXINIT.
    pub(crate) fn lists(lists: [&str; LISTS]) -> Lists {
        Lists::new(lists.map(str::as_bytes), false, false)
    }

    #[test]
    fn a_list_has_its_names_and_an_empty_one_has_none() {
        let lists = lists(["a,b", "", "c", "", "", ",", "", "z"]);
        assert_eq!(lists.kex().iter().collect::<Vec<_>>(), [b"a", b"b"]);
        assert_eq!([lists.host_key(), lists.mac_s2c()].map(|list| list.iter().count()), [0, 2]);
        assert_eq!(lists.list("compression_s2c").unwrap().as_sent(), b"z");
        assert!(lists.kex().has(b"b") && !lists.kex().has(b"c"));
    }
}
