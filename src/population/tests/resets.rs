//! What the resets of several sessions have in common.

use super::scene::Scene;
use crate::flow::Pair;

const FOLLOWS: &str = "reset-ttl-follows-receiver";
const PAIRS: &str = "resets-in-differing-pairs";

/// Sessions of clients with these TTLs, whose resets come with those.
fn rejected(ttls: &[(u8, u8)]) -> Scene {
    let mut scene = Scene::default();
    for (index, &(client, reset)) in (1..).zip(ttls) {
        let mut talk = scene.talk(&format!("10.0.0.{index}:40000"), "10.9.0.2:22", 0.0);
        talk.ttl = Pair { client, server: 55 };
        talk.open().key().wait(1.0).rejected(reset);
    }
    scene
}

#[test]
fn resets_as_far_below_each_client_as_below_the_next_are_packets_turned_round() {
    let found = rejected(&[(61, 57), (125, 121), (62, 58)]).found(FOLLOWS);
    assert_eq!(found[0].sessions, [0, 1, 2]);
    assert!(found[0].detail.contains("4 below"), "{}", found[0].detail);
    assert_eq!(rejected(&[(61, 61), (125, 125), (62, 62)]).found(FOLLOWS).len(), 1);
}

#[test]
fn a_box_with_a_ttl_of_its_own_follows_nobody() {
    assert!(rejected(&[(64, 60), (64, 60), (64, 60)]).found(FOLLOWS).is_empty());
    assert!(rejected(&[(61, 60), (125, 60), (62, 60)]).found(FOLLOWS).is_empty());
}

#[test]
fn the_hosts_own_ttl_follows_nobody() {
    assert!(rejected(&[(59, 55), (57, 55), (63, 55)]).found(FOLLOWS).is_empty());
}

/// Sessions with two resets each.
fn twice(sessions: u8, second: u8) -> Scene {
    let mut scene = Scene::default();
    for index in 1..=sessions {
        let mut talk = scene.talk(&format!("10.0.0.{index}:40000"), "10.9.0.2:22", 0.0);
        talk.open().key().wait(1.0).rejected(60).rejected_again(second);
    }
    scene
}

#[test]
fn the_same_reset_with_another_ttl_has_another_sender() {
    assert_eq!(twice(2, 55).found(PAIRS)[0].sessions, [0, 1]);
}

#[test]
fn equal_resets_and_a_single_pair_say_nothing() {
    assert!(twice(3, 60).found(PAIRS).is_empty());
    assert!(twice(1, 55).found(PAIRS).is_empty());
}
