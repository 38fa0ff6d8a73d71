//! Connections that were turned away.

use super::scene::Scene;
use crate::case::{Case, Ending, Progress};
use crate::cause::Cause;
use crate::flow::Side;
use crate::ssh::{Banner, KnownText, Mark, StrayText};

const LIMIT: &str = "refusals-at-the-startup-limit";
const SOURCE: &str = "refusals-of-one-source";
const BAN: &str = "ban-after-failures";
const WORDLESS: &str = "closed-without-a-word";

/// The server has identified itself.
fn taken(case: &mut Case) {
    case.transcript.party.server.banner = Some(Banner { line: b"SSH-2.0-x".to_vec(), mark: Mark::default() });
    case.progress = Some(Progress::Kex);
}

fn turned_away(case: &mut Case) {
    let known = Some(KnownText::NotAllowedAtThisTime);
    case.transcript.party.server.stray =
        Some(StrayText { text: Vec::new(), known, mark: Mark::default() }.into());
    case.progress = Some(Progress::Banner);
}

fn login_failed(case: &mut Case) {
    taken(case);
    case.progress = Some(Progress::Auth);
    case.transcript.cipher.failures = 3;
    case.ending = Ending::Close;
}

/// So many that wait, then so many that are turned away.
fn crowd(waiting: u16, away: u16) -> Scene {
    let mut scene = Scene::default();
    for index in 0..waiting + away {
        let client = format!("10.0.0.{}:40000", 1 + index);
        let mut talk = scene.talk(&client, "10.9.0.2:22", 0.2 * f64::from(index));
        talk.open();
        if index >= waiting {
            talk.close(Side::Server);
        }
        scene.change(index.into(), if index < waiting { taken } else { turned_away });
    }
    scene
}

#[test]
fn refusals_while_many_wait_are_the_startup_limit() {
    let found = crowd(6, 3).found(LIMIT);
    assert_eq!(found[0].sessions, [6, 7, 8]);
    assert!(found[0].detail.contains("while 6 others had not logged in"), "{}", found[0].detail);
}

#[test]
fn refusals_while_nobody_waits_are_not() {
    assert!(crowd(1, 3).found(LIMIT).is_empty());
    assert!(crowd(6, 1).found(LIMIT).is_empty(), "one is no wave");
}

/// A source that fails, then others that come, then the source again, turned away.
fn penalised(others: u16, fail: fn(&mut Case)) -> Scene {
    let mut scene = Scene::default();
    scene.talk("10.0.0.1:40000", "10.9.0.2:22", 0.0).open().close(Side::Client);
    scene.change(0, fail);
    for port in 0..2_u16 {
        let mut talk = scene.talk(&format!("10.0.0.1:4100{port}"), "10.9.0.2:22", 3.0 + f64::from(port));
        talk.open().close(Side::Server);
        scene.change(1 + usize::from(port), turned_away);
    }
    for other in 0..others {
        let mut talk =
            scene.talk(&format!("10.0.1.{}:40000", 1 + other), "10.9.0.2:22", 4.5 + f64::from(other));
        talk.open().close(Side::Client);
        scene.change(3 + usize::from(other), taken);
    }
    scene
}

#[test]
fn a_source_that_failed_and_is_turned_away_alone_is_penalised() {
    let found = penalised(0, login_failed).found(SOURCE);
    assert_eq!(found[0].sessions, [0, 1, 2]);
    let found = penalised(1, login_failed).found(SOURCE);
    assert!(found[0].detail.contains("one of another source was taken"), "{}", found[0].detail);
}

#[test]
fn a_source_that_had_logged_in_is_not() {
    let logged_in = |case: &mut Case| {
        taken(case);
        case.progress = Some(Progress::Closed);
    };
    assert!(penalised(0, logged_in).found(SOURCE).is_empty());
}

#[test]
fn a_full_server_penalises_nobody() {
    assert!(crowd(6, 3).found(SOURCE).is_empty());
}

/// Two failed logins of a source, then its SYN refused; and a SYN of another at the same time, refused or served.
fn banned(other: Option<bool>) -> Scene {
    let mut scene = Scene::default();
    for port in 0..2_u16 {
        let mut talk = scene.talk(&format!("10.0.0.1:4000{port}"), "10.9.0.2:22", f64::from(port));
        talk.open().key().close(Side::Client);
        scene.change(port.into(), login_failed);
    }
    scene.talk("10.0.0.1:41000", "10.9.0.2:22", 5.0).refused();
    if let Some(served) = other {
        let mut talk = scene.talk("10.0.7.7:41000", "10.9.0.2:22", 6.0);
        if served {
            talk.open()
        } else {
            talk.refused()
        };
    }
    scene
}

#[test]
fn a_source_refused_after_its_failures_is_banned() {
    assert_eq!(banned(None).found(BAN)[0].sessions, [0, 1, 2]);
    let found = banned(Some(true)).found(BAN);
    assert!(found[0].detail.contains("while one of another address was served"), "{}", found[0].detail);
}

#[test]
fn a_port_that_is_closed_for_all_bans_nobody() {
    assert!(banned(Some(false)).found(BAN).is_empty());
}

#[test]
fn one_failure_bans_nobody() {
    let mut scene = Scene::default();
    scene.talk("10.0.0.1:40000", "10.9.0.2:22", 0.0).open().key().close(Side::Client);
    scene.change(0, login_failed);
    scene.talk("10.0.0.1:41000", "10.9.0.2:22", 5.0).refused();
    assert!(scene.found(BAN).is_empty());
}

/// A connection that the server closes without a word, and one on which it names itself.
fn wordless(names_itself: fn(&mut Case)) -> Scene {
    let mut scene = Scene::default();
    scene.talk("10.0.0.1:40000", "10.9.0.2:22", 0.0).open().close(Side::Server);
    scene.change(0, |case| case.progress = Some(Progress::Banner));
    scene.talk("10.0.0.2:40000", "10.9.0.2:22", 1.0).open();
    scene.change(1, names_itself);
    scene
}

fn named(case: &mut Case, software: &[u8]) {
    taken(case);
    case.transcript.party.server.banner = Some(Banner { line: software.to_vec(), mark: Mark::default() });
}

#[test]
fn an_openssh_that_would_say_so_did_not_close_for_max_startups() {
    let found = wordless(|case| named(case, b"SSH-2.0-OpenSSH_9.2p1 Debian-2")).found(WORDLESS);
    assert_eq!(found[0].sessions, [0]);
    let [(0, Cause::MaxStartups, by)] = found[0].moves[..] else { panic!("{:?}", found[0].moves) };
    assert!(by.0 < 0);
    assert!(wordless(|case| named(case, b"SSH-2.0-OpenSSH_8.1")).found(WORDLESS).is_empty());
    assert!(wordless(|case| named(case, b"SSH-2.0-dropbear_2022.83")).found(WORDLESS).is_empty());
}
