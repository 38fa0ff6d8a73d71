//! Bounds of what is kept while frames still come.

use sshrst::analysis::{Findings, Ports, Watch};
use sshrst::detect::Outcome;
use sshrst::limits::Limits;
use sshrst::units::Elapsed;

use super::forge::{ACK, opening, segment};
use super::recording::Recording;
use super::refused::packet;
use super::{built, capture, said};

const FIN: u8 = 1;

/// Watches a capture whose frames come `apart`, and looks whenever it is time to.
fn watched(capture: &Recording, apart: Elapsed, limits: Limits) -> (Vec<Findings>, Findings) {
    let mut watch = Watch::new(limits, Ports::default());
    let (mut told, mut now) = (Vec::new(), Elapsed::ZERO);
    let mut look = |watch: &mut Watch, until: Elapsed| {
        while let Some(due) = watch.due().filter(|due| *due <= until) {
            watch.look(due, &mut |news| told.push(news.findings));
        }
    };
    for frame in &capture.frames {
        let time = frame.time + now.as_nanos();
        watch.handle_frame(&super::Recorded { time, ..frame.clone() }.as_frame(), now);
        now = now + apart;
        look(&mut watch, now);
    }
    look(&mut watch, now + Elapsed::from_secs(60));
    let (findings, _) = watch.finish(Vec::new());
    (told, findings)
}

/// So many connections that a closed port refuses, one after the other.
fn refused(connections: u16) -> Recording {
    capture((0..connections).flat_map(|n| [false, true].map(|answer| packet(20_000 + n, 7, answer))))
}

pub(crate) fn more_of_the_past_goes_and_that_is_said() {
    let of = |finished_octets| {
        let limits = Limits { finished_octets, ..Limits::default() };
        let (told, findings) = watched(&refused(4), Elapsed::from_secs(10), limits);
        (told.len(), findings.sessions.len(), said(&built(&findings)).join("\n"))
    };
    assert_eq!(of(Limits::default().finished_octets), (4, 4, String::new()));
    let (told, kept, said) = of(0);
    assert_eq!((told, kept), (4, 0));
    assert!(said.starts_with("limit-reached: "), "{said}");
}

pub(crate) fn an_older_handshake_goes_and_that_is_said() {
    // All of them at once: the end of none can be told yet.
    let of = |handshakes_watched| {
        let limits = Limits { handshakes_watched, ..Limits::default() };
        let (_, findings) = watched(&refused(4), Elapsed::ZERO, limits);
        (findings.sessions.len(), said(&built(&findings)).join("\n"))
    };
    assert_eq!(of(4), (4, String::new()));
    let (kept, said) = of(2);
    assert_eq!(kept, 2);
    assert!(said.contains("2 connections") && said.contains("let go before their end"), "{said}");
}

pub(crate) fn more_hosts_of_the_past_are_forgotten() {
    // A whole connection, and later one that is refused: by the first the server's distance is known.
    let data =
        [segment(false, 101, 201, ACK, b"SSH-2.0-x\r\n"), segment(true, 201, 112, ACK, b"SSH-2.0-y\r\n")];
    let close = [segment(true, 212, 112, FIN | ACK, b""), segment(false, 112, 213, FIN | ACK, b"")];
    let again = [false, true].map(|answer| packet(50_000, 7, answer));
    let capture = capture(opening().into_iter().chain(data).chain(close).chain(again));
    let ttl_is_known = |hosts_remembered| {
        // The first is gone when the second comes: only what is remembered of its hosts is left.
        let limits = Limits { hosts_remembered, finished_octets: 0, ..Limits::default() };
        let (told, _) = watched(&capture, Elapsed::from_secs(4), limits);
        let verdict = told.last().unwrap().sessions[0].diagnosis.verdict.as_ref().unwrap();
        let ttl = verdict.evidence.iter().find(|it| it.meta.id == "reset-ttl-differs").unwrap();
        !matches!(ttl.outcome, Outcome::CannotTell(_))
    };
    assert_eq!([ttl_is_known(2), ttl_is_known(0)], [true, false]);
}
