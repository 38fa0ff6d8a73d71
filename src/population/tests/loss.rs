//! Sessions that died together.

use super::scene::{Scene, named, patterns};
use crate::case::Progress;
use crate::cause::Cause;
use crate::flow::Side;
use crate::infer::Sender;
use crate::population::Judged;

const TOGETHER: &str = "sessions-of-a-server-died-together";
const SEVERAL: &str = "sessions-of-several-servers-died-together";
const SILENT: &str = "server-fell-silent";
const LOST: &str = "server-lost-its-connections";

/// Sessions of one server that its side closes at these times.
fn closed_at(times: &[f64]) -> Scene {
    let mut scene = Scene::default();
    for (port, &time) in (40_000..).zip(times) {
        let mut talk = scene.talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", 0.1 * f64::from(port - 40_000));
        talk.open().key();
        talk.now = time;
        talk.close(Side::Server);
    }
    scene
}

fn share(judged: &Judged, cause: Cause) -> f64 {
    judged.diagnosis.causes.iter().find(|(it, _)| *it == cause).map_or(0.0, |(_, share)| *share)
}

#[test]
fn sessions_that_their_server_closes_within_a_second_died_together() {
    let found = closed_at(&[60.0, 60.002, 60.4]).found(TOGETHER);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sessions, [0, 1, 2]);
    assert!(found[0].detail.contains("3 by FIN"), "{}", found[0].detail);
}

#[test]
fn sessions_that_end_seconds_apart_or_on_other_servers_did_not() {
    assert!(closed_at(&[60.0, 63.0, 66.0]).found(TOGETHER).is_empty());
    let mut scene = Scene::default();
    for server in 1..4 {
        let mut talk = scene.talk("10.0.0.1:40000", &format!("10.9.0.{server}:22"), 0.0);
        talk.open().key().wait(20.0).close(Side::Server);
    }
    assert!(scene.found(TOGETHER).is_empty());
}

#[test]
fn what_their_client_closes_did_not_die_with_the_server() {
    let mut scene = Scene::default();
    for port in 40_000..40_004 {
        scene
            .talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", 0.0)
            .open()
            .key()
            .wait(9.0)
            .close(Side::Client);
    }
    assert!(scene.found(TOGETHER).is_empty());
}

#[test]
fn in_a_busy_capture_chance_brings_ends_together() {
    let times: Vec<f64> = (0..400).map(|index| 100.0 + 0.75 * f64::from(index)).collect();
    assert!(closed_at(&times).found(TOGETHER).is_empty());
}

#[test]
fn a_port_that_is_closed_afterwards_makes_a_shutdown_likelier_and_certain_it_is_not() {
    let alone = closed_at(&[60.0]).judged().remove(0);
    let mut scene = closed_at(&[60.0, 60.002]);
    scene.talk("10.0.0.1:41000", "10.9.0.2:22", 62.0).refused();
    let mut sessions = scene.judged();
    let found = named(patterns(&mut sessions), TOGETHER);
    assert!(found[0].detail.contains("a SYN was answered by a reset"), "{}", found[0].detail);
    let (before, after) = (share(&alone, Cause::ServerShutdown), share(&sessions[0], Cause::ServerShutdown));
    assert!(after > 2.0 * before && after < 0.97, "{before} to {after}");
    let proxy = Cause::ProxyIdleTimeout;
    assert!(share(&sessions[0], proxy) < share(&alone, proxy), "{:?}", sessions[0].diagnosis.causes);
    let moved = &sessions[0].diagnosis.moved;
    assert!(
        moved.iter().any(|it| it.pattern == TOGETHER && it.cause == Cause::ServerShutdown && it.by.0 > 0)
    );
    assert!(sessions[2].diagnosis.moved.is_empty(), "the refused SYN died of something else");
}

/// Two sessions that the server closes, and one that it serves afterwards, whose server clock has jumped by so much.
fn served_after(jump: u32) -> String {
    let mut scene = Scene::default();
    for port in 40_000..40_002 {
        let mut talk = scene.talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", f64::from(port - 40_000));
        talk.clock = Some(5_000_000);
        talk.open().key();
        talk.now = 60.0;
        talk.close(Side::Server);
    }
    let mut talk = scene.talk("10.0.0.1:41000", "10.9.0.2:22", 75.0);
    talk.clock = Some(5_000_000_u32.wrapping_add(jump));
    talk.open().key();
    scene.found(TOGETHER).remove(0).detail
}

#[test]
fn the_servers_timestamps_tell_whether_its_kernel_is_the_same() {
    assert!(served_after(0).contains("timestamps run on"));
    assert!(served_after(1_234_567_890).contains("timestamps begin anew"));
}

/// Aborted sessions with several servers.
fn aborted(servers: u8, clients: u8, spread: f64) -> Scene {
    let mut scene = Scene::default();
    for index in 0..4_u8 {
        let client = format!("10.0.0.{}:{}", 1 + index % clients, 40_000 + u16::from(index));
        let mut talk = scene.talk(&client, &format!("10.9.0.{}:22", 1 + index % servers), f64::from(index));
        talk.open().key();
        talk.now = 60.0 + spread * f64::from(index);
        talk.abort(Side::Server);
    }
    scene
}

#[test]
fn sessions_of_several_servers_that_are_reset_at_once_share_a_path() {
    let found = aborted(2, 2, 0.01).found(SEVERAL);
    assert_eq!(found[0].sessions, [0, 1, 2, 3]);
    assert!(aborted(1, 2, 0.01).found(SEVERAL).is_empty(), "one server");
    assert!(aborted(2, 2, 2.0).found(SEVERAL).is_empty(), "not at once");
}

#[test]
fn a_path_that_failed_makes_a_killed_sshd_less_likely() {
    let mut sessions = aborted(2, 2, 0.01).judged();
    let before = share(&sessions[0], Cause::SshdSessionKilled);
    patterns(&mut sessions);
    assert!(share(&sessions[0], Cause::SshdSessionKilled) < before);
}

/// Two sessions answered as unknown, after different silences, the second of which has a sign of life at `alive`.
fn unknown(alive: f64) -> Vec<Judged> {
    let mut scene = Scene::default();
    for (port, idle, back) in [(40_000, 10.0, 100.0), (40_001, alive, 900.0)] {
        let mut talk = scene.talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", 0.0);
        talk.open().key();
        talk.now = idle;
        talk.key();
        talk.now = back;
        talk.rejected(55);
    }
    scene.change(0, |case| case.progress = Some(Progress::Session));
    let mut sessions = scene.judged();
    for judged in &mut sessions {
        judged.diagnosis.verdict.as_mut().unwrap().sender = Sender::Server;
    }
    sessions
}

#[test]
fn a_server_that_knows_none_of_its_sessions_lost_them_at_one_moment() {
    let found = named(patterns(&mut unknown(30.0)), LOST);
    assert_eq!(found[0].sessions, [0, 1]);
    let found = named(patterns(&mut unknown(500.0)), LOST);
    assert!(found.is_empty(), "the second still lived when the first was lost");
}

#[test]
fn what_a_box_rejects_the_server_has_not_lost() {
    let mut sessions = unknown(30.0);
    sessions[1].diagnosis.verdict.as_mut().unwrap().sender = Sender::Middlebox;
    assert!(named(patterns(&mut sessions), LOST).is_empty());
}

/// Two sessions that have no answer any more, the first in use and the second silent since `idle`; a third is served at
/// `other`, if at all.
fn unheard(in_use: bool, other: Option<f64>) -> Scene {
    let mut scene = Scene::default();
    for (port, until) in [(40_000, if in_use { 60.0 } else { 20.0 }), (40_001, 15.0)] {
        let mut talk = scene.talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", 0.0);
        talk.open().key();
        talk.now = until;
        talk.key();
        talk.now = 60.5 + f64::from(port - 40_000);
        talk.in_vain();
    }
    if let Some(other) = other {
        let mut talk = scene.talk("10.0.0.1:40002", "10.9.0.2:22", 1.0);
        talk.open().key();
        talk.now = other;
        talk.key();
    }
    scene
}

#[test]
fn a_server_that_answers_nobody_fell_silent() {
    let found = unheard(true, Some(59.0)).found(SILENT);
    assert_eq!(found[0].sessions, [0, 1]);
}

#[test]
fn a_server_that_answers_somebody_or_left_only_idle_sessions_did_not() {
    assert!(unheard(true, Some(70.0)).found(SILENT).is_empty(), "another session went on");
    assert!(unheard(false, None).found(SILENT).is_empty(), "an idle limit does the same");
}
