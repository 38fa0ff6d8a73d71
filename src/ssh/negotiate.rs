//! From two offers to one set of algorithms (RFC 4253 §7.1), as implementations do it.

use std::sync::Arc;

use super::offer::{Lists, Names};
use super::transcript::{Mismatch, Negotiated};

/// Names in the kex list that announce an extension and are no method: RFC 8308 §2.1, OpenSSH PROTOCOL 1.10 and
/// draft-miller-sshm-strict-kex, Dropbear `common-algo.c`.
const MARKERS: &[&[u8]] = &[
    b"ext-info-c",
    b"ext-info-s",
    b"kex-strict-c-v00@openssh.com",
    b"kex-strict-s-v00@openssh.com",
    b"kex-strict-c",
    b"kex-strict-s",
    b"kexguess2@matt.ucc.asn.au",
];

/// Octets of the markers in an offer's kex list, each with its comma.
pub(super) fn marker_octets(offer: &Lists) -> usize {
    offer.kex().iter().filter(|name| MARKERS.contains(name)).map(|name| name.len() + 1).sum()
}

/// What both offers lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An offer is missing, or was cut so that a common name may be among those left out.
    #[default]
    Unknown,
    /// A common name in every list that counts.
    Agreed(Arc<Negotiated>),
    /// None in this one.
    Mismatch(Arc<Mismatch>),
}

impl Outcome {
    /// The algorithms, or the list without a common one.
    pub(super) fn into_parts(self) -> (Option<Arc<Negotiated>>, Option<Arc<Mismatch>>) {
        match self {
            Self::Unknown => (None, None),
            Self::Agreed(negotiated) => (Some(negotiated), None),
            Self::Mismatch(mismatch) => (None, Some(mismatch)),
        }
    }
}

/// Negotiates: the first of the client's names that the server has too, for each list.
///
/// All implementations read take this plain first match for kex too, without the RFC's condition on host keys
/// (OpenSSH `kex.c`, Go, libssh). Looked at in the order of an OpenSSH server.
pub(super) fn negotiate(client: &Lists, server: &Lists) -> Outcome {
    match try_negotiate(client, server) {
        Ok(negotiated) => Outcome::Agreed(Arc::new(negotiated)),
        // A name that was left out could be the common one.
        Err(_) if client.cut || server.cut => Outcome::Unknown,
        Err(mismatch) => Outcome::Mismatch(Arc::new(mismatch)),
    }
}

fn try_negotiate(client: &Lists, server: &Lists) -> Result<Negotiated, Mismatch> {
    let kex = choose("kex", client.kex(), server.kex())?;
    let host_key = choose("host_key", client.host_key(), server.host_key())?;
    let cipher_c2s = choose("cipher_c2s", client.cipher_c2s(), server.cipher_c2s())?;
    let mac_c2s = choose_mac("mac_c2s", &cipher_c2s, client.mac_c2s(), server.mac_c2s())?;
    let compression_c2s = choose("compression_c2s", client.compression_c2s(), server.compression_c2s())?;
    let cipher_s2c = choose("cipher_s2c", client.cipher_s2c(), server.cipher_s2c())?;
    let mac_s2c = choose_mac("mac_s2c", &cipher_s2c, client.mac_s2c(), server.mac_s2c())?;
    let compression_s2c = choose("compression_s2c", client.compression_s2c(), server.compression_s2c())?;
    Ok(Negotiated {
        kex,
        host_key,
        cipher_c2s,
        cipher_s2c,
        mac_c2s,
        mac_s2c,
        compression_c2s,
        compression_s2c,
    })
}

/// The MAC lists of a direction whose cipher authenticates by itself are not looked at (OpenSSH `kex.c`, PuTTY,
/// libssh, Go).
fn choose_mac(
    what: &'static str,
    cipher: &str,
    client: Names<'_>,
    server: Names<'_>,
) -> Result<String, Mismatch> {
    if is_aead(cipher) { Ok(String::new()) } else { choose(what, client, server) }
}

/// Whether a cipher authenticates by itself. `AEAD_AES_…` are the names of RFC 5647 §6.1.
pub(super) fn is_aead(cipher: &str) -> bool {
    matches!(
        cipher,
        "chacha20-poly1305@openssh.com"
            | "chacha20-poly1305"
            | "aes128-gcm@openssh.com"
            | "aes256-gcm@openssh.com"
            | "aes128-gcm"
            | "aes256-gcm"
            | "AEAD_AES_128_GCM"
            | "AEAD_AES_256_GCM"
    )
}

fn choose(what: &'static str, client: Names<'_>, server: Names<'_>) -> Result<String, Mismatch> {
    let chosen = algorithms(client).find(|name| server.has(name));
    chosen.map(text).ok_or_else(|| Mismatch {
        what,
        client_offers: algorithms(client).map(text).collect(),
        server_offers: algorithms(server).map(text).collect(),
    })
}

/// The names that stand for algorithms.
fn algorithms(names: Names<'_>) -> impl Iterator<Item = &[u8]> {
    names.iter().filter(|name| !MARKERS.contains(name))
}

/// Names are US-ASCII (RFC 4251 §6); what is not stays visible.
fn text(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}

impl Negotiated {
    /// The cipher with which somebody on the path can cut off the beginning of the encrypted stream unless both sides
    /// use strict key exchange: ChaCha20-Poly1305, or CBC with encrypt-then-MAC (CVE-2023-48795, the Terrapin attack;
    /// Bäumer, Brinkmann, Schwenk, USENIX Security 2024, §4).
    pub fn truncatable_cipher(&self) -> Option<&str> {
        let directions = [(&self.cipher_c2s, &self.mac_c2s), (&self.cipher_s2c, &self.mac_s2c)];
        let exposed = directions.into_iter().find(|(cipher, mac)| {
            cipher.starts_with("chacha20-poly1305")
                || cipher.ends_with("-cbc") && mac.ends_with("-etm@openssh.com")
        });
        exposed.map(|(cipher, _)| cipher.as_str())
    }
}

/// Whether both sides announce strict key exchange, each with the marker of its own role (OpenSSH PROTOCOL 1.10).
pub(super) fn is_strict(client: &Lists, server: &Lists) -> bool {
    let has = |names: Names<'_>, markers: [&[u8]; 2]| names.iter().any(|name| markers.contains(&name));
    has(client.kex(), [b"kex-strict-c-v00@openssh.com", b"kex-strict-c"])
        && has(server.kex(), [b"kex-strict-s-v00@openssh.com", b"kex-strict-s"])
}

/// Whether the guess of one side was right, so that its first key exchange packet counts (RFC 4253 §7): the first
/// kex and the first host key names are equal; where both announce Dropbear's `kexguess2`, only kex.
pub(super) fn guess_is_right(client: &Lists, server: &Lists) -> bool {
    let guess2 = |offer: &Lists| offer.kex().has(b"kexguess2@matt.ucc.asn.au");
    let same_kex = algorithms(client.kex()).next() == algorithms(server.kex()).next();
    let both_guess2 = guess2(client) && guess2(server);
    same_kex && (both_guess2 || client.host_key().iter().next() == server.host_key().iter().next())
}

#[cfg(test)]
mod tests {
    use super::super::offer::tests::lists;
    use super::*;

    fn offer(kex: &str, cipher: &str, mac: &str) -> Lists {
        lists([kex, "ssh-ed25519", cipher, cipher, mac, mac, "none", "none"])
    }

    #[test]
    fn the_client_s_order_decides() {
        let outcome = negotiate(&offer("b,a", "x,y", "m"), &offer("a,b", "y,x", "m"));
        let Outcome::Agreed(negotiated) = outcome else { panic!() };
        assert_eq!((&*negotiated.kex, &*negotiated.cipher_s2c, &*negotiated.mac_c2s), ("b", "x", "m"));
    }

    #[test]
    fn markers_are_not_algorithms() {
        let outcome = negotiate(&offer("a,ext-info-c", "x", "m"), &offer("b,ext-info-c", "x", "m"));
        let Outcome::Mismatch(mismatch) = outcome else { panic!() };
        assert_eq!((mismatch.what, &mismatch.client_offers[..]), ("kex", &["a".to_owned()][..]));
    }

    #[test]
    fn an_aead_cipher_needs_no_common_mac() {
        let aead = "aes128-gcm@openssh.com";
        assert!(matches!(negotiate(&offer("a", aead, "m"), &offer("a", aead, "n")), Outcome::Agreed(_)));
        let Outcome::Mismatch(mismatch) = negotiate(&offer("a", "x", "m"), &offer("a", "x", "n")) else {
            panic!()
        };
        assert_eq!(mismatch.what, "mac_c2s");
    }

    #[test]
    fn offers_that_were_cut_do_not_prove_a_mismatch() {
        let mut client = offer("a", "x", "m");
        client.cut = true;
        assert_eq!(negotiate(&client, &offer("b", "x", "m")), Outcome::Unknown);
    }

    #[test]
    fn only_chacha20_and_cbc_with_encrypt_then_mac_can_be_truncated() {
        let with = |cipher: &str, mac: &str| Negotiated {
            cipher_c2s: "aes128-ctr".to_owned(),
            mac_c2s: "hmac-sha2-256-etm@openssh.com".to_owned(),
            cipher_s2c: cipher.to_owned(),
            mac_s2c: mac.to_owned(),
            ..Negotiated::default()
        };
        let etm = "hmac-sha2-256-etm@openssh.com";
        assert!(with("chacha20-poly1305@openssh.com", "").truncatable_cipher().is_some());
        assert!(with("aes128-cbc", etm).truncatable_cipher().is_some());
        assert!(with("aes128-cbc", "hmac-sha2-256").truncatable_cipher().is_none());
        assert!(with("aes256-gcm@openssh.com", "").truncatable_cipher().is_none());
    }

    #[test]
    fn dropbear_s_guess_compares_only_the_kex_names() {
        let client = |kex| lists([kex, "other", "x", "x", "m", "m", "none", "none"]);
        let server = offer("kexguess2@matt.ucc.asn.au,a", "x", "m");
        assert!(guess_is_right(&client("a,kexguess2@matt.ucc.asn.au"), &server));
        assert!(!guess_is_right(&client("a"), &server));
    }
}
