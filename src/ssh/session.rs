//! The state machine: both directions of one connection in, a [`Transcript`] out.

use std::hint::black_box;

use super::direction::Direction;
use super::exchange::Exchange;
use super::stock::Stock;
use super::transcript::{Pair, Side, Transcript};
use crate::frame::FrameNo;
use crate::limits::Limits;
use crate::units::Timestamp;

/// The frame in which octets passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number.
    pub frame: FrameNo,
    /// When it passed.
    pub time: Timestamp,
}

/// The next octets of one direction's stream, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// Octets.
    Data {
        /// Frame that carried them.
        at: Arrival,
        /// The octets, of one frame.
        octets: &'a [u8],
    },
    /// One segment whose octets are not given, in whole or behind [`Chunk::Data`] of the same frame: cut by the
    /// snapshot length, or not wanted (see [`Session::wants_octets`]).
    Segment {
        /// Frame that carried them.
        at: Arrival,
        /// How many.
        octets: u64,
    },
    /// Octets that the peer acknowledged but the capture does not hold, of no known number of segments. Behind
    /// [`Chunk::Data`] of the same frame it is taken as the rest of that segment.
    Hole {
        /// Frame by which they are known to be missing.
        at: Arrival,
        /// How many.
        octets: u64,
    },
}

/// One SSH connection, fed with both directions in the order of the capture and in any chunking.
///
/// Clear-text octets are kept only while a line or a packet is incomplete, and within the limits; of the encrypted
/// part nothing is kept but counters. Memory does not grow with the length of the connection.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) client: Direction,
    pub(super) server: Direction,
    pub(super) exchange: Exchange,
    pub(super) midstream: bool,
}

impl Session {
    /// A connection seen from its first octets.
    pub fn new(limits: &Limits) -> Self {
        Self::start(limits, false)
    }

    /// A connection whose beginning is not in the capture.
    pub fn midstream(limits: &Limits) -> Self {
        Self::start(limits, true)
    }

    fn start(limits: &Limits, midstream: bool) -> Self {
        Self {
            client: Direction::new(Side::Client, midstream, limits),
            server: Direction::new(Side::Server, midstream, limits),
            exchange: Exchange::new(limits, midstream),
            midstream,
        }
    }

    /// Reads what the next octets begin with, so that it is in the cache by then.
    pub fn foresee(&self) {
        let Self { client, server, exchange, .. } = self;
        black_box((client.foresee(), server.foresee(), exchange.encrypted.foresee()));
    }

    /// Takes the next octets of a side.
    pub fn handle(&mut self, side: Side, chunk: Chunk<'_>) {
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        match chunk {
            Chunk::Data { at, octets } => direction.data(at, octets, &mut self.exchange),
            Chunk::Segment { at, octets } => direction.hole(at, octets, true, &mut self.exchange),
            Chunk::Hole { at, octets } => direction.hole(at, octets, false, &mut self.exchange),
        }
    }

    /// Learns that what follows was in another segment, though it comes with the same frame: it was held back until what
    /// stood before it came, or was known not to come.
    pub fn handle_next_segment(&mut self, side: Side) {
        match side {
            Side::Client => self.client.close_segment(),
            Side::Server => self.server.close_segment(),
        }
        self.exchange.encrypted.close_segment();
    }

    /// Learns that the next octets of a side need not be its first. `likely`: nothing speaks against it.
    pub fn handle_late_start(&mut self, side: Side, likely: bool) {
        match side {
            Side::Client => self.client.start_late(likely),
            Side::Server => self.server.start_late(likely),
        }
    }

    /// Takes the end of a direction: its FIN, or a reset that it sent. The first one counts.
    pub fn handle_end(&mut self, side: Side, at: Arrival) {
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        direction.end(at);
        self.exchange.encrypted.end(self.exchange.role(side));
    }

    /// Whether the contents of further octets of this side are of use. Where not, [`Chunk::Segment`] does.
    pub fn wants_octets(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client.wants_octets(),
            Side::Server => self.server.wants_octets(),
        }
    }

    /// Holds what it has in common with other sessions together with them. To be called when octets were taken.
    pub fn share(&mut self, stock: &mut Stock) {
        let Exchange { offers, outcome, unshared, .. } = &mut self.exchange;
        if std::mem::take(unshared) {
            stock.share(offers, outcome);
        }
    }

    /// What SSH was doing, as far as it has come. More octets may follow, for a later transcript.
    pub fn finish(&self) -> Transcript {
        self.clone().conclude()
    }

    /// What SSH was doing. Nothing more follows.
    pub fn conclude(mut self) -> Transcript {
        let reversed = self.exchange.reversed;
        let mut ends = Pair { client: self.client.end, server: self.server.end };
        if reversed {
            std::mem::swap(&mut ends.client, &mut ends.server);
        }
        let mut cipher = self.exchange.encrypted.conclude(&ends);
        if reversed {
            let keepalive = &mut cipher.keepalive;
            std::mem::swap(&mut keepalive.client, &mut keepalive.server);
        }
        let strict_kex = self.exchange.is_strict();
        let phase = super::phase::phase(&self, &cipher);
        let before_cipher = super::phase::is_before_cipher(&self);
        let Self { client, server, mut exchange, .. } = self;
        let party = Pair { client: client.conclude(&mut exchange), server: server.conclude(&mut exchange) };
        let (negotiated, mismatch) = std::mem::take(&mut exchange.outcome).into_parts();
        let (violations, violations_omitted) = exchange.into_violations();
        let read = Pair {
            client: party.client.cipher_packets.is_some(),
            server: party.server.cipher_packets.is_some(),
        };
        let events = super::event::list(&cipher, read, reversed);
        Transcript {
            party,
            negotiated,
            mismatch,
            violations,
            violations_omitted,
            strict_kex,
            cipher,
            events,
            phase,
            before_cipher,
            reversed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::kex_value::tests::message;
    use super::super::kexinit::tests::payload as kexinit;
    use super::super::packet::tests::packet;
    use super::super::transcript::{KnownText, Phase};
    use super::*;
    use Side::{Client as C, Server as S};

    const GCM: &str = "aes128-gcm@openssh.com";
    const CHACHA: &str = "chacha20-poly1305@openssh.com";

    fn at(number: u64) -> Arrival {
        Arrival { frame: FrameNo(number), time: Timestamp::from_nanos(number as i64 * 10_000_000) }
    }

    /// A session after these chunks, one frame each.
    fn after(chunks: &[(Side, Vec<u8>)]) -> Session {
        let mut session = Session::new(&Limits::default());
        for (number, (side, octets)) in chunks.iter().enumerate() {
            session.handle(*side, Chunk::Data { at: at(number as u64), octets });
        }
        session
    }

    fn ids(session: &Session) -> Vec<&'static str> {
        session.finish().violations.iter().map(|violation| violation.id).collect()
    }

    fn offer(cipher: &str, kex: &str) -> Vec<u8> {
        packet(&kexinit([kex, "ssh-ed25519", cipher, cipher, "m", "m", "none", "none", "", ""], false))
    }

    /// Identification strings and key exchange up to both NEWKEYS.
    fn exchanged(cipher: &str) -> Vec<(Side, Vec<u8>)> {
        let offer = offer(cipher, "curve25519-sha256");
        vec![
            (C, b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
            (S, b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
            (C, offer.clone()),
            (S, offer),
            (C, packet(&message(30, &[32]))),
            (S, [packet(&message(31, &[51, 32, 83])), packet(&[21])].concat()),
            (C, packet(&[21])),
        ]
    }

    /// An AES-GCM packet of so many octets.
    fn gcm(octets: usize) -> Vec<u8> {
        let mut packet = ((octets - 20) as u32).to_be_bytes().to_vec();
        packet.resize(octets, 0xee);
        packet
    }

    #[test]
    fn the_many_sessions_of_a_capture_take_little_each() {
        let (session, transcript) = (size_of::<Session>(), size_of::<Transcript>());
        assert!(session <= 1_536 && transcript <= 1_280, "{session} {transcript}");
    }

    #[test]
    fn the_phase_follows_both_sides() {
        let chunks = exchanged(CHACHA);
        let phase = |count: usize| after(&chunks[..count]).finish().phase;
        assert_eq!([0, 1, 2, 6, 7].map(phase).map(Option::unwrap), {
            use Phase::{Auth, Banner, Kex};
            [Banner, Banner, Kex, Kex, Auth]
        });
        let session = after(&chunks);
        assert_eq!((ids(&session), session.wants_octets(C)), (vec![], false));
        let negotiated = session.finish().negotiated.unwrap();
        assert_eq!((&*negotiated.cipher_c2s, &*negotiated.mac_c2s), (CHACHA, ""));
    }

    #[test]
    fn so_few_octets_that_they_cannot_be_in_cipher_tell_even_where_the_capture_cut_them() {
        let before = |client: u64, server: u64, late: bool| {
            let mut session = Session::new(&Limits::default());
            if late {
                session.handle_late_start(C, false);
            }
            for (number, side, octets) in [(1, C, client), (2, S, server)] {
                session.handle(side, Chunk::Segment { at: at(number), octets });
            }
            session.finish().before_cipher
        };
        assert!(before(21, 2_000, false) && before(178, 178, false));
        assert!(!before(179, 2_000, false) && !before(21, 2_000, true));
        assert!(!before(0, 2_000, false), "a direction of which nothing was seen may have sent anything");
    }

    #[test]
    fn how_far_a_side_came_of_which_only_the_amount_is_known() {
        let phase = |octets: u64| {
            let mut session = after(&[exchanged(CHACHA)[0].clone(), exchanged(CHACHA)[2].clone()]);
            if octets > 0 {
                session.handle(S, Chunk::Hole { at: at(9), octets });
            }
            session.finish().phase
        };
        // It may have said who it is, and it may have said anything else.
        assert_eq!([0, 41, 1_000].map(phase), [Some(Phase::Banner), None, None]);
    }

    #[test]
    fn encrypted_octets_may_share_a_segment_with_newkeys() {
        let mut chunks = exchanged(GCM);
        chunks[5].1.extend(gcm(100));
        chunks[6].1.extend(gcm(52));
        let all = [(S, 52), (C, 68), (S, 84), (C, 372), (S, 36), (C, 52)];
        chunks.extend(all.map(|(side, octets)| (side, gcm(octets))));
        let transcript = after(&chunks).finish();
        assert_eq!(transcript.party.server.cipher_packets, Some(4));
        assert_eq!(transcript.party.client.cipher_octets, 52 + 68 + 372 + 52);
        assert_eq!(transcript.cipher.success.map(|mark| mark.frame), Some(FrameNo(11)));
        assert_eq!((transcript.phase, transcript.violations.len()), (Some(Phase::Session), 0));
    }

    #[test]
    fn a_packet_that_is_cut_off_is_seen_where_lengths_can_be_read() {
        let mut chunks = exchanged(GCM);
        chunks.push((C, gcm(52)));
        assert_eq!(after(&chunks).finish().party.client.cut_inside_packet, Some(false));
        chunks.push((C, gcm(52)[..30].to_vec()));
        assert_eq!(after(&chunks).finish().party.client.cut_inside_packet, Some(true));
        let mut chunks = exchanged(CHACHA);
        chunks.push((C, vec![0; 44]));
        assert_eq!(after(&chunks).finish().party.client.cut_inside_packet, None);
        chunks.push((C, vec![0; 30]));
        assert_eq!(after(&chunks).finish().party.client.cut_inside_packet, Some(true));
    }

    #[test]
    fn text_inside_the_encrypted_stream_is_found_at_its_offset() {
        let mut chunks = exchanged(GCM);
        let before: usize =
            chunks.iter().filter(|(side, _)| *side == S).map(|(_, octets)| octets.len()).sum();
        chunks.push((S, [gcm(52), b"HTTP/1.1 400 Bad Request\r\n".to_vec()].concat()));
        let transcript = after(&chunks).finish();
        let violation = &transcript.violations[0];
        assert_eq!((violation.id, violation.mark.offset), ("cipher-framing-lost", before as u64 + 52));
        let stray = transcript.party.server.stray.unwrap();
        assert_eq!((stray.known, stray.text.len()), (Some(KnownText::Http), 26));
        assert_eq!(transcript.party.server.cipher_packets, None);
    }

    #[test]
    fn refusals_in_words_are_kept_before_and_behind_the_identification_string() {
        let refused = after(&[(C, b"SSH-2.0-x\r\n".to_vec()), (S, b"Exceeded MaxStartups\r\n".to_vec())]);
        assert_eq!(refused.finish().party.server.stray.unwrap().known, Some(KnownText::ExceededMaxStartups));
        assert_eq!((ids(&refused), refused.finish().phase), (vec![], Some(Phase::Banner)));
        let http = after(&[
            (S, b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
            (C, b"GET / HTTP/1.0\r\n\r\n".to_vec()),
            (S, b"Invalid SSH identification string.".to_vec()),
            (S, b"\r\n".to_vec()),
        ]);
        let party = http.finish().party;
        assert_eq!(party.server.stray.unwrap().known, Some(KnownText::InvalidIdentification));
        assert_eq!(party.client.stray.unwrap().known, Some(KnownText::Http));
        assert_eq!(ids(&http), ["identification-missing"]);
    }

    #[test]
    fn lines_before_a_server_s_identification_string_are_its_right() {
        let session = after(&[(S, b"Welcome\r\nto us\r\nSSH-2.0-x\r\n".to_vec())]);
        let server = session.finish().party.server;
        assert_eq!(server.lines_before, [&b"Welcome"[..], b"to us"]);
        assert_eq!((server.banner.unwrap().mark.offset, server.stray, ids(&session).len()), (16, None, 0));
    }

    #[test]
    fn broken_packets_and_orders_name_their_rules() {
        let cases: &[(Vec<u8>, &str)] = &[
            (vec![0xff; 16], "packet-length-out-of-range"),
            (vec![0, 0, 0, 13, 4, 20, 0, 0], "packet-misaligned"),
            (packet(&[5, 0, 0, 0, 0]), "message-before-newkeys"),
            (packet(&[1, 0, 0]), "disconnect-malformed"),
            (packet(&[20, 1, 2]), "kexinit-malformed"),
            (packet(&[21]), "newkeys-too-early"),
            (packet(&[0]), "message-number-zero"),
            (b"echo hello".to_vec(), "text-instead-of-packet"),
        ];
        for (octets, id) in cases {
            let session = after(&[(C, [&b"SSH-2.0-x\r\n"[..], octets].concat())]);
            assert_eq!(ids(&session), [*id]);
            assert_eq!(session.finish().violations[0].mark.offset, 11);
        }
    }

    #[test]
    fn strict_key_exchange_is_judged_once_both_offers_are_known() {
        let strict =
            |role: &str| offer(CHACHA, &format!("curve25519-sha256,kex-strict-{role}-v00@openssh.com"));
        let banner = b"SSH-2.0-x\r\n".to_vec();
        let client = (C, [banner.clone(), packet(&[2, 0, 0, 0, 0]), strict("c")].concat());
        assert!(ids(&after(std::slice::from_ref(&client))).is_empty());
        let both = after(&[client, (S, [banner, strict("s")].concat())]);
        assert_eq!(ids(&both), ["strict-kex-first-packet", "strict-kex-unexpected-message"]);
    }

    #[test]
    fn a_guess_that_was_wrong_is_no_wrong_message() {
        let lists = ["x,curve25519-sha256", "h", CHACHA, CHACHA, "m", "m", "none", "none", "", ""];
        let guessing = packet(&kexinit(lists, true));
        let plain = packet(&kexinit(
            ["curve25519-sha256", "h", CHACHA, CHACHA, "m", "m", "none", "none", "", ""],
            false,
        ));
        let banner = b"SSH-2.0-x\r\n".to_vec();
        let chunks = [
            (S, [banner.clone(), plain].concat()),
            (C, [banner, guessing, packet(&[34, 1]), packet(&message(30, &[32]))].concat()),
        ];
        assert!(ids(&after(&chunks)).is_empty());
    }

    #[test]
    fn a_call_home_changes_the_roles() {
        let mut chunks = exchanged(GCM);
        chunks[4] = (S, packet(&message(30, &[32])));
        chunks[5] = (C, [packet(&message(31, &[51, 32, 83])), packet(&[21])].concat());
        chunks[6] = (S, packet(&[21]));
        chunks.extend(
            [(S, 52), (C, 52), (S, 68), (C, 84), (S, 372), (C, 36)].map(|(side, size)| (side, gcm(size))),
        );
        let transcript = after(&chunks).finish();
        assert!(transcript.reversed && transcript.violations.is_empty());
        assert_eq!(transcript.phase, Some(Phase::Session));
    }

    #[test]
    fn a_public_value_that_is_none_is_named() {
        let mut chunks = exchanged(CHACHA);
        chunks[4].1 = packet(&message(30, &[31]));
        assert_eq!(ids(&after(&chunks)), ["kex-value-malformed"]);
    }

    #[test]
    fn version_1_peers_are_not_read_as_version_2() {
        let session = after(&[
            (S, b"SSH-1.99-OpenSSH_6.6.1\r\n".to_vec()),
            (C, b"SSH-1.5-x\n".to_vec()),
            (S, vec![0, 0, 1, 0xaf, 0, 0, 0, 2]),
        ]);
        let transcript = session.finish();
        assert!(transcript.violations.is_empty(), "they understand each other");
        assert_eq!((transcript.party.client.stray, transcript.phase), (None, None));
    }

    #[test]
    fn a_client_of_version_1_is_at_fault_with_a_server_of_version_2_only() {
        let client = (C, b"SSH-1.5-x\n".to_vec());
        let session = after(&[client, (S, b"SSH-2.0-x\r\nProtocol major versions differ.\r\n".to_vec())]);
        assert_eq!(ids(&session), ["protocol-version-unsupported"]);
        let party = session.finish().party;
        assert_eq!(party.client.stray.unwrap().known, Some(KnownText::Ssh1));
        assert_eq!(party.server.stray.unwrap().known, Some(KnownText::MajorVersionsDiffer));
    }

    #[test]
    fn what_a_peer_has_taken_is_no_fault() {
        let padded = (C, b"SSH-2.0-Cisco-1.25 \0\0\0\r\n".to_vec());
        assert_eq!(ids(&after(std::slice::from_ref(&padded))), ["identification-forbidden-octet"]);
        let mut chunks = exchanged(CHACHA);
        chunks[0] = padded;
        assert!(ids(&after(&chunks)).is_empty());
    }

    #[test]
    fn a_group_of_a_size_that_was_not_asked_for_is_named() {
        let offer = offer(CHACHA, "diffie-hellman-group-exchange-sha256");
        let request = packet(&[34, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 32, 0]);
        let group = packet(&message(31, &[129, 1]));
        let mut chunks = exchanged(CHACHA);
        chunks[2] = (C, offer.clone());
        chunks[3] = (S, offer);
        chunks[4] = (C, request);
        chunks[5] = (S, group);
        let session = after(&chunks[..6]);
        assert_eq!(ids(&session), ["kex-value-malformed"]);
    }

    #[test]
    fn what_the_snapshot_length_left_is_enough_for_packets_and_success() {
        let mut session = Session::new(&Limits::default());
        let mut chunks = exchanged(CHACHA);
        let sizes = [(C, 44), (S, 44), (C, 68), (S, 44), (C, 140), (S, 100), (C, 308), (S, 28)];
        chunks.extend(sizes.map(|(side, octets)| (side, vec![0x5a; octets])));
        for (number, (side, octets)) in chunks.iter().enumerate() {
            let at = at(number as u64);
            let (head, cut) = octets.split_at(octets.len().min(30));
            session.handle(*side, Chunk::Data { at, octets: head });
            session.handle(*side, Chunk::Segment { at, octets: cut.len() as u64 });
        }
        let transcript = session.finish();
        assert_eq!(transcript.cipher.success.map(|mark| mark.frame), Some(FrameNo(14)));
        assert_eq!((transcript.phase, transcript.violations.len()), (Some(Phase::Session), 0));
    }

    #[test]
    fn a_capture_that_starts_in_cipher_says_nothing_of_the_phase() {
        let mut session = Session::midstream(&Limits::default());
        session.handle(C, Chunk::Data { at: at(1), octets: &[0x5a; 36] });
        session.handle(S, Chunk::Data { at: at(2), octets: &[0xa5; 36] });
        let transcript = session.finish();
        assert_eq!((transcript.phase, transcript.violations.len()), (None, 0));
        assert_eq!(transcript.party.client.cipher_octets, 36);
    }

    #[test]
    fn a_capture_that_starts_in_the_key_exchange_goes_on_from_there() {
        let mut session = Session::midstream(&Limits::default());
        for (number, (side, octets)) in exchanged(CHACHA).iter().enumerate().skip(2) {
            session.handle(*side, Chunk::Data { at: at(number as u64), octets });
        }
        let transcript = session.finish();
        assert_eq!((transcript.phase, transcript.violations.len()), (Some(Phase::Auth), 0));
        assert!(transcript.negotiated.is_some());
    }

    #[test]
    fn one_direction_alone_does_not_claim_authentication() {
        let client = exchanged(CHACHA).into_iter().filter(|(side, _)| *side == C);
        let transcript =
            after(&client.chain([(C, vec![0; 44]), (C, vec![0; 68])]).collect::<Vec<_>>()).finish();
        assert_eq!(transcript.phase, None);
    }

    #[test]
    fn a_session_is_small() {
        assert!(size_of::<Session>() <= 4096, "{}", size_of::<Session>());
    }

    #[test]
    fn endless_and_oversized_input_is_not_kept() {
        let mut session = Session::new(&Limits::default());
        for _ in 0..10_000 {
            session.handle(S, Chunk::Data { at: at(1), octets: &[b'x'; 1000] });
        }
        let server = session.finish().party.server;
        assert!(server.stray.unwrap().text.len() <= 512 && server.lines_before.is_empty());
    }

    /// What a side may send: sound parts, broken parts, anything.
    fn part() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"SSH-2.0-x\r\n".to_vec()),
            Just(b"hello\n".to_vec()),
            Just(offer(GCM, "curve25519-sha256")),
            Just(offer(CHACHA, "curve25519-sha256,kex-strict-c-v00@openssh.com")),
            Just(packet(&[21])),
            Just(offer(GCM, "diffie-hellman-group-exchange-sha256")),
            Just(
                [packet(&[34, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 32, 0]), packet(&message(31, &[256, 1]))]
                    .concat()
            ),
            Just(packet(&[1, 0, 0, 0, 2, 0, 0, 0, 4, 0x1b, b'[', b'2', b'J', 0, 0, 0, 0])),
            Just(b"SSH-1.5-x\n".to_vec()),
            Just(b"SSH-1.99-\x1b]0;x\x07\xe2\x80\xae<script>\r\n".to_vec()),
            Just(b"\x16\x03\x01\x02\x00".to_vec()),
            Just(vec![0xff; 16]),
            (0_u8..=60, 0_usize..80).prop_map(|(number, length)| packet(&vec![number; length.max(1)])),
            (1_usize..9).prop_map(|blocks| gcm(blocks * 16 + 20)),
            prop::collection::vec(any::<u8>(), 0..40),
        ]
    }

    /// Octets that a transcript holds of what the sides sent.
    fn held(transcript: &Transcript) -> usize {
        let party = |side: Side| {
            let party = transcript.party.of(side);
            let banner = party.banner.as_ref().map_or(0, |banner| banner.line.len());
            let lines: usize = party.lines_before.iter().map(Vec::len).sum();
            let stray = party.stray.as_ref().map_or(0, |stray| stray.text.len());
            let offer = party.offer.as_ref().map_or(0, |offer| offer.lists.kex().as_sent().len());
            banner + lines + stray + offer
        };
        let details: usize = transcript.violations.iter().map(|violation| violation.detail.len()).sum();
        party(C) + party(S) + details
    }

    #[test]
    fn what_never_ends_is_not_kept() {
        let banner = b"SSH-2.0-x\r\n".to_vec();
        let names = packet(&kexinit(
            [&"x,".repeat(80_000), "h", CHACHA, CHACHA, "m", "m", "none", "none", "", ""],
            false,
        ));
        let endless: [(&str, Vec<u8>, Vec<u8>); 6] = [
            ("an identification string", b"SSH-2.0-".to_vec(), vec![b'x'; 8192]),
            ("lines before it", Vec::new(), b"<marquee>\xe2\x80\xae\x1b[2J\n".repeat(400)),
            ("empty lines", Vec::new(), vec![b'\n'; 8192]),
            ("a packet of 4 GiB", [&banner[..], &[0xff; 4]].concat(), vec![0; 8192]),
            ("KEXINITs of many names", banner.clone(), names),
            ("text for a packet", banner, b"echo hello\n".repeat(700)),
        ];
        for (what, first, again) in endless {
            for side in Side::BOTH {
                let mut session = Session::new(&Limits::default());
                session.handle(side, Chunk::Data { at: at(0), octets: &first });
                for number in 1..300 {
                    session.handle(side, Chunk::Data { at: at(number), octets: &again });
                }
                let held = held(&session.finish());
                assert!(held < 64 * 1024, "{what}: {held} octets are kept");
            }
        }
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_transcript(
            turns in prop::collection::vec((any::<bool>(), prop::collection::vec(part(), 1..5)), 1..6),
            sizes in prop::collection::vec(1_usize..50, 1..20),
        ) {
            let mut whole = Session::new(&Limits::default());
            let mut cut = Session::new(&Limits::default());
            let mut sizes = sizes.iter().cycle();
            for (number, (client, parts)) in turns.iter().enumerate() {
                let side = if *client { C } else { S };
                let octets = parts.concat();
                let at = at(number as u64);
                whole.handle(side, Chunk::Data { at, octets: &octets });
                let mut rest = &octets[..];
                while !rest.is_empty() {
                    let (chunk, behind) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                    cut.handle(side, Chunk::Data { at, octets: chunk });
                    rest = behind;
                }
            }
            prop_assert_eq!(whole.finish(), cut.finish());
        }

        #[test]
        fn nothing_panics_and_every_octet_is_counted(
            chunks in prop::collection::vec((any::<bool>(), 0_u8..4, part(), any::<u32>()), 0..40),
            midstream in any::<bool>(),
        ) {
            let limits = Limits { violations: 3, names_per_list: 2, ..Limits::default() };
            let mut session = if midstream { Session::midstream(&limits) } else { Session::new(&limits) };
            let mut count = Pair::<u64>::default();
            for (number, (client, kind, octets, missing)) in chunks.iter().enumerate() {
                let side = if *client { C } else { S };
                let (at, missing) = (at(number as u64 / 3), u64::from(*missing));
                let (chunk, length) = match kind {
                    0 => (Chunk::Hole { at, octets: missing }, missing),
                    1 => (Chunk::Segment { at, octets: missing }, missing),
                    _ => (Chunk::Data { at, octets }, octets.len() as u64),
                };
                session.handle(side, chunk);
                *count.of_mut(side) += length;
                if number == 30 {
                    session.handle_end(side, at);
                }
            }
            prop_assert_eq!(session.client.offset, count.client);
            prop_assert_eq!(session.server.offset, count.server);
            prop_assert!(session.finish().violations.len() <= 8);
        }
    }
}
