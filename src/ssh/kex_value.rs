//! Public values in key exchange messages: their lengths, where the method fixes them.
//!
//! A receiver that meets a wrong one mostly closes without a word (OpenSSH `kexgen.c`; measured, 9.2).

use super::transcript::Side;

/// Octets of the public values of client and server, by the beginning of the method's name: RFC 5656 §4 with SEC 1
/// §2.3.3 (uncompressed points), RFC 8731 §3, OpenSSH `kexsntrup761x25519.c` and `kexmlkem768x25519.c`,
/// draft-ietf-sshm-mlkem-hybrid-kex §2.
const LENGTHS: &[(&str, u32, u32)] = &[
    ("curve25519-sha256", 32, 32),
    ("curve448-sha512", 56, 56),
    ("ecdh-sha2-nistp256", 65, 65),
    ("ecdh-sha2-nistp384", 97, 97),
    ("ecdh-sha2-nistp521", 133, 133),
    ("sntrup761x25519-sha512", 1190, 1071),
    ("mlkem768x25519-sha256", 1216, 1120),
    ("mlkem768nistp256-sha256", 1249, 1153),
    ("mlkem1024nistp384-sha384", 1665, 1665),
];

/// Says what is wrong with the public value in a message of this kex method, number included; `None` where it is
/// sound or the method does not fix it.
pub(super) fn fault(kex: &str, side: Side, payload: &[u8]) -> Option<String> {
    let &(_, client, server) = LENGTHS.iter().find(|(name, ..)| {
        // `@libssh.org` and `@openssh.com` are the same methods under their first names.
        kex.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    })?;
    let fields = payload.get(1..).unwrap_or_default();
    let (value, expected) = match side {
        Side::Client => (string(fields), client),
        // The host key stands before the server's value (RFC 4253 §8, RFC 5656 §4).
        Side::Server => (string(fields).and_then(|(_, behind)| string(behind)), server),
    };
    match value {
        None => Some(format!("{kex}: the message ends before its public value does")),
        Some((value, _)) if value.len() as u64 != u64::from(expected) => {
            Some(format!("{kex}: a public value of {} octets, expected {expected}", value.len()))
        }
        Some(_) => None,
    }
}

/// A `string` (RFC 4251 §5) and what stands behind it.
fn string(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = octets.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A message with these strings.
    pub(crate) fn message(number: u8, lengths: &[usize]) -> Vec<u8> {
        let mut octets = vec![number];
        for &length in lengths {
            octets.extend_from_slice(&(length as u32).to_be_bytes());
            octets.resize(octets.len() + length, 0x5a);
        }
        octets
    }

    #[test]
    fn public_values_of_the_right_length_are_sound() {
        assert_eq!(fault("curve25519-sha256@libssh.org", Side::Client, &message(30, &[32])), None);
        assert_eq!(fault("mlkem768x25519-sha256", Side::Server, &message(31, &[51, 1120, 83])), None);
    }

    #[test]
    fn others_are_named_with_both_lengths() {
        let fault = |octets: &[u8]| fault("curve25519-sha256", Side::Client, octets);
        assert!(fault(&message(30, &[31])).unwrap().contains("31 octets, expected 32"));
        assert!(fault(&[30, 0, 0, 0, 32, 1]).unwrap().contains("ends before"));
    }

    #[test]
    fn methods_whose_values_vary_are_left_alone() {
        assert_eq!(fault("diffie-hellman-group14-sha256", Side::Client, &[30]), None);
        assert_eq!(fault("curve25519-sha256x", Side::Client, &[30]), None);
    }
}
