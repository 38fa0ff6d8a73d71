//! Message numbers (RFC 4250 §4.1.2) and the order in which they may come before NEWKEYS.

use super::rule::{self, Rule};
use super::transcript::Side;

pub(super) const DISCONNECT: u8 = 1;
pub(super) const IGNORE: u8 = 2;
pub(super) const UNIMPLEMENTED: u8 = 3;
pub(super) const DEBUG: u8 = 4;
pub(super) const EXT_INFO: u8 = 7;
pub(super) const KEXINIT: u8 = 20;
pub(super) const NEWKEYS: u8 = 21;

/// Name of a message number, as far as it means one thing.
pub(super) const fn name(number: u8) -> &'static str {
    match number {
        DISCONNECT => "DISCONNECT",
        IGNORE => "IGNORE",
        UNIMPLEMENTED => "UNIMPLEMENTED",
        DEBUG => "DEBUG",
        5 => "SERVICE_REQUEST",
        6 => "SERVICE_ACCEPT",
        EXT_INFO => "EXT_INFO",
        KEXINIT => "KEXINIT",
        NEWKEYS => "NEWKEYS",
        30..=49 => "a key exchange message",
        50..=79 => "a user authentication message",
        80..=127 => "a connection protocol message",
        _ => "a message without a name",
    }
}

/// Key exchange methods by the messages they use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// One message each way, 30 and 31: DH (RFC 4253 §8), ECDH (RFC 5656 §4), RFC 8731, hybrids.
    OneRoundTrip,
    /// Group exchange: 34 or the old 30, 31, 32, 33 (RFC 4419 §3, §5).
    GroupExchange,
}

impl Method {
    /// `None` where messages are not checked: GSS-API (RFC 4462), RSA (RFC 4432), unknown ones.
    pub(super) fn of(kex: &str) -> Option<Self> {
        let one_round_trip = [
            "diffie-hellman-group",
            "ecdh-sha2-",
            "curve25519-",
            "curve448-",
            "sntrup761",
            "mlkem768",
            "mlkem1024",
        ];
        if kex.starts_with("diffie-hellman-group-exchange-") {
            Some(Self::GroupExchange)
        } else {
            one_round_trip.iter().any(|beginning| kex.starts_with(beginning)).then_some(Self::OneRoundTrip)
        }
    }

    const fn allows(self, side: Side, number: u8) -> bool {
        match (self, side) {
            (Self::OneRoundTrip, Side::Client) => number == 30,
            (Self::OneRoundTrip, Side::Server) => number == 31,
            (Self::GroupExchange, Side::Client) => matches!(number, 30 | 32 | 34),
            (Self::GroupExchange, Side::Server) => matches!(number, 31 | 33),
        }
    }
}

/// What one side has sent in clear so far, as far as order goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    kexinit: bool,
    kex_messages: u32,
    disconnected: bool,
    /// Earlier messages are not in the capture: nothing is concluded from their absence.
    pub(super) incomplete: bool,
}

impl Order {
    /// The order of a stream, or of one whose beginning is missing.
    pub(super) fn new(incomplete: bool) -> Self {
        Self { incomplete, ..Self::default() }
    }

    /// Takes the next message; says which rule it breaks. `method` is the negotiated one, once it is known and the
    /// message is not a guess.
    pub(super) fn take(&mut self, side: Side, number: u8, method: Option<Method>) -> Option<Rule> {
        if self.disconnected {
            return Some(rule::AFTER_DISCONNECT);
        }
        match number {
            0 => Some(rule::MESSAGE_ZERO),
            DISCONNECT => {
                self.disconnected = true;
                None
            }
            EXT_INFO => Some(rule::EXT_INFO_IN_CLEAR),
            KEXINIT => std::mem::replace(&mut self.kexinit, true).then_some(rule::KEXINIT_REPEATED),
            NEWKEYS => {
                let early = !self.incomplete && (!self.kexinit || self.kex_messages == 0);
                early.then_some(rule::NEWKEYS_EARLY)
            }
            30..=49 => {
                self.kex_messages = self.kex_messages.saturating_add(1);
                if !self.kexinit && !self.incomplete {
                    return Some(rule::KEX_BEFORE_KEXINIT);
                }
                method.filter(|method| !method.allows(side, number)).map(|_| rule::KEX_UNEXPECTED)
            }
            5 | 6 | 50.. => Some(rule::NOT_ALLOWED_IN_CLEAR),
            // 8 to 19 and 22 to 29 are for later transport messages: the receiver answers UNIMPLEMENTED.
            _ => None,
        }
    }

    /// Key exchange messages so far.
    pub(super) const fn kex_messages(&self) -> u32 {
        self.kex_messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(numbers: &[u8]) -> Vec<&'static str> {
        let mut order = Order::default();
        let method = Some(Method::OneRoundTrip);
        numbers
            .iter()
            .filter_map(|&number| order.take(Side::Client, number, method))
            .map(|rule| rule.id)
            .collect()
    }

    #[test]
    fn the_usual_order_breaks_no_rule() {
        assert!(broken(&[20, 30, 21]).is_empty());
        assert!(broken(&[2, 4, 20, 30, 3, 21]).is_empty());
    }

    #[test]
    fn each_wrong_order_names_its_rule() {
        assert_eq!(broken(&[20, 20]), ["kexinit-repeated"]);
        assert_eq!(broken(&[20, 21]), ["newkeys-too-early"]);
        assert_eq!(broken(&[30]), ["kex-message-before-kexinit"]);
        assert_eq!(broken(&[20, 31]), ["kex-message-unexpected"]);
        assert_eq!(broken(&[5]), ["message-before-newkeys"]);
        assert_eq!(broken(&[1, 20]), ["message-after-disconnect"]);
        assert_eq!(broken(&[0]), ["message-number-zero"]);
    }

    #[test]
    fn missing_messages_are_not_held_against_a_stream_with_a_hole() {
        let mut order = Order::new(true);
        assert_eq!(order.take(Side::Client, NEWKEYS, None), None);
        assert_eq!(order.take(Side::Client, 30, None), None);
    }

    #[test]
    fn group_exchange_is_not_taken_for_a_fixed_group() {
        assert_eq!(Method::of("diffie-hellman-group-exchange-sha256"), Some(Method::GroupExchange));
        assert_eq!(Method::of("diffie-hellman-group14-sha256"), Some(Method::OneRoundTrip));
        assert_eq!(Method::of("gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g=="), None);
    }
}
