//! A later key exchange, by the sizes of the first: KEXINIT, the method's messages, NEWKEYS, and nothing between them.

use super::authentication::Unit;
use super::suite::Sizes;
use super::transcript::{Mark, Pair, Rekey};

/// NEWKEYS is its message number.
const NEWKEYS: u32 = 1;
/// Messages of the method that are kept for each side; group exchange has two, and a guess that was wrong adds one.
const KEX_MESSAGES: usize = 3;
/// A unit that is shorter ends a write; only longer ones can be the beginning of one.
const FULL_SEGMENT: u64 = 500;

/// What one side sent in the first key exchange: octets of payload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    /// Its KEXINIT as it was, and without the markers that belong into the first one only (`ext-info-c`, `kex-strict-…`:
    /// OpenSSH takes them out, `kex.c` `kex_input_newkeys`).
    kexinit: [u32; 2],
    /// Its messages of the method.
    messages: [u32; KEX_MESSAGES],
}

impl Sent {
    /// Takes its KEXINIT.
    pub(super) fn kexinit(&mut self, octets: usize, of_markers: usize) {
        self.kexinit = [octets as u32, octets.saturating_sub(of_markers) as u32];
    }

    /// Whether the unit is not too short to hold a KEXINIT, or to be a full segment of one.
    fn may_begin_with(&self, unit: &Unit) -> bool {
        let long_enough = |&kexinit: &u32| kexinit > 0 && unit.octets > kexinit.into();
        unit.octets >= FULL_SEGMENT || self.kexinit.iter().any(long_enough)
    }

    /// Takes a message of the method.
    pub(super) fn message(&mut self, octets: usize) {
        if let Some(place) = self.messages.iter_mut().find(|place| **place == 0) {
            *place = octets as u32;
        }
    }
}

/// One side on its way through a key exchange, for one size of its KEXINIT.
#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
    /// Where its KEXINIT began; `None` while there is none.
    began: Option<Mark>,
    /// Octets to come of the message that has begun.
    rest: u64,
    /// Messages behind KEXINIT, whole or begun.
    messages: u32,
}

impl Attempt {
    /// Goes on with the unit; `Some(true)` if it ends the key exchange, `None` if it fits in nowhere.
    ///
    /// Messages may share a segment and be cut by full ones, but the last segment of a write ends with a message.
    fn advance(&mut self, unit: &Unit, sizes: &Expected) -> Option<bool> {
        let mut octets = unit.octets;
        while octets > 0 {
            let fresh = octets == unit.octets;
            let size = if self.rest > 0 {
                self.rest
            } else if self.began.is_none() {
                self.began = Some(unit.mark);
                sizes.kexinit
            } else if self.messages > 0 && octets == sizes.newkeys {
                return Some(true);
            } else {
                self.messages += 1;
                sizes.message(octets, unit.single)?
            };
            let cut = size > octets;
            // A unit that is cut is full, one that holds several messages ends with one.
            if cut && (unit.single || !fresh || unit.octets < FULL_SEGMENT) {
                return None;
            }
            self.rest = size.saturating_sub(octets);
            octets = octets.saturating_sub(size);
        }
        Some(false)
    }
}

/// Octets on the wire of what one side would send.
struct Expected {
    kexinit: u64,
    messages: [u64; KEX_MESSAGES],
    newkeys: u64,
}

impl Expected {
    /// The message of the method that the next `octets` of a unit begin with.
    fn message(&self, octets: u64, single: bool) -> Option<u64> {
        let known = || self.messages.iter().copied().filter(|&size| size > 0);
        let exact = known().find(|&size| size == octets || size + self.newkeys == octets && !single);
        exact.or_else(|| known().find(|&size| !single && size > octets && octets >= FULL_SEGMENT))
    }
}

/// One side's key exchanges.
#[derive(Clone, Debug, Default)]
struct Progress {
    attempts: [Attempt; 2],
    done: u32,
    /// Where the first one that ended began, and where the last one ended.
    reach: Option<Box<[Mark; 2]>>,
}

impl Progress {
    fn take(&mut self, unit: &Unit, sizes: Sizes, sent: &Sent) {
        if self.attempts.iter().all(|attempt| attempt.began.is_none()) && !sent.may_begin_with(unit) {
            return;
        }
        let Some(newkeys) = sizes.packet(NEWKEYS).filter(|_| sent.messages != [0; KEX_MESSAGES]) else {
            return;
        };
        let messages =
            sent.messages.map(|payload| if payload > 0 { sizes.packet(payload).unwrap_or(0) } else { 0 });
        for (attempt, payload) in self.attempts.iter_mut().zip(sent.kexinit) {
            let Some(kexinit) = sizes.packet(payload).filter(|_| payload > 0) else { continue };
            let expected = Expected { kexinit, messages, newkeys };
            let before = attempt.began;
            let mut ended = attempt.advance(unit, &expected);
            if ended.is_none() && before.is_some() {
                *attempt = Attempt::default();
                ended = attempt.advance(unit, &expected);
            }
            match ended {
                Some(false) => {}
                None => *attempt = Attempt::default(),
                Some(true) => {
                    self.done = self.done.saturating_add(1);
                    let first = self.reach.as_deref().map(|&[first, _]| first).or(attempt.began);
                    self.reach = first.map(|first| Box::new([first, unit.mark]));
                    self.attempts = [Attempt::default(); 2];
                    return;
                }
            }
        }
    }

    /// Where a key exchange began that goes on: KEXINIT is whole, and nothing else came.
    fn under_way(&self) -> Option<Mark> {
        self.attempts.iter().find(|attempt| attempt.rest == 0).and_then(|attempt| attempt.began)
    }
}

/// Watches both sides for key exchanges.
#[derive(Clone, Debug, Default)]
pub(super) struct Rekeys {
    of: Pair<Progress>,
}

impl Rekeys {
    /// Takes the next unit in cipher. `sent`: in the first key exchange.
    pub(super) fn take(&mut self, unit: &Unit, sizes: &Pair<Sizes>, sent: &Pair<Sent>) {
        self.of.of_mut(unit.side).take(unit, *sizes.of(unit.side), sent.of(unit.side));
    }

    /// The key exchanges after the first.
    pub(super) fn conclude(&self) -> Rekey {
        let (client, server) = (&self.of.client, &self.of.server);
        // A side that moves data may put its messages into one segment with it: then the other one tells.
        let seen = if client.done >= server.done { client } else { server };
        // It is under way once both have begun.
        let unfinished = client.under_way().and(server.under_way());
        let reach = seen.reach.as_deref().copied();
        let (first, last) = reach.map(|[first, last]| (first, last)).unzip();
        Rekey { count: seen.done, first, last, unfinished }
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite::Suite;
    use super::super::transcript::Side;
    use super::*;
    use crate::frame::FrameNo;
    use Side::{Client as C, Server as S};

    /// Plays units (side, octets) behind a first key exchange of these payloads: KEXINIT, its markers, the method's message.
    fn play(cipher: &str, first: &Pair<[usize; 3]>, units: &[(Side, u64)]) -> Rekey {
        let suite = Suite::of(cipher, "").unwrap();
        let sizes = Pair { client: Sizes::Suite(suite), server: Sizes::Suite(suite) };
        let (mut rekeys, mut sent) = (Rekeys::default(), Pair::<Sent>::default());
        for side in Side::BOTH {
            let [kexinit, markers, message] = *first.of(side);
            sent.of_mut(side).kexinit(kexinit, markers);
            sent.of_mut(side).message(message);
        }
        for (number, &(side, octets)) in units.iter().enumerate() {
            let mark = Mark { frame: FrameNo(number as u64), ..Mark::default() };
            rekeys.take(&Unit { side, mark, octets, single: suite.walkable() }, &sizes, &sent);
        }
        rekeys.conclude()
    }

    const CHACHA: &str = "chacha20-poly1305@openssh.com";
    /// OpenSSH 9.2 with Dropbear 2022.83: the client's first two messages are together as long as a full segment.
    const SMALL: Pair<[usize; 3]> = Pair { client: [1390, 41, 37], server: [488, 0, 390] };

    #[test]
    fn bulk_is_no_key_exchange() {
        let write = || std::iter::repeat_n(1448, 22).chain([948]);
        let bulk: Vec<_> = (0..50)
            .flat_map(|_| write().map(|octets| (C, octets)).chain(write().map(|octets| (S, octets))))
            .collect();
        assert_eq!(play(CHACHA, &SMALL, &bulk), Rekey::default());
    }

    #[test]
    fn a_key_exchange_is_found_by_its_sizes_and_missed_without_them() {
        // KEXINIT without markers, INIT and NEWKEYS; KEXINIT, REPLY with NEWKEYS; keys before and after.
        let units =
            [(C, 36), (S, 36), (C, 1380), (S, 516), (C, 68), (S, 420 + 28), (C, 28), (C, 36), (S, 36)];
        let found = play(CHACHA, &SMALL, &units);
        assert_eq!(
            (found.count, found.first.map(|mark| mark.frame), found.unfinished),
            (1, Some(FrameNo(2)), None)
        );
        assert_eq!(play(CHACHA, &SMALL, &units[..4]).unfinished.map(|mark| mark.frame), Some(FrameNo(3)));
        let gcm = "aes128-gcm@openssh.com";
        let units = [(C, 1380), (S, 516), (C, 68), (S, 420), (S, 36), (C, 36)];
        assert_eq!(play(gcm, &SMALL, &units).count, 1);
        // Data between them: chance.
        let units = [(C, 1380), (S, 516), (C, 36), (C, 68), (S, 36), (S, 420), (S, 36), (C, 36)];
        assert_eq!(play(gcm, &SMALL, &units), Rekey::default());
    }
}
