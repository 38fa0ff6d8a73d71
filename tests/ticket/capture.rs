//! A capture that names names wherever a capture can.

use sshrst::frame::{LinkType, Mark};

use super::recording::{Recorded, Recording};

/// What nobody may learn from a redacted report.
pub(crate) const NAMES: [&str; 6] =
    ["alice", "bastion", "corp.example", "corp-eth0", "10.99.0.1", "secret-plan"];

/// The comment of the kept captures' identification strings, and one of the same length.
const COMMENTS: (&[u8], &[u8]) = (b"Debian-2+deb12u10", b"alice on bastion.");

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = [&code.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), value].concat();
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

fn packet(frame: &Recorded, comment: &str) -> Vec<u8> {
    let time = frame.time as u64;
    let mut body = Vec::new();
    for word in [0, (time >> 32) as u32, time as u32, frame.data.len() as u32, frame.wire_len] {
        body.extend(word.to_le_bytes());
    }
    body.extend(&frame.data);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend([option(1, comment.as_bytes()), vec![0; 4]].concat());
    block(6, &body)
}

/// An ARP request for the server's address.
fn arp(before: &Recorded) -> Recorded {
    let request = [0, 1, 8, 0, 6, 4, 0, 1];
    let mut data = [&[0xff; 6][..], &before.data[6..12], &[8, 6], &request].concat();
    data.extend([&before.data[6..12], &before.data[26..30], &[0; 6], &before.data[30..34]].concat());
    Recorded { wire_len: data.len() as u32, data, mark: Mark::None, ..before.clone() }
}

/// The octets of the kept capture `slug` as pcapng, with names in its blocks, in its identification strings, and an ARP
/// frame; `None` where its frames are not Ethernet.
pub(crate) fn telling(slug: &str) -> Option<Vec<u8>> {
    let recording = Recording::load(slug).unwrap();
    let first = recording.frames.first().filter(|first| first.link == LinkType::ETHERNET)?;
    let mut section = [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0].to_vec();
    section.extend([0xff; 8]);
    section.extend(
        [option(1, b"made by alice on bastion.corp.example"), option(3, b"bastion"), vec![0; 4]].concat(),
    );
    let mut interface = [1, 0, 0, 0, 0, 0, 4, 0].to_vec();
    for (code, value) in
        [(2, &b"corp-eth0"[..]), (3, b"uplink of bastion"), (9, &[9]), (11, b"\0host 10.99.0.1")]
    {
        interface.extend(option(code, value));
    }
    interface.extend([0; 4]);
    // A name-resolution block: one record of IPv4, the end.
    let record = [&[1, 0, 28, 0][..], &first.data[30..34], b"bastion.corp.example\0\0\0\0", &[0; 4]].concat();
    let mut octets = [block(0x0a0d_0d0a, &section), block(1, &interface), block(4, &record)].concat();
    if first.data[12..14] == [8, 0] {
        octets.extend(packet(&arp(first), "who has bastion"));
    }
    for frame in &recording.frames {
        let mut frame = frame.clone();
        let found = frame.data.windows(COMMENTS.0.len()).position(|it| it == COMMENTS.0);
        if let Some(at) = found {
            frame.data[at..at + COMMENTS.0.len()].copy_from_slice(COMMENTS.1);
        }
        octets.extend(packet(&frame, "see secret-plan"));
    }
    Some(octets)
}
