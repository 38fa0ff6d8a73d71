//! Sizes of encrypted packets, by cipher and MAC (RFC 4253 §6, RFC 5647 §7, OpenSSH `PROTOCOL` 1.5 and 1.6,
//! `PROTOCOL.chacha20poly1305`).

/// How one direction is encrypted, as far as sizes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// Multiple to which what is encrypted is padded.
    block: u32,
    /// MAC or tag behind the packet.
    tail: u32,
    /// The length field is in what is padded: neither AEAD nor encrypt-then-MAC.
    length_padded: bool,
    /// The length field can be read.
    clear_length: bool,
    /// Fewest octets of length field, padding, padding length and payload together.
    least: u32,
}

/// How an implementation pads beyond what the cipher needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PaddingStyle {
    /// Not at all.
    #[default]
    Least,
    /// To at least 16 octets with the length field, as RFC 4253 §6 has it (Dropbear `packet.c`; measured 2022.83). Others
    /// leave that out where the length field is not padded: OpenSSH, paramiko, AsyncSSH.
    SixteenOctets,
    /// To multiples of 16, whatever the block (Go x/crypto `ssh/cipher.go`).
    MultiplesOf16,
}

impl PaddingStyle {
    /// The style of the implementation that identifies itself so.
    pub(super) fn of(identification: &[u8]) -> Self {
        if identification.starts_with(b"SSH-2.0-dropbear") {
            Self::SixteenOctets
        } else if identification.starts_with(b"SSH-2.0-Go") {
            Self::MultiplesOf16
        } else {
            Self::Least
        }
    }
}

/// What an implementation sends that others do not, as far as it changes what sizes mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habits {
    /// An IGNORE before each message above the transport layer: AsyncSSH (`connection.py`, `send_packet`; measured 2.24).
    pub(super) ignores: bool,
    /// A SERVICE_REQUEST before each attempt to authenticate: paramiko (`auth_handler.py`; measured 5.1).
    pub(super) asks_again: bool,
}

impl Habits {
    /// Those of the implementation that identifies itself so.
    pub(super) fn of(identification: &[u8]) -> Self {
        Self {
            ignores: identification.starts_with(b"SSH-2.0-AsyncSSH"),
            asks_again: identification.starts_with(b"SSH-2.0-paramiko"),
        }
    }
}

impl Suite {
    /// The suite of a negotiated cipher and MAC; `None` for names that are not known.
    pub(super) fn of(cipher: &str, mac: &str) -> Option<Self> {
        let aead =
            |block, clear_length| Self { block, tail: 16, length_padded: false, clear_length, least: 0 };
        match cipher {
            "chacha20-poly1305@openssh.com" | "chacha20-poly1305" => return Some(aead(8, false)),
            "aes128-gcm@openssh.com"
            | "aes256-gcm@openssh.com"
            | "aes128-gcm"
            | "aes256-gcm"
            | "AEAD_AES_128_GCM"
            | "AEAD_AES_256_GCM" => return Some(aead(16, true)),
            _ => {}
        }
        let block = block(cipher)?;
        let (name, etm) = match mac.strip_suffix("-etm@openssh.com") {
            Some(name) => (name, true),
            None => (mac.strip_suffix("@openssh.com").unwrap_or(mac), false),
        };
        let tail = mac_octets(name)?;
        Some(Self { block, tail, length_padded: !etm, clear_length: etm || cipher == "none", least: 0 })
    }

    /// The same, padded as an implementation does. For sizes only: [`Suite::behind_length`] and
    /// [`Suite::can_be_whole`] are of the cipher itself.
    pub(super) fn padded(self, style: PaddingStyle) -> Self {
        match style {
            PaddingStyle::Least => self,
            PaddingStyle::SixteenOctets => Self { least: 16, ..self },
            PaddingStyle::MultiplesOf16 => Self { block: self.block.max(16), ..self },
        }
    }

    /// Whether lengths can be read without a key.
    pub(super) const fn walkable(self) -> bool {
        self.clear_length
    }

    /// Octets on the wire of a packet with `payload` octets and the least padding.
    pub(super) fn packet(self, payload: u32) -> u64 {
        // padding_length and 4 octets of padding; the length field where it is padded too
        let (inside, outside) = if self.length_padded { (4, 0) } else { (0, 4) };
        let needed = (u64::from(payload) + 5 + inside).max(u64::from(self.least).saturating_sub(outside));
        // Blocks are 8 or 16 octets.
        let mask = u64::from(self.block) - 1;
        ((needed + mask) & !mask) + outside + u64::from(self.tail)
    }

    /// Octets behind the length field of a packet whose length field says `length`; `None` for a length that the
    /// suite does not have.
    pub(super) fn behind_length(self, length: u32) -> Option<u64> {
        // OpenSSH packet.c PACKET_MAX_SIZE; no implementation read accepts more.
        let in_range = (5..=262_144).contains(&length);
        let padded = if self.length_padded { length.wrapping_add(4) } else { length };
        // Where an implementation pads further, a multiple of the cipher's own block is kept.
        (in_range && padded.is_multiple_of(self.block)).then(|| u64::from(length) + u64::from(self.tail))
    }

    /// Whether `octets` since NEWKEYS can be whole packets.
    ///
    /// Every packet is a multiple of the block plus a constant, so only certain sums occur. `false` is proof that
    /// the stream ends inside a packet; `true` proves nothing.
    pub(super) fn can_be_whole(self, octets: u64) -> bool {
        let least = self.packet(1);
        // The residues repeat after at most 16 packets, as blocks are 8 or 16 octets.
        octets == 0
            || (1..=16).any(|packets| {
                octets
                    .checked_sub(packets * least)
                    .is_some_and(|more| more.is_multiple_of(u64::from(self.block)))
            })
    }
}

/// What is known of the sizes of one direction's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sizes {
    /// Nothing.
    #[default]
    Unknown,
    /// The size of SERVICE_ACCEPT was seen, the suite is not known.
    Learned(u64),
    /// The suite.
    Suite(Suite),
}

impl Sizes {
    /// Octets on the wire of a packet with `payload` octets, where that is known.
    ///
    /// SERVICE_ACCEPT has 17 octets of payload, SUCCESS has 1. The difference is 16 in every suite, as blocks are
    /// 8 or 16 octets; so SUCCESS is known where SERVICE_ACCEPT was seen.
    pub(super) fn packet(self, payload: u32) -> Option<u64> {
        match (self, payload) {
            (Self::Suite(suite), _) => Some(suite.packet(payload)),
            (Self::Learned(accept), 17) => Some(accept),
            (Self::Learned(accept), 1) => accept.checked_sub(16),
            _ => None,
        }
    }

    /// Whether `octets` are more than one packet of `payload` octets, as far as known.
    pub(super) fn exceeds(self, payload: u32, octets: u64) -> bool {
        self.packet(payload).is_some_and(|packet| octets > packet)
    }

    /// Whether `octets` are one packet of `payload` octets, as far as known.
    pub(super) fn fits(self, payload: u32, octets: u64) -> bool {
        self.packet(payload) == Some(octets)
    }
}

/// Block to which a cipher's packets are padded: its own, 8 for stream ciphers (RFC 4253 §6, §6.3; RFC 4344 §4).
fn block(cipher: &str) -> Option<u32> {
    match cipher {
        "none" | "arcfour" | "arcfour128" | "arcfour256" => return Some(8),
        "rijndael-cbc@lysator.liu.se" => return Some(16),
        _ => {}
    }
    let (name, mode) = cipher.split_once('@').map_or(cipher, |(name, _)| name).rsplit_once('-')?;
    if !matches!(mode, "cbc" | "ctr") {
        return None;
    }
    match name {
        "3des" | "des" | "blowfish" | "cast128" | "idea" => Some(8),
        _ => {
            let sized =
                ["aes", "twofish", "serpent", "camellia"].iter().find_map(|kind| name.strip_prefix(kind))?;
            matches!(sized, "" | "128" | "192" | "256").then_some(16)
        }
    }
}

/// Octets of a MAC (OpenSSH `mac.c`; RFC 4253 §6.4, RFC 6668 §2).
fn mac_octets(mac: &str) -> Option<u32> {
    Some(match mac {
        "none" => 0,
        "umac-64" => 8,
        "hmac-md5-96" | "hmac-sha1-96" | "hmac-sha2-256-96" | "hmac-sha2-512-96" => 12,
        "umac-128" | "hmac-md5" => 16,
        "hmac-sha1" | "hmac-ripemd160" => 20,
        "hmac-sha2-256" | "hmac-sha256" => 32,
        "hmac-sha2-512" | "hmac-sha512" => 64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(cipher: &str, mac: &str) -> Suite {
        Suite::of(cipher, mac).unwrap()
    }

    /// Sizes seen on the wire, OpenSSH 9.2 and 10: SERVICE_ACCEPT (17 octets of payload), USERAUTH_SUCCESS (1),
    /// a FAILURE with three methods (45), a full CHANNEL_DATA (32777).
    #[test]
    fn packets_have_the_sizes_that_were_measured() {
        let measured: &[(&str, &str, [u64; 4])] = &[
            ("chacha20-poly1305@openssh.com", "", [44, 28, 76, 32_804]),
            ("aes128-gcm@openssh.com", "", [52, 36, 84, 32_804]),
            ("aes256-ctr", "umac-64-etm@openssh.com", [44, 28, 76, 32_796]),
            ("aes256-ctr", "umac-128-etm@openssh.com", [52, 36, 84, 32_804]),
            ("aes128-ctr", "hmac-sha1-etm@openssh.com", [56, 40, 88, 32_808]),
            ("aes128-ctr", "hmac-sha2-256-etm@openssh.com", [68, 52, 100, 32_820]),
            ("aes128-cbc", "hmac-sha2-512-etm@openssh.com", [100, 84, 132, 32_852]),
            ("aes128-ctr", "umac-64@openssh.com", [40, 24, 72, 32_808]),
            ("aes128-ctr", "hmac-sha1", [52, 36, 84, 32_820]),
            ("aes128-ctr", "hmac-sha2-256", [64, 48, 96, 32_832]),
            ("3des-cbc", "hmac-sha1", [52, 36, 76, 32_812]),
        ];
        for &(cipher, mac, sizes) in measured {
            assert_eq!(
                [17, 1, 45, 32_777].map(|payload| suite(cipher, mac).packet(payload)),
                sizes,
                "{cipher} {mac}"
            );
        }
    }

    #[test]
    fn dropbear_sends_no_packet_below_sixteen_octets() {
        let chacha =
            suite("chacha20-poly1305@openssh.com", "").padded(PaddingStyle::of(b"SSH-2.0-dropbear_2022.83"));
        // Measured, Dropbear 2022.83: SUCCESS, SERVICE_ACCEPT, FAILURE `publickey,password`.
        assert_eq!([1, 17, 24].map(|payload| chacha.packet(payload)), [36, 44, 52]);
    }

    #[test]
    fn only_clear_lengths_can_be_walked() {
        assert!(suite("aes256-gcm@openssh.com", "").walkable());
        assert!(suite("3des-cbc", "hmac-md5-96-etm@openssh.com").walkable());
        assert!(!suite("chacha20-poly1305@openssh.com", "").walkable());
        assert!(!suite("aes256-ctr", "hmac-sha2-256").walkable());
        assert_eq!(Suite::of("aes256-xyz", "hmac-sha1"), None);
        assert_eq!(Suite::of("aes256-ctr", "hmac-none-such"), None);
    }

    #[test]
    fn sums_of_whole_packets_are_always_possible() {
        for (cipher, mac) in [
            ("chacha20-poly1305", ""),
            ("aes128-gcm", ""),
            ("aes128-ctr", "umac-64"),
            ("3des-cbc", "hmac-sha1"),
        ] {
            let suite = suite(cipher, mac);
            let mut octets = 0;
            for payload in 1..400 {
                octets += suite.packet(payload * 7 % 350 + 1);
                assert!(suite.can_be_whole(octets), "{cipher} {octets}");
            }
        }
    }

    #[test]
    fn a_count_that_no_packets_add_up_to_proves_a_cut() {
        let chacha = suite("chacha20-poly1305@openssh.com", "");
        assert!(!chacha.can_be_whole(30) && !chacha.can_be_whole(36 + 8 + 2) && !chacha.can_be_whole(48));
        assert!(!suite("aes128-ctr", "hmac-sha2-256").can_be_whole(100));
    }

    #[test]
    fn lengths_a_suite_does_not_have_are_refused() {
        let gcm = suite("aes128-gcm@openssh.com", "");
        assert_eq!(gcm.behind_length(32), Some(48));
        assert_eq!([0, 33, 0xffff_fff0, u32::MAX].map(|length| gcm.behind_length(length)), [None; 4]);
    }
}
