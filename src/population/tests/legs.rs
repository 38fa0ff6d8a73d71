//! One login on several connections.

use super::scene::{Scene, named, patterns};
use crate::flow::Side;
use crate::frame::Place;

const TWICE: &str = "same-connection-seen-twice";
const CARRIED: &str = "login-over-another-session";

/// One connection on both sides of something: second client address, the second's sequence numbers, place and delay.
fn sights(client: &str, numbers: (u32, u32), interface: u16, later: f64) -> Scene {
    let mut scene = Scene::default();
    scene
        .talk("10.0.0.1:40000", "10.9.0.2:22", 0.0)
        .numbered(900_000, 800_000)
        .open()
        .key()
        .abort(Side::Server);
    let mut talk = scene.talk(client, "10.9.0.2:22", later);
    talk.place = Place { interface, cooked: 0 };
    talk.numbered(numbers.0, numbers.1).open().key().abort(Side::Server);
    scene
}

#[test]
fn equal_initial_numbers_under_other_addresses_are_a_translators_two_sides() {
    let found = sights("192.0.2.7:61000", (900_000, 800_000), 0, 0.001).found(TWICE);
    assert_eq!(found[0].sessions, [0, 1]);
    let detail = &found[0].detail;
    assert!(detail.contains("address translator"), "{detail}");
    assert!(detail.contains("session 1 (10.0.0.1:40000 > 10.9.0.2:22) ended first"), "{detail}");
}

#[test]
fn one_connection_at_two_interfaces_is_one_and_died_once() {
    let mut sessions = sights("10.0.0.1:40000", (900_000, 800_000), 1, 0.001).judged();
    assert_eq!(sessions.len(), 2);
    let patterns = patterns(&mut sessions);
    assert!(named(patterns.clone(), TWICE)[0].detail.contains("two places"));
    assert!(named(patterns, "sessions-of-a-server-died-together").is_empty(), "it is not two sessions");
}

#[test]
fn other_numbers_and_made_up_ones_join_nothing() {
    assert!(sights("192.0.2.7:61000", (900_000, 800_001), 0, 0.001).found(TWICE).is_empty());
    let mut scene = Scene::default();
    for port in [40_000, 40_001] {
        scene.talk(&format!("10.0.0.1:{port}"), "10.9.0.2:22", 0.0).numbered(1_000, 5_000).open().key();
    }
    assert!(scene.found(TWICE).is_empty());
}

/// Pauses of somebody who types.
const PAUSES: [f64; 12] = [0.8, 2.1, 0.45, 5.3, 1.2, 0.9, 3.7, 0.6, 1.9, 7.4, 0.75, 2.6];

/// A session from `far` to a bastion, and one from `near` to another host, of which each key follows the other's `late`
/// seconds after it was pressed.
fn bastion(near: &str, late: f64) -> Scene {
    let mut scene = Scene::default();
    let mut first = scene.talk("10.0.0.1:40000", "10.5.0.9:22", 0.0);
    first.open().key().wait(1.0);
    for pause in PAUSES {
        first.say(Side::Client, 36).wait(0.020).say(Side::Server, 36).wait(pause);
    }
    first.abort(Side::Client);
    let mut second = scene.talk(near, "10.9.0.2:22", 0.6);
    second.open();
    // The first key of the first session passes at 1.06 s.
    second.now = 1.060 + late;
    for pause in PAUSES {
        second.say(Side::Client, 36).say(Side::Server, 36).wait(0.020 + pause);
    }
    second.wait(0.2).close(Side::Client);
    scene
}

#[test]
fn keys_that_follow_those_of_another_session_are_the_second_leg_of_a_login() {
    for near in ["10.5.0.9:50000", "172.16.3.1:50000"] {
        let found = bastion(near, 0.002).found(CARRIED);
        assert_eq!(found.len(), 1, "{near}");
        assert_eq!(found[0].sessions, [0, 1]);
        assert!(
            found[0].detail.contains("session 1 (10.0.0.1:40000 > 10.5.0.9:22) ended first"),
            "{}",
            found[0].detail
        );
    }
}

#[test]
fn two_windows_of_one_client_driven_at_once_carry_nothing() {
    assert!(bastion("10.0.0.1:50000", 0.002).found(CARRIED).is_empty());
}

#[test]
fn keys_at_other_times_carry_nothing() {
    assert!(bastion("10.5.0.9:50000", 0.3).found(CARRIED).is_empty());
    assert!(bastion("10.5.0.9:50000", -0.3).found(CARRIED).is_empty());
}
