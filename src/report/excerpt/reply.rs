//! A server's answer in the key exchange: host key, public value, signature (RFC 4253 §8, RFC 5656 §4). The value is made
//! for one session; the others are the server's own.

/// Octets of a name of an algorithm (RFC 4251 §6).
const NAME: u32 = 64;

/// Octets of a string's length.
const LENGTH: u32 = 4;

/// Follows the three strings octet by octet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reply {
    /// Which of them it stands in.
    field: u8,
    /// Where in it, its length included.
    at: u32,
    /// What its length says, as far as read.
    length: u32,
    /// What the length of the name says with which keys and signatures begin.
    name: u32,
}

impl Reply {
    /// Takes one more octet of the message; whether it tells no more than the protocol does: lengths, names of
    /// algorithms, the public value.
    pub(super) fn take(&mut self, octet: u8) -> bool {
        if self.field > 2 {
            return false;
        }
        let inside = self.at.checked_sub(LENGTH);
        self.at = self.at.saturating_add(1);
        let open = match inside {
            None => {
                self.length = self.length << 8 | u32::from(octet);
                true
            }
            Some(_) if self.field == 1 => true,
            Some(inside @ 0..LENGTH) => {
                self.name = if inside == 0 { 0 } else { self.name << 8 } | u32::from(octet);
                true
            }
            Some(inside) => self.name <= NAME && inside < LENGTH + self.name,
        };
        if self.at >= LENGTH && self.at - LENGTH >= self.length {
            *self = Self { field: self.field + 1, ..Self::default() };
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(octets: &[u8]) -> Vec<u8> {
        [&(octets.len() as u32).to_be_bytes()[..], octets].concat()
    }

    /// `octets` with what is the server's own written over.
    fn shown(octets: &[u8]) -> Vec<u8> {
        let mut reply = Reply::default();
        octets.iter().map(|&octet| if reply.take(octet) { octet } else { 0 }).collect()
    }

    #[test]
    fn keys_and_signatures_keep_their_names_and_lengths_only() {
        let name = string(b"ssh-ed25519");
        let key = |matter: &[u8]| string(&[&name[..], &string(matter)[..4], matter].concat());
        let hidden = |matter: &[u8]| string(&[&name[..], &[0; 4], &vec![0; matter.len()]].concat());
        let message = [key(b"KEYKEYKEY"), string(b"value"), key(b"SIGNATURE"), b"padding".to_vec()].concat();
        let expected = [hidden(b"KEYKEYKEY"), string(b"value"), hidden(b"SIGNATURE"), vec![0; 7]].concat();
        assert_eq!(shown(&message), expected);
    }

    #[test]
    fn lengths_that_lie_show_nothing_more() {
        let message =
            [string(&[&[0, 0, 0, 200][..], b"secret"].concat()), string(b""), string(b"x")].concat();
        let seen = shown(&message);
        assert!(!seen.windows(3).any(|it| it == b"sec"), "{seen:?}");
        assert_eq!(shown(&[0xff; 80])[8..], [0; 72]);
    }
}
