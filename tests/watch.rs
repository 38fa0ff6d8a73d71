//! The kept captures, frame by frame as if they were just being captured: each end is told in time, and the closing
//! report is the one that a file of the same frames gets.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests read files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod label;
mod refused;
mod shared;

use std::path::Path;

use label::{Labelled, labelled};
use refused::packet;
use sshrst::analysis::{Analysis, Ports, Told, Watch};
use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::report::model::{Options, Report, Session, build, died};
use sshrst::source::{self, Batch, Source};
use sshrst::units::{Elapsed, Timestamp};

fn captures() -> Vec<Labelled> {
    labelled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"))
}

fn each_frame(capture: &Path, mut take: impl FnMut(&Frame<'_>)) {
    let mut reader = source::open(capture, Limits::default()).unwrap();
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {
        batch.frames().for_each(|frame| take(&frame));
    }
}

/// What was told, and when.
struct Watched {
    told: Vec<(Elapsed, Session)>,
    report: Report,
    ids: Vec<u32>,
}

/// Watches a capture; `after`: for so long after its last frame, too.
fn watched(capture: &Path, limits: Limits, after: Elapsed) -> Watched {
    let mut watch = Watch::new(limits, Ports::default());
    let mut told = Vec::new();
    let mut first: Option<Timestamp> = None;
    let mut now = Elapsed::ZERO;
    let mut look = |watch: &mut Watch, until: Elapsed| {
        while let Some(due) = watch.due().filter(|due| *due <= until) {
            watch.look(due, &mut |news: Told| told.push((due, session(&news))));
        }
    };
    each_frame(capture, |frame| {
        let first = *first.get_or_insert(frame.time);
        // The clock that is handed in never goes back.
        now = now.max(frame.time.since(first));
        look(&mut watch, now);
        watch.handle_frame(frame, now);
    });
    look(&mut watch, now + after);
    let (findings, ids) = watch.finish(Vec::new());
    let report = build(&findings, &[], &Options::default());
    Watched { told, report, ids }
}

fn session(told: &Told) -> Session {
    build(&told.findings, &[], &Options::default()).sessions.pop().unwrap()
}

fn analysed(capture: &Path) -> Report {
    let mut analysis = Analysis::new(Limits::default(), Ports::default());
    each_frame(capture, |frame| analysis.handle_frame(frame));
    build(&analysis.finish(Vec::new()), &[], &Options::default())
}

#[test]
fn the_closing_report_is_that_of_the_file() {
    for folder in captures() {
        let watched = watched(&folder.capture, Limits::default(), Elapsed::ZERO);
        assert_eq!(watched.report, analysed(&folder.capture), "{}", folder.slug);
        let expected: Vec<u32> = (1..).take(watched.ids.len()).collect();
        assert_eq!(watched.ids, expected, "{}", folder.slug);
    }
}

/// Deaths of a capture that were not told, or not as the report has them.
fn told_otherwise(capture: &Path) -> (usize, Vec<String>) {
    let watched = watched(capture, Limits::default(), Elapsed::from_secs(40));
    let deaths: Vec<&Session> = watched.report.sessions.iter().filter(|session| died(session)).collect();
    let same = |it: &Session, session: &Session| {
        let first = |it: &Session| it.exchange.first().map(|step| step.frame);
        it.client == session.client && it.start == session.start && first(it) == first(session)
    };
    let verdict = |it: &Session| (it.ended_by, it.reset.as_ref().map(|reset| (reset.sender, reset.role)));
    let fault = |session: &&Session| {
        let name = format!("{}, session {}", capture.display(), session.id);
        let Some((_, last)) = watched.told.iter().rfind(|(_, told)| same(told, session)) else {
            return Some(format!("{name}: not told"));
        };
        // What other sessions say of the cause comes with the closing report.
        let cause = session.cause.moved.is_empty() && last.cause.id != session.cause.id;
        (verdict(last) != verdict(session) || cause).then(|| format!("{name}: {:?}", verdict(last)))
    };
    (deaths.len(), deaths.iter().filter_map(fault).collect())
}

#[test]
fn every_death_is_told_while_the_capture_runs_with_the_verdict_of_the_report() {
    for folder in captures() {
        let (_, faults) = told_otherwise(&folder.capture);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn a_reset_is_told_two_seconds_after_it_and_a_silence_once_its_sender_gave_up() {
    let folder = |slug: &str| captures().into_iter().find(|folder| folder.slug == slug).unwrap();
    for (slug, ended_by, at_most) in [
        ("idle-reject-seen-at-client", "reset", Elapsed::from_millis(3_000)),
        ("server-killed-unread-seen-at-client", "reset", Elapsed::from_millis(3_000)),
        ("syn-refused-seen-at-client", "reset", Elapsed::from_millis(3_000)),
        ("idle-drop-seen-at-client", "silence", Elapsed::from_secs(15)),
    ] {
        let folder = folder(slug);
        let first = first_time(&folder.capture);
        let watched = watched(&folder.capture, Limits::default(), Elapsed::from_secs(40));
        let (at, session) = watched.told.iter().find(|(_, told)| told.ended_by == ended_by).unwrap();
        let end = watched.report.sessions.iter().find(|it| it.start == session.start).unwrap();
        let died = match (&end.reset, &end.unanswered) {
            (Some(reset), _) => &reset.time,
            (None, Some(unanswered)) => &unanswered.dead_by,
            _ => panic!("{slug}: {end:?}"),
        };
        let delay = *at - moment(died).since(first);
        assert!(delay >= Elapsed::ZERO && delay <= at_most, "{slug}: told after {delay}");
    }
}

fn first_time(capture: &Path) -> Timestamp {
    let mut first = None;
    each_frame(capture, |frame| {
        first.get_or_insert(frame.time);
    });
    first.unwrap()
}

/// The moment that the report names, within one day.
fn moment(text: &str) -> Timestamp {
    let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap();
    let [year, month, day] = numbers(date, '-')[..] else { panic!("{date}") };
    let (clock, fraction) = time.split_once('.').unwrap();
    let [hour, minute, second] = numbers(clock, ':')[..] else { panic!("{clock}") };
    // Days since 1970-01-01 of a date in the civil calendar (March is the first month).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Timestamp::from_nanos(seconds * 1_000_000_000 + fraction.parse::<i64>().unwrap())
}

fn numbers(text: &str, separator: char) -> Vec<i64> {
    text.split(separator).map(|number| number.parse().unwrap()).collect()
}

#[test]
fn what_was_told_makes_room_and_the_report_says_so() {
    let limits = Limits { finished_octets: 1, ..Limits::default() };
    for slug in ["max-startups-seen-at-client", "syn-refused-seen-at-client"] {
        let folder = captures().into_iter().find(|folder| folder.slug == slug).unwrap();
        let watched = watched(&folder.capture, limits, Elapsed::from_secs(40));
        let whole = analysed(&folder.capture);
        let gone = whole.sessions.len() - watched.report.sessions.len();
        assert!(gone > 0, "{slug}: nothing was released");
        let limits: Vec<&str> = watched.report.capture.limits.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(limits, ["limit-reached"], "{slug}");
        for session in whole.sessions.iter().filter(|session| died(session)) {
            let told = watched.told.iter().any(|(_, told)| told.start == session.start);
            let kept = watched.report.sessions.iter().any(|kept| kept.start == session.start);
            assert!(told || kept, "{slug}: session {} is lost", session.id);
        }
    }
}

#[test]
fn a_flood_of_handshakes_is_let_go_oldest_first_and_counted() {
    let limits = Limits { handshakes_watched: 1, ..Limits::default() };
    let folder = captures().into_iter().find(|folder| folder.slug == "max-startups-seen-at-client").unwrap();
    let watched = watched(&folder.capture, limits, Elapsed::ZERO);
    let words: Vec<&str> = watched.report.capture.limits.iter().map(|it| it.detail.as_str()).collect();
    assert!(words.iter().any(|words| words.contains("let go before their end could be told")), "{words:?}");
    assert!(!watched.report.sessions.is_empty(), "the last ones are kept");
}

#[test]
fn a_port_that_is_used_again_is_not_let_go_for_the_age_of_its_first_use() {
    // Both the first use and what is told of it still known, and released.
    for finished_octets in [Limits::default().finished_octets, 0] {
        let limits = Limits { handshakes_watched: 8, finished_octets, ..Limits::default() };
        let mut watch = Watch::new(limits, Ports::default());
        let mut told = 0;
        for second in 0_i64..40 {
            let now = Elapsed::from_secs(second);
            // When the first of nine is to be let go, its port is that of the eighth, whose end cannot be told yet.
            let port = 40_000 + (second % 7) as u16;
            for (number, answer) in [(1, false), (2, true)] {
                let data = packet(port, 1_000 * second as u32, answer);
                let frame = Frame {
                    number: FrameNo(2 * second as u64 + number),
                    time: Timestamp::from_nanos(0) + now + Elapsed::from_millis(number as i64),
                    link: LinkType::RAW,
                    place: Place::default(),
                    mark: Mark::None,
                    wire_len: data.len() as u32,
                    data: &data,
                };
                watch.handle_frame(&frame, now);
            }
            let until = now + Elapsed::from_millis(if second < 39 { 900 } else { 9_000 });
            while let Some(due) = watch.due().filter(|due| *due <= until) {
                watch.look(due, &mut |_| told += 1);
            }
        }
        assert_eq!(told, 40, "with {finished_octets} octets");
    }
}

#[test]
fn drops_lower_the_confidence_of_sessions_that_lived_and_are_said_of_each() {
    let folder = captures().into_iter().find(|folder| folder.slug == "idle-reject-seen-at-client").unwrap();
    let judged = |drops: bool| {
        let mut watch = Watch::new(Limits::default(), Ports::default());
        each_frame(&folder.capture, |frame| {
            watch.handle_frame(frame, Elapsed::ZERO);
            if drops && frame.number.0 == 20 {
                watch.note_drops();
            }
        });
        build(&watch.finish(Vec::new()).0, &[], &Options::default()).sessions.pop().unwrap()
    };
    let (whole, dropped) = (judged(false), judged(true));
    let confidence = |session: &Session| session.reset.as_ref().unwrap().confidence;
    assert!(confidence(&dropped) < confidence(&whole));
    let said = |session: &Session| session.limits.iter().any(|limit| limit.id == "capture-dropped-packets");
    assert_eq!([said(&whole), said(&dropped)], [false, true]);
}

/// What is told of a capture whose host sets its clock by so many seconds before each of these frames, with the moment by a
/// clock that nobody sets; and the closing report, and what a file of the same frames gets.
fn clock_set(capture: &Path, steps: &[(u64, i64)]) -> (Vec<(Elapsed, Session)>, Report, Report) {
    let mut watch = Watch::new(Limits::default(), Ports::default());
    let mut file = Analysis::new(Limits::default(), Ports::default());
    let (mut told, mut first, mut now) = (Vec::new(), None, Elapsed::ZERO);
    let mut look = |watch: &mut Watch, until: Elapsed| {
        while let Some(due) = watch.due().filter(|due| *due <= until) {
            watch.look(due, &mut |news: Told| told.push((due, session(&news))));
        }
    };
    each_frame(capture, |frame| {
        now = now.max(frame.time.since(*first.get_or_insert(frame.time)));
        look(&mut watch, now);
        let set: i64 = steps.iter().filter(|(at, _)| *at <= frame.number.0).map(|(_, by)| by).sum();
        let frame = Frame { time: frame.time + Elapsed::from_secs(set), ..*frame };
        watch.handle_frame(&frame, now);
        file.handle_frame(&frame);
    });
    look(&mut watch, now + Elapsed::from_secs(40));
    let report = build(&watch.finish(Vec::new()).0, &[], &Options::default());
    let of_file = build(&file.finish(Vec::new()), &[], &Options::default());
    (told, report, of_file)
}

#[test]
fn a_clock_that_is_set_back_and_forward_delays_no_line_and_makes_none_surer() {
    let folder = captures().into_iter().find(|folder| folder.slug == "idle-reject-seen-at-client").unwrap();
    let (intact, ..) = clock_set(&folder.capture, &[]);
    let reset = |session: &Session| session.reset.clone().unwrap();
    let [(at, session)] = intact.as_slice() else { panic!("{intact:?}") };
    let hour = 3_600;
    for steps in [
        &[(41, -hour)][..],
        &[(41, hour)],
        // In the silence before the reset, and between the packet that it answers and the reset.
        &[(86, -hour)],
        &[(86, hour)],
        &[(87, -1)],
        &[(87, 1)],
        &[(20, -hour), (60, 2 * hour)],
        &[(20, hour), (60, -2 * hour)],
        &[(10, -1), (30, 86_400 * 365), (50, -86_400 * 730), (86, 2)],
    ] {
        let (told, report, of_file) = clock_set(&folder.capture, steps);
        assert_eq!(report, of_file, "{steps:?}");
        let ends: Vec<(Elapsed, &str)> = told.iter().map(|(at, it)| (*at, it.ended_by)).collect();
        assert_eq!(ends, [(*at, "reset")], "{steps:?}");
        let (told, before) = (reset(&told[0].1), reset(session));
        assert_eq!(told.sender, before.sender, "{steps:?}");
        assert!(told.confidence <= before.confidence + 0.001, "{steps:?}: {}", told.confidence);
    }
}

#[test]
fn captures_of_others_get_the_report_of_the_file_too() {
    let Some(shared) = shared::shared() else {
        eprintln!("skipped: there are no captures of others here");
        return;
    };
    let (mut looked_at, mut died) = (0, 0);
    for file in ["captures", "corpus"].iter().flat_map(|folder| shared::files_below(&shared.join(folder))) {
        if source::open(&file, Limits::default()).is_err() {
            continue;
        }
        looked_at += 1;
        let watched = watched(&file, Limits::default(), Elapsed::from_secs(1));
        let (live, of_file) = (watched.report, analysed(&file));
        assert_eq!(live.sessions, of_file.sessions, "{}", file.display());
        assert_eq!(live.patterns, of_file.patterns, "{}", file.display());
        let (deaths, faults) = told_otherwise(&file);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        died += deaths;
    }
    assert!(looked_at > 100 && died > 300, "{looked_at} {died}");
}
