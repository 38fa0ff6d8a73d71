//! Connections that are judged and let go while the capture is still read: what the report counts, and that the number of
//! threads makes no difference.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

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

/// The report on `tries` refused connections, eight to a batch.
fn report(tries: u16, limits: Limits, threads: usize) -> Report {
    let mut analysis = Analysis::new(limits, Ports::default()).on(Threads::new(Some(threads)).unwrap());
    let mut packets = (0..tries).flat_map(|n| {
        [false, true].map(|answer| {
            let number = u64::from(n) * 2 + u64::from(answer) + 1;
            (number, packet(20_000 + n, u32::from(n) * 7 + 1, answer))
        })
    });
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
