//! Sentences, commands and filters of the model: every address in them under its pseudonym.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Pseudonyms;
use crate::wire::Disguise;

/// What stands for a text that was taken out.
pub(super) const TAKEN_OUT: &str = "[redacted]";

impl Pseudonyms {
    /// `text` with every IP and link-layer address in it under its pseudonym.
    pub(super) fn sentence(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut inside_word = false;
        while let Some(next) = rest.chars().next() {
            let found = (!inside_word).then(|| self.found(rest)).flatten();
            let taken = if let Some((length, pseudonym)) = found {
                out.push_str(&pseudonym);
                length
            } else {
                out.push(next);
                next.len_utf8()
            };
            let (before, behind) = rest.split_at_checked(taken).unwrap_or((rest, ""));
            inside_word = before.ends_with(is_of_word);
            rest = behind;
        }
        out
    }

    /// The address at the beginning of `text`, its length there, and what stands for it.
    fn found(&self, text: &str) -> Option<(usize, String)> {
        let run =
            text.find(|it: char| !it.is_ascii_hexdigit() && it != '.' && it != ':').unwrap_or(text.len());
        // The longest that is one: `10.0.0.1:22` and `10.0.0.1.` hold one, too.
        let longest = (2..=run.min(LONGEST)).rev().find_map(|length| {
            let (word, behind) = text.split_at_checked(length)?;
            let ends = !behind.starts_with(is_of_word);
            Some((length, self.pseudonym(word)?, behind)).filter(|_| ends)
        });
        let (length, pseudonym, behind) = longest?;
        match (pseudonym, zone(behind), prefix(behind)) {
            (Named::Ip(address), 0, Some((digits, bits))) => {
                let network = IpNet::new(address, bits).ok()?.trunc();
                Some((length + 1 + digits, network.to_string()))
            }
            (Named::Ip(address), zone, _) => Some((length + zone, address.to_string())),
            (Named::Link(address), ..) => {
                Some((length, address.map(|octet| format!("{octet:02x}")).join(":")))
            }
        }
    }

    fn pseudonym(&self, word: &str) -> Option<Named> {
        if let Ok(address) = word.parse::<IpAddr>() {
            return Some(Named::Ip(self.of(address)));
        }
        let octets: Option<Vec<u8>> =
            word.split(':').map(|it| u8::from_str_radix(it, 16).ok().filter(|_| it.len() == 2)).collect();
        Some(Named::Link(self.link_address(octets?.try_into().ok()?)))
    }
}

/// A pseudonym.
enum Named {
    Ip(IpAddr),
    Link([u8; 6]),
}

/// Characters of the longest address: IPv6 with IPv4's digits at its end.
const LONGEST: usize = 45;

/// What a name goes on with, so that digits in it are no address: `9.2p1`, `cafe::Bar`.
fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Octets of a zone behind an address, which names an interface: `%eth0`.
fn zone(behind: &str) -> usize {
    let Some(name) = behind.strip_prefix('%') else { return 0 };
    1 + name.find(|it: char| !is_of_word(it) && it != '-' && it != '.').unwrap_or(name.len())
}

/// The length of a network's prefix behind an address, and its digits: `/24`.
fn prefix(behind: &str) -> Option<(usize, u8)> {
    let rest = behind.strip_prefix('/')?;
    let digits = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    Some((digits, rest.get(..digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::redact::RedactKey;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(RedactKey::new(std::array::from_fn(|at| at as u8)).unwrap())
    }

    #[test]
    fn every_address_of_a_sentence_gets_its_pseudonym() {
        let names = pseudonyms();
        let of = |text: &str| names.of(text.parse().unwrap()).to_string();
        let (v4, v6) = (of("10.1.2.3"), of("2001:db8::1"));
        for (sentence, expected) in [
            ("10.1.2.3", v4.clone()),
            ("ss -tnoi dst 10.1.2.3", format!("ss -tnoi dst {v4}")),
            ("from 10.1.2.3:22, then 2001:db8::1.", format!("from {v4}:22, then {v6}.")),
            ("[2001:DB8:0::1]:22 (10.1.2.3)", format!("[{v6}]:22 ({v4})")),
            ("`host 2001:db8::1%wlp2s0`", format!("`host {v6}`")),
        ] {
            assert_eq!(names.sentence(sentence), expected);
        }
        let link = names.sentence("52:54:00:aa:bb:cc sent it");
        assert!(!link.starts_with("52:54") && link.ends_with(" sent it") && link.len() == 25, "{link}");
    }

    #[test]
    fn a_network_stays_one_that_holds_its_hosts() {
        let names = pseudonyms();
        let network: IpNet = names.sentence("10.1.2.0/24").parse().unwrap();
        assert_eq!(network.trunc(), network);
        assert!(network.contains(&names.of("10.1.2.200".parse().unwrap())));
        assert!(!network.contains(&names.of("10.1.3.200".parse().unwrap())));
    }

    #[test]
    fn what_is_no_address_stays() {
        for sentence in [
            "OpenSSH 9.2p1 Debian-2+deb12u3, RFC 9293 §3.1",
            "2026-11-21 10:19:10.610 UTC, TTL 61, 30.1 ms",
            "frames 48, 49; ratio 0.32; face::value 1.2.3.4x",
            "sudo sshd -T; ss -tlnp 0.0.0.0:22 [::]:22 127.0.0.1",
        ] {
            assert_eq!(pseudonyms().sentence(sentence), sentence);
        }
    }
}
