//! A box on the path that forges its reset to look like the server's, in every field that it can set.
//!
//! What it cannot do is to be the server: to send the reset no earlier than the server could answer, it has to wait, and the
//! server, which still has the connection, goes on to talk. Where it can hide that, too, no single capture tells the two
//! apart: then no more may be said than of an honest reset of the same form.

use sshrst::flow::Side;
use sshrst::infer::{Sender, Verdict};

use super::recording::{Packet, Recording, slugs};

/// What is forged; each on its own, and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forged {
    Ttl,
    Tos,
    Identification,
    Window,
    Time,
    All,
}

/// The verdict on the decisive reset.
fn verdict(recording: &Recording) -> Option<(u64, Verdict)> {
    let findings = recording.analysed();
    let judged = findings.sessions.into_iter().next()?;
    let frame = judged.case.reset.as_ref()?.segment().frame.0;
    Some((frame, judged.diagnosis.verdict?))
}

/// The captures in which a box between them reset a connection as the server, and where that is known.
fn forged() -> Vec<(String, Recording, u64)> {
    let mut found = Vec::new();
    for slug in slugs() {
        let recording = Recording::load(&slug).unwrap();
        let Some((frame, verdict)) = verdict(&recording) else { continue };
        let index = recording.frames.iter().position(|it| it.number == frame).unwrap();
        if verdict.sender == Sender::Middlebox && recording.frames[index].sender() == Some(Side::Server) {
            found.push((slug, recording, frame));
        }
    }
    found
}

/// Makes the resets look like the server's last packet before them, as far as `what` says.
fn forge(recording: &mut Recording, what: Forged) {
    let does = |it: Forged| what == it || what == Forged::All;
    let mut model: Option<(Vec<u8>, Packet)> = None;
    let round_trip = 80_000_000;
    for index in 0..recording.frames.len() {
        let frame = &mut recording.frames[index];
        let Some(packet) = Packet::of(frame).filter(|_| frame.sender() == Some(Side::Server)) else {
            continue;
        };
        if frame.data[packet.tcp + 13] & 4 == 0 {
            model = Some((frame.data.clone(), packet));
            continue;
        }
        let Some((like, known)) = model.as_ref().filter(|(_, known)| known.v6 == packet.v6) else { continue };
        let sum = packet.sum(frame);
        let fields = if packet.v6 { [7, 0, 1, 2] } else { [8, 1, 4, 5] };
        if does(Forged::Ttl) {
            frame.data[packet.ip + fields[0]] = like[known.ip + fields[0]];
        }
        if does(Forged::Tos) {
            frame.data[packet.ip + fields[1]] = like[known.ip + fields[1]];
        }
        if does(Forged::Identification) {
            for at in [fields[2], fields[3]] {
                frame.data[packet.ip + at] = like[known.ip + at];
            }
            if !packet.v6 {
                let low = &mut frame.data[packet.ip + 5];
                *low = low.wrapping_add(1);
            }
        }
        // A RST without ACK has no window to speak of.
        if does(Forged::Window) && frame.data[packet.tcp + 13] & 16 != 0 {
            let at = packet.tcp + 14;
            frame.data[at..at + 2].copy_from_slice(&like[known.tcp + 14..known.tcp + 16]);
        }
        packet.set_sum(frame, sum);
        if does(Forged::Time) {
            // No sooner than the server could have answered.
            recording.frames[index..].iter_mut().for_each(|frame| frame.time += round_trip);
        }
    }
}

/// From this on a reader acts on it.
const CONFIDENT: f64 = 0.9;

#[test]
fn no_single_forged_field_makes_the_server_of_a_box() {
    let captures = forged();
    assert!(captures.len() >= 3, "{} captures", captures.len());
    for (slug, recording, _) in captures {
        for what in [Forged::Ttl, Forged::Tos, Forged::Identification, Forged::Window, Forged::Time] {
            let mut changed = recording.clone();
            forge(&mut changed, what);
            let Some((frame, verdict)) = verdict(&changed) else { continue };
            let sure = verdict.sender == Sender::Server && verdict.confidence >= CONFIDENT;
            assert!(!sure, "{slug} {what:?}, frame {frame}: {:.3}", verdict.confidence);
        }
    }
}

/// The surest that the laboratory's servers are of an honest reset: what a perfect forgery can be taken for at most.
fn honest() -> f64 {
    let verdicts = slugs().into_iter().filter_map(|slug| verdict(&Recording::load(&slug).unwrap()));
    let servers = verdicts.filter(|(_, verdict)| verdict.sender == Sender::Server);
    servers.map(|(_, verdict)| verdict.confidence).fold(0.0, f64::max)
}

#[test]
fn a_reset_that_is_forged_in_all_fields_is_taken_for_no_more_than_an_honest_one() {
    let honest = honest();
    for (slug, recording, _) in forged() {
        let mut changed = recording.clone();
        forge(&mut changed, Forged::All);
        let Some((frame, verdict)) = verdict(&changed) else { continue };
        println!("{slug} {frame}: {} {:.3}", verdict.sender.word(), verdict.confidence);
        assert!(verdict.sender != Sender::Server || verdict.confidence <= honest, "{slug}");
        // The box cannot keep the server from talking.
        let last = changed.frames.iter().rposition(|it| it.sender() == Some(Side::Server)).unwrap();
        if changed.frames[last].number > frame && !is_reset(&changed, last) {
            assert_ne!(verdict.sender, Sender::Server, "{slug}: the server goes on to talk");
        }
    }
}

fn is_reset(recording: &Recording, index: usize) -> bool {
    let frame = &recording.frames[index];
    Packet::of(frame).is_some_and(|packet| frame.data[packet.tcp + 13] & 4 != 0)
}
