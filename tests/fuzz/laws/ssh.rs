//! What must hold of SSH's part for any octets: nothing panics, how they are cut makes no difference, and what is kept is
//! bounded.

use super::clear::{message, offer, packet};
use sshrst::frame::FrameNo;
use sshrst::limits::Limits;
use sshrst::ssh::{Arrival, Chunk, Session, Side, Transcript};
use sshrst::units::Timestamp;

const CLIENT_BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.6\r\n";
const SERVER_BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
const CHACHA: &str = "chacha20-poly1305@openssh.com";
const GCM: &str = "aes128-gcm@openssh.com";
const ETM: &str = "aes128-ctr";

/// One thing that happens on the wire.
#[derive(Clone, Debug)]
enum Happening {
    Octets(Vec<u8>),
    Cut(u64),
    Hole(u64),
    NextSegment,
    LateStart(bool),
    End,
}

/// What happens, with its side and its frame.
type Script = Vec<(Side, u64, Happening)>;

/// Any octets where an identification string is expected, from either side.
pub(crate) fn identification(octets: &[u8]) {
    for side in Side::BOTH {
        same_in_any_pieces(false, &vec![(side, 1, Happening::Octets(octets.to_vec()))], octets);
    }
}

/// Any octets where clear packets are expected.
pub(crate) fn clear_packets(octets: &[u8]) {
    let mut script = banners();
    script.push((Side::Client, 3, Happening::Octets(octets.to_vec())));
    script.push((Side::Server, 4, Happening::Octets(octets.to_vec())));
    same_in_any_pieces(false, &script, octets);
}

/// Any octets as what follows the message number in a KEXINIT, against a sound one of the other side.
pub(crate) fn kexinit(octets: &[u8]) {
    let payload = [&[20], octets.get(..200_000).unwrap_or(octets)].concat();
    let mut script = banners();
    script.push((Side::Client, 3, Happening::Octets(packet(&payload))));
    script.push((Side::Server, 4, Happening::Octets(offer(GCM))));
    script.push((Side::Client, 5, Happening::Octets(packet(&[21]))));
    same_in_any_pieces(false, &script, octets);
}

/// Any octets behind NEWKEYS, where lengths can be read and where not.
pub(crate) fn framing(octets: &[u8]) {
    for cipher in [GCM, ETM, CHACHA] {
        let mut script = exchanged(cipher);
        for (number, part) in octets.chunks(97).enumerate() {
            let side = if number % 3 == 0 { Side::Client } else { Side::Server };
            script.push((side, 10 + number as u64, Happening::Octets(part.to_vec())));
        }
        same_in_any_pieces(false, &script, octets);
    }
}

/// Anything in any order: sound and broken parts, holes, cuts, ends, late starts.
pub(crate) fn transcript(octets: &[u8]) {
    let midstream = octets.first().is_some_and(|first| first % 2 == 1);
    same_in_any_pieces(midstream, &script_of(octets.get(1..).unwrap_or_default()), octets);
}

/// The script that `octets` are read as.
fn script_of(mut octets: &[u8]) -> Script {
    let (mut script, mut frame) = (Script::new(), 1);
    while let [what, length, rest @ ..] = octets {
        octets = rest;
        let side = if what & 1 == 0 { Side::Client } else { Side::Server };
        frame += u64::from(what >> 1 & 1);
        let length = usize::from(*length);
        let happening = match what >> 2 & 15 {
            0 => Happening::Octets(CLIENT_BANNER.to_vec()),
            1 => Happening::Octets(SERVER_BANNER.to_vec()),
            2 => Happening::Octets(offer(GCM)),
            3 => Happening::Octets(offer(CHACHA)),
            4 => Happening::Octets(offer(ETM)),
            5 => Happening::Octets(packet(&message(30, &[32]))),
            6 => Happening::Octets(packet(&message(31, &[51, 32, 83]))),
            7 => Happening::Octets(packet(&[21])),
            8 => Happening::Octets(sealed(length / 16 * 16 + 16, 16)),
            9 => Happening::Octets(sealed(length / 16 * 16 + 16, 32)),
            10 => Happening::Cut(length as u64 * 7),
            11 => Happening::Hole(length as u64 * 7),
            12 => Happening::NextSegment,
            13 => Happening::LateStart(length % 2 == 0),
            14 => Happening::End,
            _ => {
                let (own, behind) = octets.split_at(length.min(octets.len()));
                octets = behind;
                Happening::Octets(own.to_vec())
            }
        };
        script.push((side, frame, happening));
    }
    script
}

/// Plays the script whole, octet by octet and in pieces that `seed` chooses: all must end in the same transcript.
fn same_in_any_pieces(midstream: bool, script: &Script, seed: &[u8]) {
    let whole = play(midstream, script, || usize::MAX);
    assert_bounded(&whole);
    assert_eq!(whole, play(midstream, script, || 1), "octet by octet");
    let mut state = seed
        .iter()
        .fold(0x9e37_79b9_u32, |state, &octet| (state ^ u32::from(octet)).wrapping_mul(0x0100_0193));
    let pieces = play(midstream, script, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as usize % 40 + 1
    });
    assert_eq!(whole, pieces, "in pieces");
}

fn play(midstream: bool, script: &Script, mut size: impl FnMut() -> usize) -> Transcript {
    let limits = Limits::default();
    let mut session = if midstream { Session::midstream(&limits) } else { Session::new(&limits) };
    for (side, frame, happening) in script {
        let at = Arrival { frame: FrameNo(*frame), time: Timestamp::from_nanos(*frame as i64 * 10_000_000) };
        match happening {
            Happening::Octets(octets) => {
                let mut rest = octets.as_slice();
                while !rest.is_empty() {
                    let (piece, behind) = rest.split_at(size().min(rest.len()));
                    session.handle(*side, Chunk::Data { at, octets: piece });
                    rest = behind;
                }
            }
            Happening::Cut(octets) => session.handle(*side, Chunk::Segment { at, octets: *octets }),
            Happening::Hole(octets) => session.handle(*side, Chunk::Hole { at, octets: *octets }),
            Happening::NextSegment => session.handle_next_segment(*side),
            Happening::LateStart(likely) => session.handle_late_start(*side, *likely),
            Happening::End => session.handle_end(*side, at),
        }
    }
    session.finish()
}

fn assert_bounded(transcript: &Transcript) {
    let limits = Limits::default();
    // A few rules are judged at the end, beyond what is kept while reading.
    assert!(transcript.violations.len() <= limits.violations + 8);
    assert!(transcript.events.len() <= 32);
    for side in Side::BOTH {
        let party = transcript.party.of(side);
        assert!(party.lines_before.len() <= limits.lines_before_banner);
        assert!(party.stray.as_ref().is_none_or(|stray| stray.text.len() <= 512));
        assert!(party.banner.as_ref().is_none_or(|banner| banner.line.len() <= limits.banner_octets));
        let lists = party
            .offer
            .as_ref()
            .map(|offer| offer.lists.kex().iter().count().max(offer.lists.cipher_s2c().iter().count()));
        assert!(lists.is_none_or(|names| names <= limits.names_per_list));
    }
}

fn banners() -> Script {
    vec![
        (Side::Client, 1, Happening::Octets(CLIENT_BANNER.to_vec())),
        (Side::Server, 2, Happening::Octets(SERVER_BANNER.to_vec())),
    ]
}

/// Up to both NEWKEYS.
fn exchanged(cipher: &str) -> Script {
    let mut script = banners();
    let own = [
        (Side::Client, offer(cipher)),
        (Side::Server, offer(cipher)),
        (Side::Client, packet(&message(30, &[32]))),
        (Side::Server, packet(&message(31, &[51, 32, 83]))),
        (Side::Server, packet(&[21])),
        (Side::Client, packet(&[21])),
    ];
    script.extend(
        own.into_iter().zip(3..).map(|((side, octets), frame)| (side, frame, Happening::Octets(octets))),
    );
    script
}

/// A packet in cipher whose length can be read.
fn sealed(length: usize, tag: usize) -> Vec<u8> {
    let mut octets = (length as u32).to_be_bytes().to_vec();
    octets.resize(4 + length + tag, 0x9e);
    octets
}
