//! Connections that are judged and let go while the capture is still read: what the report counts, and that the number of
//! threads makes no difference.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod refused;

use refused::packet;
use sshrst::analysis::{Analysis, Frames, Ports, Threads};
use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::report::model::{self, Options, Report};
use sshrst::units::Timestamp;

/// Some packets of a scan in which each connection is refused, one every ten milliseconds.
#[derive(Default)]
struct Packets(Vec<(u64, Vec<u8>)>);

impl Frames for Packets {
    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.0.iter().map(|(number, data)| Frame {
            number: FrameNo(*number),
            time: Timestamp::from_nanos(1_700_000_000_000_000_000 + *number as i64 * 5_000_000),
            link: LinkType::RAW,
            place: Place::default(),
            mark: Mark::None,
            wire_len: data.len() as u32,
            data,
        })
    }
}

/// The packets of `tries` refused connections.
fn refused(tries: u16) -> impl Iterator<Item = Vec<u8>> + Send {
    (0..tries).flat_map(|n| [false, true].map(|answer| packet(20_000 + n, u32::from(n) * 7 + 1, answer)))
}

/// The report on `tries` refused connections.
fn report(tries: u16, limits: Limits, threads: usize) -> Report {
    report_on(refused(tries), limits, threads)
}

/// The report on `packets`, sixteen to a batch.
fn report_on(packets: impl Iterator<Item = Vec<u8>> + Send, limits: Limits, threads: usize) -> Report {
    let mut analysis = Analysis::new(limits, Ports::default()).on(Threads::new(Some(threads)).unwrap());
    let mut packets = (1..).zip(packets);
    analysis.follow(Packets::default, &mut |batch: &mut Packets| {
        batch.0 = packets.by_ref().take(16).collect();
        !batch.0.is_empty()
    });
    let options = Options { reproducible: true, ..Options::default() };
    model::build(&analysis.finish(Vec::new()), &[], &options)
}

#[test]
fn crowds_that_are_thinned_on_the_way_give_the_report_of_those_that_are_not() {
    let whole = report(3_000, Limits::default(), 1);
    let limits = Limits { crowd: 300, judged_singly: 10, ..Limits::default() };
    for threads in [1, 2, 8] {
        let thinned = report(3_000, limits, threads);
        assert_eq!(thinned.patterns, whole.patterns, "{threads} threads");
        assert_eq!(thinned.sessions, whole.sessions, "{threads} threads");
        assert_eq!(thinned.capture, whole.capture, "nothing is lost by it");
    }
}

/// So much that some hundred refused connections fit.
const LITTLE: usize = 16 * 1024 * 1024 + 256 * 1024;

#[test]
fn what_does_not_fit_into_memory_is_counted_and_the_report_says_so() {
    let limits = Limits { memory: LITTLE, ..Limits::default() };
    let one = report(3_000, limits, 1);
    let row = one.patterns.iter().find(|pattern| pattern.id == "handshakes-alike").unwrap();
    assert_eq!((row.count, row.sessions.len()), (3_000, 3), "{}", row.detail);
    let said = one.capture.limits.iter().find(|limit| limit.id == "limit-reached");
    let said = said.unwrap_or_else(|| panic!("nothing is let go in silence")).detail.as_str();
    assert!(said.contains("let go before the end of the capture") && said.contains("16 MiB"), "{said}");
    for threads in [2, 8] {
        assert_eq!(report(3_000, limits, threads), one, "{threads} threads");
    }
}

#[test]
fn what_fits_is_not_let_go() {
    let limits = Limits { memory: LITTLE, ..Limits::default() };
    assert_eq!(report(50, limits, 1), report(50, Limits::default(), 1));
}

/// A packet of a session between the same two hosts, with these numbers and flags.
fn of_session(server: bool, numbers: [u32; 2], flags: u8) -> Vec<u8> {
    let mut octets = packet(9_999, 0, server);
    octets[24..32].copy_from_slice(&numbers.map(u32::to_be_bytes).concat());
    octets[33] = flags;
    octets
}

#[test]
fn what_a_session_showed_of_its_server_is_known_when_it_is_gone() {
    let [fin, syn, rst, ack] = [1, 2, 4, 16];
    let packets = || {
        let session = [
            of_session(false, [100, 0], syn),
            of_session(true, [500, 101], syn | ack),
            of_session(false, [101, 501], ack),
            of_session(false, [101, 501], fin | ack),
            of_session(true, [501, 102], fin | ack),
            of_session(false, [102, 502], ack),
        ];
        // The last one is like none of the others: the server aborts it.
        let mut last = of_session(true, [7, 8], rst | ack);
        last[22..24].copy_from_slice(&9_998_u16.to_be_bytes());
        // Only the session meets that server before.
        let elsewhere = refused(3_000).zip([16, 12].into_iter().cycle()).map(|(mut packet, server)| {
            packet[server + 3] = 2;
            packet
        });
        session.into_iter().chain(elsewhere).chain([last])
    };
    let limits = Limits { brief_packets: 2, ..Limits::default() };
    let little = Limits { memory: LITTLE, ..limits };
    let evidence = |report: &Report| {
        let reset = report.sessions.iter().filter_map(|session| session.reset.as_ref()).next_back().unwrap();
        reset.evidence.iter().find(|item| item.id == "reset-ttl-differs").unwrap().summary.clone()
    };
    let (whole, gone) = (report_on(packets(), limits, 1), report_on(packets(), little, 2));
    assert!(gone.capture.limits.iter().any(|limit| limit.id == "limit-reached"));
    assert_eq!(evidence(&gone), evidence(&whole));
    assert!(evidence(&whole).contains("TTL 60, as "), "{}", evidence(&whole));
}
