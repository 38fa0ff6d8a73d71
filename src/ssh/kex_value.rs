//! Public values in key exchange messages, where no implementation takes any other.
//!
//! A receiver that meets a wrong one mostly closes without a word (OpenSSH `kexgen.c`; measured, 9.2).

use super::transcript::Side;

/// How a method writes its public values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// An X25519 u-coordinate (RFC 7748 §5).
    Curve25519,
    /// An uncompressed point (SEC 1 §2.3.3) of so many octets; OpenSSH (`sshbuf-getput-crypto.c`) takes no other form.
    Point(u32),
    /// Octets whose number alone is fixed: those of the client, those of the server.
    Octets(u32, u32),
    /// A number between 1 and p-1 (RFC 4253 §8), p of so many octets.
    Number(usize),
}

/// Methods by the beginning of their names: RFC 5656 §4, RFC 8731 §3, OpenSSH `kexsntrup761x25519.c` and
/// `kexmlkem768x25519.c`, draft-ietf-sshm-mlkem-hybrid-kex §2; groups: RFC 2409 §6.2, RFC 3526, RFC 8268.
const METHODS: &[(&str, Value)] = &[
    ("curve25519-sha256", Value::Curve25519),
    ("curve448-sha512", Value::Octets(56, 56)),
    ("ecdh-sha2-nistp256", Value::Point(65)),
    ("ecdh-sha2-nistp384", Value::Point(97)),
    ("ecdh-sha2-nistp521", Value::Point(133)),
    ("sntrup761x25519-sha512", Value::Octets(1190, 1071)),
    ("mlkem768x25519-sha256", Value::Octets(1216, 1120)),
    ("mlkem768nistp256-sha256", Value::Octets(1249, 1153)),
    ("mlkem1024nistp384-sha384", Value::Octets(1665, 1665)),
    ("diffie-hellman-group1-sha1", Value::Number(128)),
    ("diffie-hellman-group14-sha1", Value::Number(256)),
    ("diffie-hellman-group14-sha256", Value::Number(256)),
    ("diffie-hellman-group15-sha512", Value::Number(384)),
    ("diffie-hellman-group16-sha512", Value::Number(512)),
    ("diffie-hellman-group17-sha512", Value::Number(768)),
    ("diffie-hellman-group18-sha512", Value::Number(1024)),
];

/// Says what is wrong with the public value in a message of this kex method, number included; `None` where it is
/// sound or the method does not fix it.
pub(super) fn fault(kex: &str, side: Side, payload: &[u8]) -> Option<String> {
    let &(_, value) = METHODS.iter().find(|(name, _)| {
        // `@libssh.org` and `@openssh.com` are the same methods under their first names.
        kex.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    })?;
    let fields = payload.get(1..).unwrap_or_default();
    let found = match side {
        Side::Client => string(fields),
        // The host key stands before the server's value (RFC 4253 §8, RFC 5656 §4).
        Side::Server => string(fields).and_then(|(_, behind)| string(behind)),
    };
    let Some((octets, _)) = found else {
        return Some(format!("{kex}: the message ends before its public value does"));
    };
    let length = |expected: u32| {
        let wrong = octets.len() as u64 != u64::from(expected);
        wrong.then(|| format!("a public value of {} octets, expected {expected}", octets.len()))
    };
    let fault = match value {
        Value::Curve25519 => length(32).or_else(|| low_order(octets)),
        Value::Point(expected) => length(expected).or_else(|| compressed(octets)),
        Value::Octets(client, server) => length(if side == Side::Client { client } else { server }),
        Value::Number(largest) => number_fault(octets, largest),
    };
    fault.map(|fault| format!("{kex}: {fault}"))
}

/// Points whose product with any key is zero, which receivers must refuse (RFC 8731 §3, RFC 7748 §6.1): 0, 1, the two of
/// order 8, and p-1, p, p+1, as written (little-endian, p = 2^255 - 19).
fn low_order(octets: &[u8]) -> Option<String> {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
            0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
            0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
    ];
    let (first, rest) = octets.split_first()?;
    // The highest bit of the last octet is ignored (RFC 7748 §5).
    let (last, middle) = rest.split_last()?;
    let last = last & 0x7f;
    let small = *first <= 1 && last == 0 && middle.iter().all(|&octet| octet == 0);
    let near_p = matches!(first, 0xec..=0xee) && last == 0x7f && middle.iter().all(|&octet| octet == 0xff);
    let order_8 = ORDER_8.iter().any(|point| point == octets);
    (small || near_p || order_8).then(|| "a public value of small order, which receivers refuse".to_owned())
}

fn compressed(octets: &[u8]) -> Option<String> {
    let first = octets.first().filter(|&&first| first != 4)?;
    Some(format!("a point that begins with {first:#04x}, expected 0x04 (uncompressed)"))
}

/// What is wrong with an mpint (RFC 4251 §5) as the public value of a group whose prime has `largest` octets.
pub(super) fn number_fault(mpint: &[u8], largest: usize) -> Option<String> {
    if mpint.first().is_some_and(|&first| first >= 0x80) {
        return Some("a negative public value".to_owned());
    }
    let digits = magnitude(mpint);
    match digits {
        [] | [1] => Some("a public value of 0 or 1".to_owned()),
        _ if digits.len() > largest => Some(format!(
            "a public value of {} octets, larger than the group's prime ({largest})",
            digits.len()
        )),
        _ => None,
    }
}

/// A number's octets without leading zeros.
pub(super) fn magnitude(mpint: &[u8]) -> &[u8] {
    let zeros = mpint.iter().take_while(|&&octet| octet == 0).count();
    mpint.get(zeros..).unwrap_or_default()
}

/// A `string` (RFC 4251 §5) and what stands behind it.
pub(super) fn string(octets: &[u8]) -> Option<(&[u8], &[u8])> {
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

    /// A client's message with this value.
    fn init(value: &[u8]) -> Vec<u8> {
        [&[30][..], &(value.len() as u32).to_be_bytes(), value].concat()
    }

    #[test]
    fn public_values_of_the_right_form_are_sound() {
        assert_eq!(fault("curve25519-sha256@libssh.org", Side::Client, &message(30, &[32])), None);
        assert_eq!(fault("mlkem768x25519-sha256", Side::Server, &message(31, &[51, 1120, 83])), None);
        assert_eq!(fault("ecdh-sha2-nistp256", Side::Client, &init(&[4; 65])), None);
        let number = [&[0][..], &[0xff; 256]].concat();
        assert_eq!(fault("diffie-hellman-group14-sha256", Side::Client, &init(&number)), None);
    }

    #[test]
    fn others_are_named_with_what_was_expected() {
        let fault = |kex: &str, octets: &[u8]| fault(kex, Side::Client, octets).unwrap_or_default();
        assert!(fault("curve25519-sha256", &message(30, &[31])).contains("31 octets, expected 32"));
        assert!(fault("curve25519-sha256", &[30, 0, 0, 0, 32, 1]).contains("ends before"));
        for first in [0, 1, 0xed] {
            let rest = if first > 1 { 0xff } else { 0 };
            let mut point = [rest; 32];
            point[0] = first;
            assert!(fault("curve25519-sha256", &init(&point)).contains("small order"), "{first}");
        }
        assert!(fault("ecdh-sha2-nistp256", &init(&[2; 65])).contains("begins with 0x02"));
        let group14 = "diffie-hellman-group14-sha256";
        assert!(fault(group14, &init(&[])).contains("0 or 1"));
        assert!(fault(group14, &init(&[0, 1])).contains("0 or 1"));
        assert!(fault(group14, &init(&[0xff; 4])).contains("negative"));
        assert!(fault(group14, &init(&[0x7f; 257])).contains("larger than"));
    }

    #[test]
    fn methods_whose_values_are_not_fixed_are_left_alone() {
        assert_eq!(fault("diffie-hellman-group-exchange-sha256", Side::Client, &[30]), None);
        assert_eq!(fault("curve25519-sha256x", Side::Client, &[30]), None);
    }
}
