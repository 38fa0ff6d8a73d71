//! Bounds of what is kept of connections.

use sshrst::analysis::{Analysis, Findings, Frames, Ports};
use sshrst::flow::{Flow, Side};
use sshrst::frame::Frame;
use sshrst::limits::Limits;

use super::forge::{ACK, RST, opening, segment};
use super::recording::Recording;
use super::refused::packet;
use super::{built, capture, report, said};

/// A connection whose client sends so many segments of so many octets, each of them acknowledged.
fn talk(segments: u32, octets: u32) -> Recording {
    let exchange = (0..segments).flat_map(|number| {
        let at = 101 + number * octets;
        let data = vec![b'a' + (number % 26) as u8; octets as usize];
        [segment(false, at, 201, ACK, &data), segment(true, 201, at + octets, ACK, b"")]
    });
    capture(opening().into_iter().chain(exchange))
}

fn flow(findings: &Findings) -> &Flow {
    &findings.sessions[0].case.flow
}

pub(crate) fn more_packets_make_a_flow_that_says_the_same() {
    // Three packets open it: the bound lies within, and before and behind the end.
    let capture = talk(3, 40);
    let whole = report(&capture, Limits { brief_packets: 0, ..Limits::default() });
    assert_eq!(whole.sessions.len(), 1);
    for brief_packets in [3, 8, 9, 10] {
        let limits = Limits { brief_packets, ..Limits::default() };
        assert_eq!(report(&capture, limits), whole, "{brief_packets}");
    }
}

pub(crate) fn more_octets_make_a_flow_that_says_the_same() {
    let capture = talk(3, 40);
    let whole = report(&capture, Limits { brief_packets: 0, ..Limits::default() });
    for brief_octets in [0, 39, 40, 80, 119, 120] {
        let limits = Limits { brief_octets, ..Limits::default() };
        assert_eq!(report(&capture, limits), whole, "{brief_octets}");
    }
}

/// So many connections that a closed port refuses.
fn scan(connections: u16) -> Recording {
    let tries = (0..connections).flat_map(|n| {
        let isn = u32::from(n) * 7 + 1;
        [false, true].map(|answer| packet(20_000 + n, isn, answer))
    });
    capture(tries)
}

pub(crate) fn more_brief_connections_are_judged_by_what_they_look_like_and_get_the_same_report() {
    let scan = scan(40);
    let singly = report(&scan, Limits::default());
    assert!(singly.patterns.iter().any(|pattern| pattern.count == 40), "{:?}", singly.patterns);
    let told = |judged_singly| scan.analysed_within(Limits { judged_singly, ..Limits::default() });
    assert_eq!([40, 39].map(|most| built(&told(most))), [singly.clone(), singly]);
    // Of those that look alike only the examples are there.
    assert_eq!([40, 39].map(|most| told(most).sessions.len()), [40, 3]);
}

/// Eight frames of a recording.
#[derive(Default)]
struct Eight(Vec<super::Recorded>);

impl Frames for Eight {
    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.0.iter().map(super::Recorded::as_frame)
    }
}

/// The analysis of a recording that is read eight frames at a time.
fn followed(recording: &Recording, limits: Limits) -> Findings {
    let mut analysis = Analysis::new(limits, Ports::default());
    let mut frames = recording.frames.iter().cloned();
    analysis.follow(Eight::default, &mut |batch: &mut Eight| {
        batch.0 = frames.by_ref().take(8).collect();
        !batch.0.is_empty()
    });
    analysis.finish(Vec::new())
}

pub(crate) fn more_brief_connections_are_thinned_and_get_the_same_report() {
    let scan = scan(400);
    let limits = Limits { crowd: 100, judged_singly: 10, ..Limits::default() };
    assert_eq!(built(&followed(&scan, limits)), report(&scan, Limits::default()));
}

pub(crate) fn what_takes_more_is_let_go_and_that_is_said() {
    let scan = scan(400);
    let told = |memory| built(&followed(&scan, Limits { memory, ..Limits::default() }));
    let (enough, none) = (told(usize::MAX), told(0));
    assert!(said(&enough).is_empty(), "{:?}", said(&enough));
    let count = |report: &super::Report| report.patterns.iter().map(|pattern| pattern.count).max();
    assert_eq!((count(&enough), count(&none)), (Some(400), Some(400)));
    assert!(said(&none).iter().any(|it| it.starts_with("limit-reached: ") && it.contains("let go")));
}

pub(crate) fn of_a_longer_connection_the_middle_is_not_kept() {
    let talk = talk(20, 100);
    let kept = |timeline_head, timeline_tail| {
        let limits = Limits { timeline_head, timeline_tail, ..Limits::default() };
        let findings = talk.analysed_within(limits);
        let mut flow = flow(&findings).clone();
        flow.wake();
        assert_eq!((flow.packets, flow.half(Side::Client).octets), (43, 2_000), "all are counted");
        flow.timeline.segments().map(|segment| segment.frame.0).collect::<Vec<u64>>()
    };
    assert_eq!(kept(43, 8).len(), 43);
    assert_eq!(kept(4, 5), [1, 2, 3, 4, 39, 40, 41, 42, 43]);
    assert_eq!(kept(2, 8), [1, 2, 36, 37, 38, 39, 40, 41, 42, 43]);
}

pub(crate) fn more_resets_are_counted_and_that_is_said() {
    let resets = (0..5).map(|number| segment(true, 900_000 + number, 101, RST, b""));
    let capture = capture(opening().into_iter().chain(resets));
    let told = |resets_per_flow| said(&report(&capture, Limits { resets_per_flow, ..Limits::default() }));
    assert_eq!(told(5), Vec::<String>::new());
    assert_eq!(told(2), ["limit-reached: 5 resets, the first 2 looked at singly"]);
}

/// A client's octets of which the first come last, behind three segments of ten.
fn late_start() -> Recording {
    let behind = [111, 121, 131].map(|at| segment(false, at, 201, ACK, &[b'x'; 10]));
    let first = [segment(false, 101, 201, ACK, b"SSH-2.0-x\n"), segment(true, 201, 141, ACK, b"")];
    capture(opening().into_iter().chain(behind).chain(first))
}

/// What is said to be missing of [`late_start`].
fn missing(limits: Limits) -> Vec<String> {
    said(&report(&late_start(), limits))
}

const TEN: &str = "packets-missing: 10 octets that were acknowledged are not in the capture";

pub(crate) fn more_octets_behind_a_hole_make_it_one() {
    let missing = |reorder_octets| missing(Limits { reorder_octets, ..Limits::default() });
    assert_eq!((missing(30), missing(29)), (vec![], vec![TEN.to_owned()]));
}

pub(crate) fn more_segments_behind_a_hole_make_it_one() {
    let missing = |reorder_segments| missing(Limits { reorder_segments, ..Limits::default() });
    assert_eq!((missing(3), missing(2)), (vec![], vec![TEN.to_owned()]));
}

pub(crate) fn what_a_segment_before_them_said_is_forgotten() {
    let sent = [(101, b"SSH-2.0-x\n"), (111, b"0123456789"), (121, b"0123456789"), (101, b"SSH-2.0-y\n")];
    let sent = sent.map(|(at, data)| segment(false, at, 201, ACK, data));
    let capture = capture(opening().into_iter().chain(sent));
    let told = |segments_compared| {
        let said = said(&report(&capture, Limits { segments_compared, ..Limits::default() }));
        said.iter().filter(|it| it.starts_with("segments-contradict")).count()
    };
    assert_eq!([told(3), told(2)], [1, 0]);
}

pub(crate) fn an_older_segment_measures_no_round_trip() {
    let loops = |round_trip_marks| {
        let sent = [segment(false, 101, 201, ACK, b"one"), segment(false, 104, 201, ACK, b"two")];
        let answer = segment(true, 201, 104, ACK, b"");
        let capture = capture(opening().into_iter().chain(sent).chain([answer]));
        let findings = capture.analysed_within(Limits { round_trip_marks, ..Limits::default() });
        flow(&findings).half(Side::Server).round_trips.count
    };
    // The SYN's, and that of the first of two segments, of which only the first is acknowledged.
    assert_eq!([loops(2), loops(1)], [2, 1]);
}
