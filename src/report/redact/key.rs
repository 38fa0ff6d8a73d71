//! The key of the pseudonyms.

use thiserror::Error;

/// Octets of a key.
const OCTETS: usize = 32;

/// A key that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Neither form.
    #[error("a key is {OCTETS} octets, or {} hexadecimal digits", 2 * OCTETS)]
    Form,
    /// Both halves are the same, with which the cipher would be none.
    #[error("the two halves of a key must not be the same")]
    Halves,
}

/// The key: who has it can turn pseudonyms back into addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RedactKey([u8; OCTETS]);

impl std::fmt::Debug for RedactKey {
    /// Says nothing of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedactKey")
    }
}

impl RedactKey {
    /// A key of these octets.
    ///
    /// # Errors
    ///
    /// Its halves are the same.
    pub fn new(octets: [u8; OCTETS]) -> Result<Self, KeyError> {
        let (one, other) = octets.split_at(OCTETS / 2);
        if one == other { Err(KeyError::Halves) } else { Ok(Self(octets)) }
    }

    /// Reads the content of a key file: the octets themselves, or their hexadecimal digits with white space around.
    ///
    /// # Errors
    ///
    /// It is neither, or its halves are the same.
    pub fn read(content: &[u8]) -> Result<Self, KeyError> {
        if let Ok(octets) = content.try_into() {
            return Self::new(octets);
        }
        let digits = content.trim_ascii();
        let digit = |octet: &u8| char::from(*octet).to_digit(16);
        let octets = digits.chunks(2).map(|pair| match pair {
            [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
            _ => None,
        });
        let octets: Option<Vec<u8>> = octets.collect();
        Self::new(octets.and_then(|octets| octets.try_into().ok()).ok_or(KeyError::Form)?)
    }

    /// Its octets.
    pub(super) const fn octets(self) -> [u8; OCTETS] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_and_their_digits_are_the_same_key() {
        let octets: [u8; 32] = std::array::from_fn(|at| at as u8 * 8);
        let digits = octets.map(|octet| format!("{octet:02X}")).concat() + "\n";
        assert_eq!(RedactKey::read(&octets), RedactKey::read(digits.as_bytes()));
        assert!(RedactKey::read(&octets).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for wrong in [&b""[..], b"secret", &[b'0'; 63], &[b'0'; 65], &[b'g'; 64]] {
            assert_eq!(RedactKey::read(wrong), Err(KeyError::Form), "{wrong:?}");
        }
        assert_eq!(RedactKey::read(&[7; 32]), Err(KeyError::Halves));
    }
}
