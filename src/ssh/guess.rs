//! The cipher, inferred from the sizes of what is sent, where the offers are not in the capture.

use std::sync::LazyLock;

use super::authentication::Unit;
use super::suite::Suite;
use super::transcript::Side;

/// Units from here on may be part of a larger write, and not whole packets.
const LONGEST_WHOLE: u64 = 500;
/// Fewest units that an inference rests on.
const LEAST_UNITS: u32 = 6;
/// Suites by the sizes they lead to.
const KNOWN: [(&str, &str); 12] = [
    (CHACHA, ""),
    ("aes128-gcm@openssh.com", ""),
    ("aes128-ctr", "umac-64-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha1-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha1-96-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha2-512-etm@openssh.com"),
    ("aes128-ctr", "umac-64@openssh.com"),
    ("aes128-ctr", "hmac-sha1-96"),
    ("aes128-ctr", "umac-128@openssh.com"),
    ("aes128-ctr", "hmac-sha1"),
    ("aes128-ctr", "hmac-sha2-256"),
];
const CHACHA: &str = "chacha20-poly1305@openssh.com";
/// Arcfour (gone since OpenSSH 7.6) and 3DES with a MAC of 16 octets, encrypt-then-MAC, lead to the same sizes.
const NAME: &str = "chacha20-poly1305, or another with its sizes";

/// [`KNOWN`], each looked up once.
static SUITES: LazyLock<[Option<Suite>; KNOWN.len()]> =
    LazyLock::new(|| KNOWN.map(|(cipher, mac)| Suite::of(cipher, mac)));

/// Whether some suite gives packets with these payloads these octets.
pub(super) fn could_be(packets: [(u32, u64); 2]) -> bool {
    SUITES
        .iter()
        .flatten()
        .any(|suite| packets.iter().all(|&(payload, octets)| suite.packet(payload) == octets))
}

/// Sizes seen so far, and the suites they leave possible.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// One bit for each of [`KNOWN`].
    possible: u16,
    units: u32,
    last_octets: [u64; 2],
    /// The shortest unit of the server, the earliest of them.
    shortest: Option<Unit>,
}

impl Default for Guess {
    fn default() -> Self {
        Self { possible: (1 << KNOWN.len()) - 1, units: 0, last_octets: [0; 2], shortest: None }
    }
}

impl Guess {
    /// Takes a unit of a connection whose cipher is not known; gives the suite and its name once no other is possible.
    ///
    /// Only chacha20-poly1305, the first, is told in this way: of the others several share the same sums, and the lengths of most can be
    /// read.
    pub(super) fn take(&mut self, unit: &Unit) -> Option<(Suite, &'static str)> {
        if self.possible & 1 == 0 {
            return None;
        }
        let before = self.last_octets.get_mut(usize::from(unit.side == Side::Server))?;
        let rest_of_a_write = std::mem::replace(before, unit.octets) >= LONGEST_WHOLE;
        self.note_shortest(unit);
        if unit.octets >= LONGEST_WHOLE || rest_of_a_write {
            return None;
        }
        self.units = self.units.saturating_add(1);
        for (number, suite) in SUITES.iter().enumerate() {
            let fits = || suite.is_some_and(|suite| suite.can_be_whole(unit.octets));
            if self.possible & (1 << number) != 0 && !fits() {
                self.possible &= !(1 << number);
            }
        }
        let chacha = self.possible == 1 && self.units >= LEAST_UNITS;
        SUITES.first().copied().flatten().filter(|_| chacha).map(|suite| (suite, NAME))
    }

    fn note_shortest(&mut self, unit: &Unit) {
        let shorter = self.shortest.is_none_or(|shortest| unit.octets < shortest.octets);
        if unit.side == Side::Server && shorter {
            self.shortest = Some(*unit);
        }
    }

    /// The server's shortest unit, where it came before the suite was known.
    pub(super) const fn shortest(&self) -> Option<Unit> {
        self.shortest
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::Mark;
    use super::*;
    use Side::{Client as C, Server as S};

    fn play(units: &[(Side, u64)]) -> Option<&'static str> {
        let mut guess = Guess::default();
        let unit = |&(side, octets): &(Side, u64)| {
            guess.take(&Unit { side, mark: Mark::default(), octets, single: false })
        };
        units.iter().filter_map(unit).last().map(|(_, name)| name)
    }

    #[test]
    fn keys_and_keepalives_of_chacha_are_like_no_other_cipher_s() {
        let typed = [(C, 36), (S, 36), (C, 36), (S, 44), (S, 60), (C, 52), (S, 28)];
        assert_eq!(play(&typed), Some(NAME));
    }

    #[test]
    fn what_other_ciphers_send_is_not_taken_for_it() {
        for (cipher, mac) in &KNOWN[1..] {
            let suite = Suite::of(cipher, mac).unwrap();
            let units: Vec<_> = (1..60)
                .map(|payload| (if payload % 2 == 0 { C } else { S }, suite.packet(payload)))
                .collect();
            assert_eq!(play(&units), None, "{cipher} {mac}");
        }
    }

    #[test]
    fn few_units_or_parts_of_writes_prove_nothing() {
        assert_eq!(play(&[(C, 28), (S, 36)]), None);
        assert_eq!(play(&[(S, 1448), (S, 33), (S, 1448), (S, 35)]), None);
    }
}
