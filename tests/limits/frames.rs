//! Bounds of what is followed in one frame, and of what waits for others.

use sshrst::limits::Limits;

use super::forge::{ACK, CLIENT, SYN, Segment, ip, segment};
use super::{capture, report, said};

fn syn() -> Vec<u8> {
    segment(false, 100, 0, SYN, b"")
}

pub(crate) fn a_deeper_tunnel_is_not_decoded() {
    let limits = Limits { encapsulations: 3, ..Limits::default() };
    let sessions = |depth: usize| {
        // IPv4 in IPv4 is protocol 4.
        let packet = (0..depth).fold(syn(), |inner, _| [ip(4, false, CLIENT, inner.len()), inner].concat());
        let report = report(&capture([packet]), limits);
        (report.sessions.len(), said(&report).iter().filter(|it| it.contains("frames-not-decoded")).count())
    };
    assert_eq!([sessions(3), sessions(4)], [(1, 0), (0, 1)]);
}

pub(crate) fn one_more_extension_header_is_not_decoded() {
    let limits = Limits { extension_headers: 2, ..Limits::default() };
    let sessions = |count: usize| {
        let tcp = &syn()[20..];
        // Destination Options (60) of eight octets, the last of them before TCP (6): RFC 8200 §4.6.
        let options = (1..=count).flat_map(|nth| [if nth < count { 60 } else { 6 }, 0, 1, 4, 0, 0, 0, 0]);
        let options: Vec<u8> = options.collect();
        let [high, low] = ((options.len() + tcp.len()) as u16).to_be_bytes();
        let header = [0x60, 0, 0, 0, high, low, if count > 0 { 60 } else { 6 }, 64];
        let packet = [&header[..], &[0xfd; 16], &[0xfe; 16], &options, tcp].concat();
        let report = report(&capture([packet]), limits);
        (report.sessions.len(), said(&report).iter().filter(|it| it.contains("frames-not-decoded")).count())
    };
    assert_eq!([sessions(0), sessions(2), sessions(3)], [(1, 0), (1, 0), (0, 1)]);
}

/// Both pieces of a datagram with this identification, which hold a segment of 24 and 16 octets of data (RFC 791 §3.2).
fn pieces(id: u16) -> [Vec<u8>; 2] {
    let client = [203, 0, 113, id as u8];
    let whole =
        Segment { client, port: 40_000, answer: false, seq: 1, ack: 1, flags: ACK, data: &[b'x'; 40] }
            .octets();
    let (header, data) = whole.split_at(20);
    [(0x20, 0, &data[..24]), (0, 3, &data[24..])].map(|(flags, offset, part)| {
        let mut header = header.to_vec();
        header[2..4].copy_from_slice(&(20 + part.len() as u16).to_be_bytes());
        header[4..8].copy_from_slice(&[0, id as u8, flags, offset]);
        [header, part.to_vec()].concat()
    })
}

pub(crate) fn of_more_datagrams_in_pieces_the_oldest_is_given_up() {
    let [[one, other], [first, second]] = [pieces(1), pieces(2)];
    let mixed = capture([one, first, other, second]);
    let clients = |most| {
        let report = report(&mixed, Limits { fragment_trains: most, ..Limits::default() });
        let clients: Vec<String> = report.sessions.iter().map(|it| it.client.ip.clone()).collect();
        (clients, said(&report).iter().filter(|it| it.contains("miss fragments")).count())
    };
    assert_eq!(clients(2), (vec!["203.0.113.1".to_owned(), "203.0.113.2".to_owned()], 0));
    // The second piece of the first datagram begins another wait, which is given up for that of the second.
    assert_eq!(clients(1), (vec![], 1));
}

pub(crate) fn a_longer_datagram_in_pieces_is_given_up() {
    // 20 octets of TCP's header and 40 of data.
    for (most, sessions) in [(60, 1), (59, 0)] {
        let report = report(&capture(pieces(1)), Limits { fragment_octets: most, ..Limits::default() });
        assert_eq!(report.sessions.len(), sessions, "{most}");
        let not_decoded = said(&report).iter().filter(|it| it.contains("miss fragments")).count();
        assert_eq!(not_decoded, 1 - sessions, "{most}");
    }
}

pub(crate) fn more_frames_that_cannot_be_decoded_are_counted() {
    let cut = syn()[..30].to_vec();
    let three = capture(std::iter::repeat_n(cut, 3));
    for most in [1, 3] {
        let report = report(&three, Limits { undecoded_examples: most, ..Limits::default() });
        let [limit] = &report.capture.limits[..] else { panic!("{:?}", report.capture.limits) };
        assert!(limit.detail.starts_with("3 frames"), "{}", limit.detail);
        assert_eq!(limit.frames.len(), most);
    }
}
