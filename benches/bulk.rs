//! What SSH's part costs of a capture that is nothing but bulk: a login and then full segments one way.
//!
//! `cargo bench --bench bulk`. The row `ssh` feeds what the row `whole` feeds to the same parser; their ratio is SSH's share.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a benchmark")]

#[path = "../tests/fuzz/laws/clear.rs"]
mod clear;

use clear::{message, offer, packet};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sshrst::analysis::{Analysis, Ports};
use sshrst::frame::FrameNo;
use sshrst::limits::Limits;
use sshrst::report::model;
use sshrst::source::{Batch, Reader, Source};
use sshrst::ssh::{Arrival, Chunk, Session, Side};
use sshrst::units::Timestamp;

/// Segments of bulk, one way, each answered by an acknowledgement now and then: 64 MiB.
const SEGMENTS: usize = (64 << 20) / SEGMENT;
/// Payload of a full segment at an MTU of 1500 with timestamps.
const SEGMENT: usize = 1448;
const CIPHERS: [&str; 2] = ["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"];

fn main() {
    divan::main();
}

/// What both sides send: (side, octets) of each segment.
fn segments(cipher: &str) -> Vec<(Side, Vec<u8>)> {
    let init = packet(&message(30, &[32]));
    let mut sent = vec![
        (Side::Client, b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        (Side::Server, b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        (Side::Client, offer(cipher)),
        (Side::Server, offer(cipher)),
        (Side::Client, init),
        (Side::Server, [packet(&message(31, &[51, 32, 83])), packet(&[21])].concat()),
        (Side::Client, packet(&[21])),
    ];
    let login = [
        (Side::Client, 17),
        (Side::Server, 17),
        (Side::Client, 60),
        (Side::Server, 24),
        (Side::Client, 200),
        (Side::Server, 1),
    ];
    sent.extend(login.map(|(side, payload)| (side, sealed(payload))));
    let mut bulk = std::iter::repeat_with(|| sealed(32_777)).flatten();
    sent.extend((0..SEGMENTS).map(|_| (Side::Server, bulk.by_ref().take(SEGMENT).collect())));
    sent
}

/// The same as a capture file: Ethernet, IPv4, TCP; handshake before, an acknowledgement behind every second segment.
fn capture(sent: &[(Side, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::with_capacity(SEGMENTS * (SEGMENT + 120));
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1] {
        file.extend_from_slice(&u32::to_le_bytes(word));
    }
    let mut next = [1_000_u32, 5_000];
    let mut frame = |side: Side, flags: u8, octets: &[u8], next: &mut [u32; 2]| {
        let (own, peer) = if side == Side::Client { (0, 1) } else { (1, 0) };
        let ack = if flags == 2 { 0 } else { next[peer] };
        record(&mut file, side, next[own], ack, flags, octets);
        next[own] = next[own].wrapping_add(octets.len() as u32 + u32::from(flags & 2 != 0));
    };
    frame(Side::Client, 2, &[], &mut next);
    frame(Side::Server, 18, &[], &mut next);
    frame(Side::Client, 16, &[], &mut next);
    for (number, (side, octets)) in sent.iter().enumerate() {
        frame(*side, 24, octets, &mut next);
        if number % 2 == 0 {
            frame(!*side, 16, &[], &mut next);
        }
    }
    file
}

fn record(file: &mut Vec<u8>, side: Side, seq: u32, ack: u32, flags: u8, octets: &[u8]) {
    let micros = (file.len() / 1500) as u32 * 12;
    let length = 54 + octets.len() as u32;
    for word in [micros / 1_000_000, micros % 1_000_000, length, length] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    let ([source, destination], ports) = match side {
        Side::Client => ([1, 2], [40_000_u16, 22]),
        Side::Server => ([2, 1], [22, 40_000]),
    };
    file.extend_from_slice(&[2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source, 8, 0, 0x45, 0]);
    file.extend_from_slice(&(length as u16 - 14).to_be_bytes());
    file.extend_from_slice(&[0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, source, 10, 0, 0, destination]);
    for port in ports {
        file.extend_from_slice(&port.to_be_bytes());
    }
    file.extend_from_slice(&seq.to_be_bytes());
    file.extend_from_slice(&ack.to_be_bytes());
    file.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    file.extend_from_slice(octets);
}

/// A packet as AES-GCM sends it, of unreadable contents; of chacha20-poly1305 it has about the length.
fn sealed(payload: usize) -> Vec<u8> {
    let length = (payload + 5).next_multiple_of(16);
    let mut octets = (length as u32).to_be_bytes().to_vec();
    octets.resize(4 + length + 16, 0x9e);
    octets
}

#[divan::bench(args = CIPHERS, sample_count = 20)]
fn ssh(bencher: Bencher<'_, '_>, cipher: &str) {
    let sent = segments(cipher);
    let octets: usize = sent.iter().map(|(_, octets)| octets.len()).sum();
    bencher.counter(BytesCount::new(octets)).bench(|| {
        let mut session = Session::new(&Limits::default());
        for (number, (side, octets)) in sent.iter().enumerate() {
            let time = Timestamp::from_nanos(number as i64 * 12_000);
            let at = Arrival { frame: FrameNo(number as u64), time };
            if session.wants_octets(*side) {
                session.handle(*side, Chunk::Data { at, octets: black_box(octets) });
            } else {
                session.handle(*side, Chunk::Segment { at, octets: black_box(octets.len() as u64) });
            }
        }
        let transcript = session.finish();
        assert!(transcript.cipher.bulk.server.is_some() && transcript.violations.is_empty());
        transcript
    });
}

#[divan::bench(args = CIPHERS, sample_count = 20)]
fn whole(bencher: Bencher<'_, '_>, cipher: &str) {
    let file = capture(&segments(cipher));
    bencher.counter(BytesCount::new(file.len())).bench(|| {
        let mut reader = Reader::new("bulk", black_box(file.as_slice()), Limits::default()).unwrap();
        let mut analysis = Analysis::new(Limits::default(), Ports::default());
        let mut batch = Batch::new();
        while reader.read_batch(&mut batch) {
            batch.frames().for_each(|frame| analysis.handle_frame(&frame));
        }
        let findings = analysis.finish(Vec::new());
        assert_eq!(findings.sessions.len(), 1);
        model::build(&findings, &[], &model::Options::default())
    });
}
