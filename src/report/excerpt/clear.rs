//! How much of a direction's stream is in the clear, and what of that tells no more than the protocol does.
//!
//! Follows identification strings and packets up to NEWKEYS (RFC 4253 §4.2, §6, §7), as far as segments come in order;
//! what cannot be followed counts as encrypted.

use std::ops::Range;

use super::reply::Reply;
use crate::wire::{Segment, Seq, Veil};

/// Octets of one direction that are followed: the clear part of a session has a few thousand. OpenSSH reads no
/// packet beyond 256 KiB.
const MOST: u64 = 256 * 1024;

/// Stretches of one direction that are remembered; what follows is veiled.
const STRETCHES: usize = 256;

/// Octets of a packet up to its message number.
const HEADER: u64 = 6;

const DISCONNECT: u8 = 1;
const UNIMPLEMENTED: u8 = 3;
const KEXINIT: u8 = 20;
const NEWKEYS: u8 = 21;
/// Messages of the key exchange method (RFC 4253 §12).
const KEX_FIRST: u8 = 30;
const KEX_LAST: u8 = 34;
/// The server's answer, but with group exchange the group (RFC 4419 §5).
const KEX_REPLY: u8 = 31;
const GROUP_EXCHANGE_REPLY: u8 = 33;

/// What analysis knows of a direction before its octets come again.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Octets of its identification string that name a protocol and a program, and nobody.
    pub(super) open: usize,
    /// Where in the stream a program's own words stand in the place of SSH.
    pub(super) words: Range<u64>,
    /// The key exchange method is group exchange.
    pub(super) group_exchange: bool,
}

/// What octets of the stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of the protocol: the front of an identification string, lengths, message numbers, offers of algorithms.
    Open,
    /// Text that somebody wrote.
    Text,
    /// Keys, signatures, and whatever is not followed.
    Matter,
}

impl Kind {
    /// What is written over it where nothing private may be shown.
    const fn veil(self) -> Option<u8> {
        match self {
            Self::Open => None,
            Self::Text => Some(b'x'),
            Self::Matter => Some(0),
        }
    }
}

/// Where the stream stands.
#[derive(Clone, Debug)]
enum Stage {
    /// In a line, which began so.
    Line { begun: Vec<u8> },
    /// In the header of a packet.
    Header(Vec<u8>),
    /// In a packet of so many octets more, of this number; how many of it passed.
    Packet { message: u8, at: u64, rest: u64, reply: Reply },
    /// Behind NEWKEYS, or lost.
    Encrypted,
}

/// One direction.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    names: Names,
    /// The first octet's number, once a segment told it.
    base: Option<Seq>,
    /// Octets followed.
    next: u64,
    stage: Stage,
    stretches: Vec<(Range<u64>, Kind)>,
}

/// What of a segment's data is in the clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clear {
    /// Its first octets.
    pub(super) octets: usize,
    /// What is written over of them where nothing private may be shown.
    pub(super) veils: Vec<Veil>,
}

impl Stream {
    /// A direction of which nothing has passed.
    pub(super) const fn new(names: Names) -> Self {
        let stage = Stage::Line { begun: Vec::new() };
        Self { names, base: None, next: 0, stage, stretches: Vec::new() }
    }

    /// Takes a segment with its data and says what of that is in the clear.
    pub(super) fn take(&mut self, segment: &Segment, data: &[u8]) -> Clear {
        if segment.flags.syn() {
            self.base = Some(segment.data_start());
        }
        if data.is_empty() {
            return Clear::default();
        }
        let base = *self.base.get_or_insert_with(|| {
            // Without its SYN only what begins as SSH does is the beginning.
            if !data.starts_with(b"SSH-") {
                self.stage = Stage::Encrypted;
            }
            segment.data_start()
        });
        let Ok(start) = u64::try_from(segment.data_start().since(base)) else { return Clear::default() };
        if start > self.next {
            self.stage = Stage::Encrypted;
        }
        let unread = usize::try_from(self.next.saturating_sub(start)).unwrap_or(usize::MAX);
        self.follow(data.get(unread..).unwrap_or_default());
        // What the capture cut is not followed.
        if u64::from(segment.payload_len) > data.len() as u64 {
            self.stage = Stage::Encrypted;
        }
        self.clear(start, data.len() as u64)
    }

    fn clear(&self, start: u64, length: u64) -> Clear {
        let end = (start + length).min(self.next);
        let within = |range: &Range<u64>| range.start.max(start)..range.end.min(end);
        let met = self.stretches.iter().map(|(range, kind)| (within(range), *kind));
        let met = met.filter(|(range, _)| range.start < range.end);
        let veils = met.filter_map(|(range, kind)| {
            let with = kind.veil()?;
            Some(Veil { octets: (range.start - start) as usize..(range.end - start) as usize, with })
        });
        Clear { octets: end.saturating_sub(start) as usize, veils: veils.collect() }
    }

    fn follow(&mut self, data: &[u8]) {
        for &octet in data {
            if self.next >= MOST || self.stretches.len() >= STRETCHES {
                self.stage = Stage::Encrypted;
            }
            let Some(kind) = self.step(octet) else { return };
            let kind = if self.names.words.contains(&self.next) { Kind::Open } else { kind };
            match self.stretches.last_mut() {
                Some((range, last)) if *last == kind => range.end += 1,
                _ => self.stretches.push((self.next..self.next + 1, kind)),
            }
            self.next += 1;
        }
    }

    /// What the next octet is; `None` where it is encrypted.
    fn step(&mut self, octet: u8) -> Option<Kind> {
        match &mut self.stage {
            Stage::Line { begun } => {
                let kind = line(begun, self.names.open, octet);
                if octet == b'\n' {
                    let identified = begun.starts_with(b"SSH-");
                    begun.clear();
                    if identified {
                        self.stage = Stage::Header(Vec::new());
                    }
                } else if begun.len() < IDENTIFIED {
                    begun.push(octet);
                }
                Some(kind)
            }
            Stage::Header(header) => {
                header.push(octet);
                if let Some((length, &[_, message])) = header.split_first_chunk::<4>() {
                    // The length does not count itself; padding length and message number are read (RFC 4253 §6).
                    let whole = u64::from(u32::from_be_bytes(*length)) + 4;
                    self.stage = match whole.checked_sub(HEADER) {
                        Some(rest) if rest > 0 && whole <= MOST => {
                            Stage::Packet { message, at: HEADER, rest, reply: Reply::default() }
                        }
                        // No packet: the text or the garbage that a verdict may be about.
                        _ => Stage::Packet { message: 0, at: HEADER, rest: MOST, reply: Reply::default() },
                    };
                }
                Some(Kind::Open)
            }
            Stage::Packet { message, at, rest, reply } => {
                let kind = match *message {
                    // The reason code and the length of its description are no text.
                    DISCONNECT if *at >= HEADER + 8 => Kind::Text,
                    KEX_REPLY if self.names.group_exchange => Kind::Open,
                    KEX_REPLY | GROUP_EXCHANGE_REPLY if !reply.take(octet) => Kind::Matter,
                    DISCONNECT | UNIMPLEMENTED | KEXINIT | NEWKEYS | KEX_FIRST..=KEX_LAST => Kind::Open,
                    _ => Kind::Matter,
                };
                *at += 1;
                *rest -= 1;
                if *rest == 0 {
                    let last = *message == NEWKEYS;
                    self.stage = if last { Stage::Encrypted } else { Stage::Header(Vec::new()) };
                }
                Some(kind)
            }
            Stage::Encrypted => None,
        }
    }
}

/// Octets of a line that are remembered: more than name a program.
const IDENTIFIED: usize = 64;

/// What an octet of a line is that began with `begun`: of an identification string the first `open` octets are the
/// protocol's; its comment is somebody's text, and so is any other line.
fn line(begun: &[u8], open: usize, octet: u8) -> Kind {
    let known = begun.len().min(4);
    let identifies = begun.get(..known) == b"SSH-".get(..known)
        && b"SSH-".get(known).is_none_or(|&expected| expected == octet);
    match octet {
        b'\r' | b'\n' => Kind::Open,
        _ if identifies && begun.len() < open.min(IDENTIFIED) => Kind::Open,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FrameNo, Mark};
    use crate::units::Timestamp;
    use crate::wire::{Checksum, End, Flags, Traits};

    fn segment(seq: u32, octets: usize) -> Segment {
        Segment {
            time: Timestamp::default(),
            frame: FrameNo(1),
            seq: Seq(seq),
            ack: Seq(0),
            payload_len: octets as u32,
            ts_value: 0,
            ts_echo: 0,
            flow_label: 0,
            link_source: 0,
            flags: Flags::ACK,
            window: 1,
            ip_id: 0,
            mss: 0,
            traits: Traits::default(),
            ttl: 64,
            tos: 0,
            window_scale: 0,
            from: End::Low,
            checksum: Checksum::Unknown,
            mark: Mark::None,
        }
    }

    fn naming(open: usize) -> Stream {
        Stream::new(Names { open, ..Names::default() })
    }

    fn packet(message: u8, body: &[u8]) -> Vec<u8> {
        let length = (2 + body.len()) as u32;
        [&length.to_be_bytes()[..], &[0, message], body].concat()
    }

    /// The clear part of a stream in pieces of `size`, and the same without what is private.
    fn shown(stream: &[u8], size: usize) -> (Vec<u8>, Vec<u8>) {
        let (mut follower, mut clear, mut open) = (naming(19), Vec::new(), Vec::new());
        follower.take(&Segment { flags: Flags::SYN, ..segment(u32::MAX, 0) }, &[]);
        for (index, data) in stream.chunks(size).enumerate() {
            let seen = follower.take(&segment((index * size) as u32, data.len()), data);
            clear.extend(&data[..seen.octets]);
            let mut veiled = data[..seen.octets].to_vec();
            for veil in seen.veils {
                veiled[veil.octets].fill(veil.with);
            }
            open.extend(veiled);
        }
        (clear, open)
    }

    #[test]
    fn everything_up_to_newkeys_is_clear_in_whatever_pieces_it_comes() {
        let greeting = b"Property of ACME\r\nSSH-2.0-OpenSSH_9.2 bob's laptop\r\n";
        let clear = [
            &greeting[..],
            &packet(20, b"curve25519"),
            &packet(31, b"\0\0\0\x07\0\0\0\x01xKE"),
            &packet(21, b".."),
        ]
        .concat();
        let stream = [&clear[..], &[7; 40]].concat();
        let open = [
            &b"xxxxxxxxxxxxxxxx\r\nSSH-2.0-OpenSSH_9.2xxxxxxxxxxxxx\r\n"[..],
            &packet(20, b"curve25519"),
            &packet(31, b"\0\0\0\x07\0\0\0\x01x\0\0"),
            &packet(21, b".."),
        ]
        .concat();
        for size in 1..=stream.len() {
            let (seen, veiled) = shown(&stream, size);
            assert_eq!(seen, clear, "{size}");
            assert_eq!(veiled, open, "{size}");
        }
    }

    #[test]
    fn a_program_that_nobody_knows_is_not_named() {
        let mut stream = naming(8);
        let veils = vec![Veil { octets: 8..14, with: b'x' }];
        assert_eq!(stream.take(&segment(5, 16), b"SSH-2.0-ACME_1\r\n"), Clear { octets: 16, veils });
    }

    #[test]
    fn a_programs_own_words_stay() {
        let mut stream = Stream::new(Names { words: 0..3, ..Names::default() });
        stream.take(&Segment { flags: Flags::SYN, ..segment(0, 0) }, &[]);
        let veils = vec![Veil { octets: 3..9, with: b'x' }];
        assert_eq!(stream.take(&segment(1, 10), b"220 alice\n"), Clear { octets: 10, veils });
    }

    #[test]
    fn a_disconnect_keeps_its_reason_and_loses_its_words() {
        let stream = [&b"SSH-2.0-x\r\n"[..], &packet(1, b"\0\0\0\x02\0\0\0\x03bob\0\0\0\0")].concat();
        let (clear, open) = shown(&stream, 9);
        assert_eq!(clear, stream);
        assert_eq!(open, [&b"SSH-2.0-x\r\n"[..], &packet(1, b"\0\0\0\x02\0\0\0\x03xxxxxxx")].concat());
    }

    #[test]
    fn what_cannot_be_followed_counts_as_encrypted() {
        assert_eq!(naming(19).take(&segment(5, 4), b"\x8a\x01\x02\x03"), Clear::default());
        let mut stream = naming(19);
        assert_eq!(stream.take(&segment(5, 4), b"SSH-").octets, 4);
        assert_eq!(stream.take(&segment(20, 4), b"abcd").octets, 0, "behind a hole");
        assert_eq!(stream.take(&segment(5, 4), b"SSH-").octets, 4, "again");
        let mut stream = naming(19);
        assert_eq!(stream.take(&segment(5, 400), b"SSH-").octets, 4);
        assert_eq!(stream.take(&segment(405, 4), b"abcd").octets, 0, "behind what the capture cut");
    }
}
