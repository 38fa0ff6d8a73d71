//! The SSH stage on real captures whose truth is known, when they are at hand; skipped with a word otherwise.
//!
//! The reader below knows only plain Ethernet, IP and TCP: enough to feed `ssh::Session`, and independent of the
//! crate's own decoding.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test, which reads files and may panic"
)]

mod shared;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use shared::shared;
use sshrst::frame::FrameNo;
use sshrst::limits::Limits;
use sshrst::ssh::{Arrival, Chunk, Phase, Session, Side, Transcript};
use sshrst::units::Timestamp;

type Endpoint = (Vec<u8>, u16);

struct Packet<'a> {
    time: i64,
    octets: &'a [u8],
}

fn word(octets: &[u8], at: usize, big: bool) -> u32 {
    let four: [u8; 4] = octets[at..at + 4].try_into().unwrap();
    if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
}

/// The packets of an Ethernet capture, classic or pcapng with one section; `None` for other link types.
fn packets(file: &[u8]) -> Option<Vec<Packet<'_>>> {
    if word(file, 0, true) == 0x0a0d_0d0a { pcapng(file) } else { pcap(file) }
}

fn pcap(file: &[u8]) -> Option<Vec<Packet<'_>>> {
    let (big, nanos) = match word(file, 0, true) {
        0xa1b2_c3d4 => (true, false),
        0xa1b2_3c4d => (true, true),
        0xd4c3_b2a1 => (false, false),
        _ => (false, true),
    };
    if word(file, 20, big) != 1 {
        return None;
    }
    let (mut at, mut packets) = (24, Vec::new());
    while at + 16 <= file.len() {
        let length = word(file, at + 8, big) as usize;
        let fraction = i64::from(word(file, at + 4, big)) * if nanos { 1 } else { 1000 };
        let time = i64::from(word(file, at, big)) * 1_000_000_000 + fraction;
        let Some(octets) = file.get(at + 16..at + 16 + length) else { break };
        packets.push(Packet { time, octets });
        at += 16 + length;
    }
    Some(packets)
}

fn pcapng(file: &[u8]) -> Option<Vec<Packet<'_>>> {
    let (mut at, mut packets, mut resolution) = (0, Vec::new(), 1000);
    while at + 12 <= file.len() {
        let length = word(file, at + 4, false) as usize;
        let block = file.get(at..at + length)?;
        match word(block, 0, false) {
            1 => {
                if block[8] != 1 {
                    return None;
                }
                // if_tsresol of 9; tcpdump and dumpcap write nothing else but the default 6
                resolution = if block.windows(5).any(|five| five == [9, 0, 1, 0, 9]) { 1 } else { 1000 };
            }
            6 => {
                let ticks = i64::from(word(block, 12, false)) << 32 | i64::from(word(block, 16, false));
                let captured = word(block, 20, false) as usize;
                packets.push(Packet { time: ticks * resolution, octets: &block[28..28 + captured] });
            }
            _ => {}
        }
        at += length;
    }
    Some(packets)
}

struct Tcp<'a> {
    from: Endpoint,
    to: Endpoint,
    seq: u32,
    ack: u32,
    flags: u8,
    length: u32,
    payload: &'a [u8],
}

fn tcp(frame: &[u8]) -> Option<Tcp<'_>> {
    let ip = frame.get(14..)?;
    let (addresses, length, tcp) = match (frame.get(12..14)?, ip.first()? >> 4) {
        ([8, 0], 4) if ip[9] == 6 => {
            let header = usize::from(ip[0] & 15) * 4;
            (ip.get(12..20)?, usize::from(u16::from_be_bytes([ip[2], ip[3]])) - header, ip.get(header..)?)
        }
        ([0x86, 0xdd], 6) if ip[6] == 6 => {
            (ip.get(8..40)?, usize::from(u16::from_be_bytes([ip[4], ip[5]])), ip.get(40..)?)
        }
        _ => return None,
    };
    let (source, destination) = addresses.split_at(addresses.len() / 2);
    let header = usize::from(*tcp.get(12)? >> 4) * 4;
    let payload = tcp.get(header..).unwrap_or_default();
    let length = length - header;
    Some(Tcp {
        from: (source.to_vec(), u16::from_be_bytes([tcp[0], tcp[1]])),
        to: (destination.to_vec(), u16::from_be_bytes([tcp[2], tcp[3]])),
        seq: word(tcp, 4, true),
        ack: word(tcp, 8, true),
        flags: tcp[13],
        length: length as u32,
        payload: &payload[..payload.len().min(length)],
    })
}

/// One direction put in order.
#[derive(Default)]
struct Stream {
    next: Option<u32>,
    waiting: BTreeMap<u32, (Arrival, Vec<u8>, u32)>,
    end: Option<u32>,
}

impl Stream {
    fn deliver(&mut self, side: Side, session: &mut Session) {
        while let Some(next) = self.next {
            let Some((&at_seq, _)) = self.waiting.iter().find(|(seq, _)| next.wrapping_sub(**seq) < 1 << 31)
            else {
                return;
            };
            let (at, octets, length) = self.waiting.remove(&at_seq).unwrap();
            let known = next.wrapping_sub(at_seq);
            if known >= length {
                continue;
            }
            if let Some(new) = octets.get(known as usize..) {
                session.handle(side, Chunk::Data { at, octets: new });
            }
            let captured = (octets.len() as u32).max(known);
            if captured < length {
                session.handle(side, Chunk::Segment { at, octets: u64::from(length - captured) });
            }
            self.next = Some(at_seq.wrapping_add(length));
        }
    }

    /// The peer has acknowledged up to `ack`: what is missing before will not come.
    fn acknowledged(&mut self, ack: u32, at: Arrival, side: Side, session: &mut Session) {
        while let Some(next) = self.next {
            let first =
                self.waiting.keys().map(|seq| seq.wrapping_sub(next)).filter(|gap| *gap < 1 << 30).min();
            let missing = ack.wrapping_sub(next).min(first.unwrap_or(u32::MAX));
            if ack.wrapping_sub(next) >= 1 << 30 || missing == 0 || Some(next) == self.end {
                return;
            }
            session.handle(side, Chunk::Hole { at, octets: u64::from(missing) });
            self.next = Some(next.wrapping_add(missing));
            self.deliver(side, session);
        }
    }
}

fn endpoint(label: &Value, who: &str) -> Option<Endpoint> {
    let address: std::net::IpAddr = label["flow"][who].as_str()?.parse().ok()?;
    let octets = match address {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets().to_vec(),
    };
    let port = if who == "client" { &label["flow"]["client_port"] } else { &label["flow"]["server_port"] };
    Some((octets, port.as_u64()? as u16))
}

/// Feeds the labelled connection of a capture; `None` where this reader cannot read it.
fn labelled(file: &[u8], label: &Value) -> Option<Transcript> {
    transcript(&packets(file)?, &endpoint(label, "client")?, &endpoint(label, "server")?)
}

fn transcript(packets: &[Packet<'_>], client: &Endpoint, server: &Endpoint) -> Option<Transcript> {
    // A capture may be out of order by a few frames; putting it right is not this stage's task.
    let mut order: Vec<usize> = (0..packets.len()).collect();
    order.sort_by_key(|&number| packets[number].time);
    let mut streams = [Stream::default(), Stream::default()];
    let mut session = None;
    for number in order {
        let packet = &packets[number];
        let Some(tcp) = tcp(packet.octets) else { continue };
        let side = if tcp.from == *client && tcp.to == *server {
            Side::Client
        } else if tcp.from == *server && tcp.to == *client {
            Side::Server
        } else {
            continue;
        };
        let at = Arrival { frame: FrameNo(number as u64 + 1), time: Timestamp::from_nanos(packet.time) };
        let syn = tcp.flags & 2 != 0;
        let session = session.get_or_insert_with(|| {
            if syn { Session::new(&Limits::default()) } else { Session::midstream(&Limits::default()) }
        });
        let (own, peer) = streams.split_at_mut(1);
        let (own, peer) =
            if side == Side::Client { (&mut own[0], &mut peer[0]) } else { (&mut peer[0], &mut own[0]) };
        let data_start = tcp.seq.wrapping_add(u32::from(syn));
        if tcp.flags & 4 == 0 {
            own.next.get_or_insert(data_start);
            if tcp.flags & 16 != 0 {
                if syn {
                    peer.next.get_or_insert(tcp.ack);
                }
                peer.acknowledged(tcp.ack, at, !side, session);
            }
            if tcp.length > 0 {
                own.waiting.insert(data_start, (at, tcp.payload.to_vec(), tcp.length));
            }
            own.deliver(side, session);
        }
        if tcp.flags & 5 != 0 {
            own.end.get_or_insert(data_start.wrapping_add(tcp.length));
            session.handle_end(side, at);
        }
    }
    session.map(|session| session.finish())
}

fn each_label(mut look: impl FnMut(&Value, &Transcript)) -> bool {
    let Some(shared) = shared() else {
        eprintln!("skipped: no shared captures (set SSHRST_SHARED)");
        return false;
    };
    for set in ["captures", "captures-hard"] {
        let labels = fs::read_to_string(shared.join(set).join("labels.json")).unwrap();
        let labels: Vec<Value> = serde_json::from_str(&labels).unwrap();
        for label in &labels {
            let file = fs::read(shared.join(set).join(label["file"].as_str().unwrap())).unwrap();
            if let Some(transcript) = labelled(&file, label) {
                look(label, &transcript);
            }
        }
    }
    true
}

const fn word_of(phase: Option<Phase>) -> &'static str {
    match phase {
        None => "null",
        Some(Phase::Banner) => "banner",
        Some(Phase::Kex) => "kex",
        Some(Phase::Auth) => "auth",
        Some(Phase::Session) => "session",
    }
}

#[test]
fn phases_are_those_of_the_labels() {
    let (mut seen, mut right, mut cipher) = (0, 0, BTreeMap::<(&str, bool), u32>::new());
    let ran = each_label(|label, transcript| {
        let Some(visible) = label["phase_in_packets"].as_str().filter(|&visible| visible != "tcp-handshake")
        else {
            return;
        };
        let said = word_of(transcript.phase);
        let truth = label["phase"].as_str().unwrap();
        let ok = match visible {
            "encrypted" => {
                let ok = (said == "auth") == (truth == "auth") && matches!(said, "auth" | "session");
                if matches!(truth, "auth" | "session" | "closed") {
                    *cipher.entry((if truth == "auth" { "auth" } else { "later" }, ok)).or_default() += 1;
                }
                ok || truth == "kex" && matches!(said, "auth" | "session")
            }
            visible => said == visible || said == truth || said == "session" && truth == "closed",
        };
        seen += 1;
        right += u32::from(ok);
        if !ok {
            eprintln!(
                "{} {} {}: said {said}, truth {truth}, visible {visible}",
                label["file"], label["scenario"], label["flaw"]
            );
            eprintln!("   {:?}", transcript.cipher);
        }
    });
    if ran {
        eprintln!("phases: {right} of {seen}; in cipher {cipher:?}");
        assert!(right * 100 >= seen * 98);
    }
}

#[test]
fn sound_sessions_break_no_rule() {
    // What these do is against the protocol, and meant to be. In `modern-max-startups` the lab's own client writes
    // `more` behind its identification string.
    let wrong = [
        "bad-length",
        "dropbear-bad-length",
        "garbage-server",
        "http-client",
        "long-banner-server",
        "modern-max-startups",
        "ssh1-client",
    ];
    let (mut broken, mut looked_at) = (0, 0);
    each_label(|label, transcript| {
        let scenario = label["scenario"].as_str().unwrap();
        let meant = wrong.contains(&scenario);
        for violation in &transcript.violations {
            eprintln!("{} {scenario}: {violation:?}", label["file"]);
        }
        looked_at += u32::from(!meant);
        broken += u32::from(!meant && !transcript.violations.is_empty());
    });
    eprintln!("{looked_at} connections without a fault of their own");
    assert_eq!(broken, 0);
}
