//! Finding the way again in a stream of which octets before are missing: what the next segment begins with.

use std::sync::LazyLock;

use super::direction::{Direction, Stage, mark};
use super::exchange::Exchange;
use super::identification::LineReader;
use super::packet::{self, PacketReader};
use super::session::Arrival;
use super::suite::Suite;
use super::walk::{Met, Walk};
use crate::frame::FrameNo;

/// Octets by which the beginning of an identification string or of a clear packet is known.
const HEAD: usize = 6;
/// Segments that must be whole packets before a suite is believed that the offers do not name.
const PROOFS: u32 = 2;
/// Segments that are tried: a stream whose lengths can be read shows it long before.
const TRIES: u32 = 1_000;

/// Suites with readable lengths, by what follows a packet: the name says which ones cannot be told apart.
const READABLE: [(&str, &str, &str); 6] = [
    ("aes128-gcm@openssh.com", "", "AES-GCM or umac-128-etm"),
    ("aes128-ctr", "umac-64-etm@openssh.com", "umac-64-etm"),
    ("aes128-ctr", "hmac-sha1-96-etm@openssh.com", "a 96-bit MAC, encrypt-then-MAC"),
    ("aes128-ctr", "hmac-sha1-etm@openssh.com", "hmac-sha1-etm"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-256-etm"),
    ("aes128-ctr", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-512-etm"),
];

/// [`READABLE`], each looked up once.
static SUITES: LazyLock<Vec<Readable>> = LazyLock::new(|| {
    let readable =
        |(cipher, mac, name)| Suite::of(cipher, mac).map(|suite| Readable { suite, name: Some(name) });
    READABLE.into_iter().filter_map(readable).collect()
});

/// A suite whose lengths can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Readable {
    pub(super) suite: Suite,
    /// What it is called; `None` where the offers name it.
    pub(super) name: Option<&'static str>,
}

/// The first octets of a segment.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    octets: [u8; HEAD],
    len: usize,
}

impl Head {
    fn get(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    /// Takes octets up to its size; says how many.
    fn take(&mut self, octets: &[u8]) -> usize {
        let places = self.octets.iter_mut().skip(self.len);
        let taken = places.zip(octets).map(|(place, &octet)| *place = octet).count();
        self.len += taken;
        taken
    }
}

/// The beginning of the segment that passes.
#[derive(Clone, Debug, Default)]
pub(super) struct Seek {
    /// The segment's frame.
    passing: Option<FrameNo>,
    /// Its first octets, while they are not enough to tell.
    head: Head,
    /// Whether they were enough.
    decided: bool,
    /// The suite the offers name; else every one is tried.
    known: Option<Suite>,
    /// The walks along this segment that have met nothing wrong so far.
    walks: Vec<(Readable, Walk)>,
    proven: Option<(Readable, u32)>,
    tries: u32,
}

impl Seek {
    /// Looks at the next segment, unless it is the one in `passing`.
    pub(super) fn behind(passing: Option<FrameNo>) -> Self {
        Self { passing, decided: true, ..Self::default() }
    }

    /// As [`Seek::behind`], in cipher, where the suite is known.
    pub(super) fn in_cipher(passing: FrameNo, suite: Suite) -> Self {
        Self { known: Some(suite), ..Self::behind(Some(passing)) }
    }

    /// What follows is in another segment.
    pub(super) const fn close_segment(&mut self) {
        self.passing = None;
    }

    /// Whether `frame` begins a new segment.
    pub(super) fn begins(&self, frame: FrameNo) -> bool {
        self.passing != Some(frame)
    }

    /// Begins a segment. Gives the octets of the last one that were held back, and the suite whose packets the last segments
    /// were, so that this one begins with a packet.
    pub(super) fn begin(&mut self, frame: FrameNo) -> (usize, Option<Readable>) {
        self.passing = Some(frame);
        self.decided = false;
        let held = std::mem::take(&mut self.head).len;
        let found = self.judge_segment();
        self.tries += u32::from(self.tries < TRIES);
        self.walks.clear();
        if self.tries < TRIES {
            let walk = |readable: &Readable| (*readable, Walk::new(readable.suite, 0));
            match self.known {
                Some(suite) => self.walks.push(walk(&Readable { suite, name: None })),
                None => self.walks.extend(SUITES.iter().map(walk)),
            }
        }
        (held, found)
    }

    /// The suite of the segment that has passed, if it was whole packets of one and enough others were too.
    fn judge_segment(&mut self) -> Option<Readable> {
        let mut whole = self.walks.iter().filter(|(_, walk)| !walk.inside_packet() && walk.offset() > 0);
        let readable = whole.next().filter(|_| whole.next().is_none()).map(|&(readable, _)| readable)?;
        let before = self.proven.filter(|(proven, _)| *proven == readable).map_or(0, |(_, proofs)| proofs);
        self.proven = Some((readable, before + 1));
        (before + 1 >= PROOFS || self.known.is_some()).then_some(readable)
    }

    /// Takes octets of the segment's beginning, as many as are of use; `None` once enough were seen.
    pub(super) fn collect(&mut self, octets: &[u8]) -> Option<usize> {
        if self.decided {
            return None;
        }
        Some(self.head.take(octets))
    }

    /// The segment's first octets so far.
    pub(super) fn head(&self) -> &[u8] {
        self.head.get()
    }

    /// Whether no more octets of the beginning are needed.
    pub(super) fn is_complete(&self) -> bool {
        self.head.len >= HEAD
    }

    /// The beginning is that of nothing known: its octets pass. Says how many.
    fn pass_head(&mut self) -> u64 {
        self.decided = true;
        let head = std::mem::take(&mut self.head);
        self.pass(head.get());
        head.len as u64
    }

    /// Lets octets of the segment pass along the walks that are left.
    pub(super) fn pass(&mut self, octets: &[u8]) {
        self.walks.retain_mut(|(_, walk)| {
            let mut rest = octets;
            while !rest.is_empty() {
                let (used, met) = walk.take(rest);
                if matches!(met, Met::Broken { .. } | Met::Hidden) || used == 0 {
                    return false;
                }
                rest = rest.get(used..).unwrap_or_default();
            }
            true
        });
    }

    /// Lets octets pass that are not in the capture; `whole`: they belong to this segment.
    pub(super) fn skip(&mut self, octets: u64, whole: bool) {
        if !whole {
            self.walks.clear();
        }
        self.walks.retain_mut(|(_, walk)| {
            let mut rest = octets;
            while rest > 0 {
                let (used, met) = walk.skip(rest);
                if met == Met::Hidden || used == 0 {
                    return false;
                }
                rest -= used;
            }
            true
        });
    }
}

impl Direction {
    /// Takes octets while it is not known what comes next; says how many.
    pub(super) fn seek(&mut self, at: Arrival, octets: &[u8], exchange: &mut Exchange) -> usize {
        if self.begin_segment(at, exchange) {
            return 0;
        }
        let Stage::Seeking(seek) = &mut self.stage else { return 0 };
        let Some(used) = seek.collect(octets) else {
            seek.pass(octets);
            self.pass_unread(at, self.offset, octets.len() as u64, exchange);
            return octets.len();
        };
        let (head, complete) = (seek.head, seek.is_complete());
        let start = self.offset + used as u64 - head.len as u64;
        let stage = self.recognise(head.get(), complete, start, exchange);
        if stage.is_none() && !complete {
            return used;
        }
        match stage {
            // What was held back is read again, as what it is.
            Some(stage) => {
                self.stage = stage;
                // Where sight is lost later, the beginning is past.
                self.likely_first = false;
                self.offset = start;
                self.data(at, head.get(), exchange);
                self.offset -= used as u64;
            }
            None => self.pass_head(at, start, exchange),
        }
        used
    }

    /// At the first octets of a segment: settles what was held back of the last one. True if the stage is another one now.
    fn begin_segment(&mut self, at: Arrival, exchange: &mut Exchange) -> bool {
        let Stage::Seeking(seek) = &mut self.stage else { return true };
        if !seek.begins(at.frame) {
            return false;
        }
        let (held, found) = seek.begin(at.frame);
        self.count_unread(held as u64);
        let Some(readable) = found else { return false };
        if let Some(name) = readable.name {
            exchange.encrypted.infer_readable(exchange.role(self.side), readable.suite, name);
        }
        self.stage = Stage::Walk(Walk::again(readable.suite, self.offset));
        true
    }

    /// What a segment that begins with `head` can only be: an identification string or a clear packet.
    fn recognise(&self, head: &[u8], complete: bool, start: u64, exchange: &Exchange) -> Option<Stage> {
        if self.party.banner.is_none() && head.starts_with(b"SSH-") {
            return Some(Stage::Identification(LineReader::new(exchange.bounds.banner_octets, start)));
        }
        if complete && packet::looks_like_packet(head) {
            return Some(Stage::Packets(PacketReader::new(start, exchange.bounds.ssh_packet_octets)));
        }
        (complete && self.likely_first)
            .then(|| Stage::Identification(LineReader::new(exchange.bounds.banner_octets, start)))
    }

    /// Lets the octets go that were held back.
    fn pass_head(&mut self, at: Arrival, start: u64, exchange: &mut Exchange) {
        let Stage::Seeking(seek) = &mut self.stage else { return };
        let octets = seek.pass_head();
        self.pass_unread(at, start, octets, exchange);
    }

    /// Lets octets pass that the capture does not hold; `whole`: they belong to the segment at `at`.
    pub(super) fn skip_unread(&mut self, at: Arrival, octets: u64, whole: bool, exchange: &mut Exchange) {
        let here = mark(at, self.offset);
        if whole {
            self.begin_segment(at, exchange);
        }
        let Stage::Seeking(seek) = &self.stage else { return };
        let start = self.offset - seek.head().len() as u64;
        self.pass_head(at, start, exchange);
        if let Stage::Seeking(seek) = &mut self.stage {
            let whole = whole || exchange.encrypted.continues(exchange.role(self.side), here);
            seek.skip(octets, whole);
            if whole {
                self.pass_unread(at, self.offset, octets, exchange);
            } else {
                self.count_unread(octets);
            }
        }
    }

    fn pass_unread(&mut self, at: Arrival, start: u64, octets: u64, exchange: &mut Exchange) {
        if octets > 0 {
            self.count_unread(octets);
            exchange.encrypted.segment(exchange.role(self.side), mark(at, start), octets);
        }
    }

    const fn count_unread(&mut self, octets: u64) {
        self.unread += octets;
        if self.party.newkeys.is_some() {
            self.party.cipher_octets += octets;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::Side;
    use super::super::{Chunk, Session, Transcript};
    use super::*;
    use crate::limits::Limits;
    use crate::units::Timestamp;

    fn at(frame: u64) -> Arrival {
        Arrival { frame: FrameNo(frame), time: Timestamp::from_nanos(frame as i64 * 10_000_000) }
    }

    /// An AES-GCM packet of so many octets, of no known contents.
    fn gcm(octets: usize) -> Vec<u8> {
        let mut packet = ((octets - 20) as u32).to_be_bytes().to_vec();
        packet.resize(octets, 0x9e);
        packet
    }

    /// A connection of which only these segments of the server are in the capture, in pieces of `size`.
    fn midstream(segments: &[Vec<u8>], size: usize) -> Transcript {
        let mut session = Session::midstream(&Limits::default());
        for (number, segment) in segments.iter().enumerate() {
            for octets in segment.chunks(size) {
                session.handle(Side::Server, Chunk::Data { at: at(number as u64), octets });
            }
        }
        session.finish()
    }

    #[test]
    fn readable_lengths_are_found_from_the_middle_on() {
        let segments: Vec<_> =
            [vec![0x77; 700], gcm(36), gcm(84), [gcm(36), gcm(52)].concat(), gcm(36)].into();
        for size in [1, 5, 1000] {
            let transcript = midstream(&segments, size);
            let server = &transcript.party.server;
            assert_eq!(transcript.cipher.suite_inferred, Some("AES-GCM or umac-128-etm"));
            assert_eq!((server.cut_inside_packet, transcript.violations.len()), (Some(false), 0), "{size}");
        }
    }

    #[test]
    fn one_segment_or_random_octets_prove_no_suite() {
        let transcript = midstream(&[gcm(36), vec![0x77; 36], vec![0x78; 52]], 1000);
        assert_eq!(
            (transcript.cipher.suite_inferred, transcript.party.server.cut_inside_packet),
            (None, None)
        );
    }

    #[test]
    fn what_comes_after_a_hole_is_not_taken_for_the_beginning_of_a_late_start() {
        for size in [4, 100] {
            let mut session = Session::new(&Limits::default());
            session.handle_late_start(Side::Server, true);
            for octets in b"SSH-2.0-x\r\n".chunks(size) {
                session.handle(Side::Server, Chunk::Data { at: at(1), octets });
            }
            session.handle(Side::Server, Chunk::Hole { at: at(2), octets: 900 });
            session.handle(Side::Server, Chunk::Data { at: at(3), octets: &[0x9e; 300] });
            let Transcript { party, violations, .. } = session.finish();
            assert_eq!(violations, [], "{size}");
            assert!(party.server.banner.is_some() && party.server.stray.is_none(), "{size}");
        }
    }

    #[test]
    fn an_identification_string_is_found_in_any_pieces() {
        for size in [1, 3, 7, 100] {
            let transcript = midstream(&[vec![0x77; 90], b"SSH-2.0-x\r\n".to_vec()], size);
            assert_eq!(transcript.party.server.banner.unwrap().line, b"SSH-2.0-x", "{size}");
        }
    }
}
