//! Each pattern found and not found.

use std::fs;

use sshrst::analysis::{Analysis, Findings, Frames, Ports};
use sshrst::frame::Frame;
use sshrst::limits::Limits;
use sshrst::population;
use sshrst::report::model::{Options, Report, build};

use crate::forge::{ACK, Segment};
use crate::recording::{Recorded, Recording};
use crate::{path, row};

/// Pattern; the tests that find it; those that must not; all of them are named in one of [`FILES`].
const TESTS: [(&str, &[&str], &[&str]); 18] = [
    (
        "same-connection-seen-twice",
        &[
            "one_capture_under_other_addresses_is_one_connection_seen_twice",
            "one_connection_at_two_interfaces_is_one_and_died_once",
        ],
        &["other_connections_are_not", "other_numbers_and_made_up_ones_join_nothing"],
    ),
    (
        "login-over-another-session",
        &["keys_that_follow_those_of_another_session_are_the_second_leg_of_a_login"],
        &["two_windows_of_one_client_driven_at_once_carry_nothing", "keys_at_other_times_carry_nothing"],
    ),
    (
        "sessions-of-a-server-died-together",
        &["sessions_that_their_server_closes_within_a_second_died_together"],
        &[
            "sessions_that_end_seconds_apart_or_on_other_servers_did_not",
            "what_their_client_closes_did_not_die_with_the_server",
        ],
    ),
    (
        "server-fell-silent",
        &["a_server_that_answers_nobody_fell_silent"],
        &["a_server_that_answers_somebody_or_left_only_idle_sessions_did_not"],
    ),
    (
        "server-lost-its-connections",
        &["a_server_that_knows_none_of_its_sessions_lost_them_at_one_moment"],
        &["what_a_box_rejects_the_server_has_not_lost"],
    ),
    (
        "sessions-of-several-servers-died-together",
        &["sessions_of_several_servers_that_are_reset_at_once_share_a_path"],
        &["sessions_of_several_servers_that_are_reset_at_once_share_a_path"],
    ),
    (
        "refusals-at-the-startup-limit",
        &["refusals_while_many_wait_are_the_startup_limit"],
        &["refusals_while_nobody_waits_are_not"],
    ),
    (
        "refusals-of-one-source",
        &["a_source_that_failed_and_is_turned_away_alone_is_penalised"],
        &["a_source_that_had_logged_in_is_not", "a_full_server_penalises_nobody"],
    ),
    (
        "closed-without-a-word",
        &["an_openssh_that_would_say_so_did_not_close_for_max_startups"],
        &["an_openssh_that_would_say_so_did_not_close_for_max_startups"],
    ),
    (
        "ban-after-failures",
        &["a_source_refused_after_its_failures_is_banned"],
        &["a_port_that_is_closed_for_all_bans_nobody", "one_failure_bans_nobody"],
    ),
    (
        "idle-limit-of-a-path",
        &["forty_sessions_tell_a_firewalls_limit_within_15_percent_in_19_of_20_runs"],
        &["sessions_that_die_while_they_are_used_have_no_limit"],
    ),
    (
        "connection-continues-under-another-4-tuple",
        &["a_packet_with_the_next_numbers_from_another_port_is_a_connection_that_continues"],
        &["other_numbers_continue_nothing", "both_sides_of_a_translator_in_one_capture_continue_nothing"],
    ),
    (
        "same-reset-from-several-hosts",
        &["resets_alike_with_the_addresses_of_three_hosts_are_one_machines"],
        &["hosts_at_one_distance_that_reset_alike_are_no_pattern"],
    ),
    (
        "reset-ttl-follows-receiver",
        &["resets_as_far_below_each_client_as_below_the_next_are_packets_turned_round"],
        &["a_box_with_a_ttl_of_its_own_follows_nobody", "the_hosts_own_ttl_follows_nobody"],
    ),
    (
        "resets-in-differing-pairs",
        &["the_same_reset_with_another_ttl_has_another_sender"],
        &["equal_resets_and_a_single_pair_say_nothing"],
    ),
    ("handshakes-alike", &["a_scan_is_one_row_with_three_examples"], &["a_few_tries_are_shown_singly"]),
    (
        "attempts-alike",
        &["a_hundred_who_only_ask_for_the_version_are_one_row"],
        &["fewer_than_a_hundred_who_ask_are_shown_singly"],
    ),
    (
        "sessions-alike",
        &["sessions_that_are_let_go_are_counted_in_rows"],
        &["sessions_that_are_kept_are_shown_singly"],
    ),
];

const FILES: [&str; 9] = [
    "src/population/tests/idle.rs",
    "src/population/tests/legs.rs",
    "src/population/tests/loss.rs",
    "src/population/tests/refusals.rs",
    "src/population/tests/resets.rs",
    "src/population/tests/size.rs",
    "tests/folding.rs",
    "tests/outcomes/patterns.rs",
    "tests/patterns.rs",
];

/// A pattern without its tests is refused, and a test that is not there.
pub(crate) fn table() -> String {
    let all: Vec<&str> = population::catalogue().map(|meta| meta.id).collect();
    assert_eq!(TESTS.map(|(id, ..)| id).to_vec(), all);
    let sources = FILES.map(|file| fs::read_to_string(path(file)).unwrap()).concat();
    let named = |tests: &[&str]| {
        let one = |name: &&str| {
            assert!(sources.contains(&format!("#[test]\nfn {name}()")), "no test is called {name}");
            format!("`{name}`")
        };
        tests.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let rows = TESTS.iter().map(|(id, found, not)| row(&[format!("`{id}`"), named(found), named(not)]));
    "| pattern | found | not found |\n|---|---|---|\n".to_owned() + &rows.collect::<String>()
}

/// Frames of a recording.
#[derive(Default)]
struct Eight(Vec<Recorded>);

impl Frames for Eight {
    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.0.iter().map(Recorded::as_frame)
    }
}

/// The analysis of a capture that is read eight frames at a time.
fn followed(frames: &[Recorded], limits: Limits) -> Findings {
    let mut analysis = Analysis::new(limits, Ports::default());
    let mut parts = frames.chunks(8);
    analysis.follow(Eight::default, &mut |batch: &mut Eight| {
        batch.0 = parts.next().unwrap_or_default().to_vec();
        !batch.0.is_empty()
    });
    analysis.finish(Vec::new())
}

fn built(findings: &Findings) -> Report {
    build(findings, &[], &Options::default())
}

/// How many sessions the row called `id` counts, and how many sessions are shown.
fn counted(report: &Report, id: &str) -> (Option<u64>, usize) {
    let row = report.patterns.iter().find(|pattern| pattern.id == id);
    (row.map(|row| row.count), report.sessions.len())
}

/// So many clients of one server that read its identification string, send theirs, and close (FIN is 1).
fn askers(clients: u8) -> Vec<Recorded> {
    let mut packets = Vec::new();
    for number in 0..clients {
        let mut send = |answer, seq, ack, flags, data: &[u8]| {
            let client = [198, 51, 100, number];
            packets.push(Segment { client, port: 40_000, answer, seq, ack, flags, data }.octets());
        };
        send(false, 100, 0, 2, b"");
        send(true, 200, 101, 2 | ACK, b"");
        send(false, 101, 201, ACK, b"");
        send(true, 201, 101, ACK, b"SSH-2.0-y\r\n");
        send(false, 101, 212, ACK, b"SSH-2.0-x\r\n");
        send(false, 112, 212, 1 | ACK, b"");
        send(true, 212, 113, 1 | ACK, b"");
        send(false, 113, 213, ACK, b"");
    }
    let frame = |(number, data): (u64, Vec<u8>)| Recorded {
        number,
        time: 1_700_000_000_000_000_000 + number as i64 * 1_000_000,
        link: sshrst::frame::LinkType::RAW,
        place: sshrst::frame::Place::default(),
        mark: sshrst::frame::Mark::None,
        wire_len: data.len() as u32,
        data,
    };
    (1..).zip(packets).map(frame).collect()
}

#[test]
fn a_hundred_who_only_ask_for_the_version_are_one_row() {
    let findings = Recording { frames: askers(100) }.analysed();
    assert_eq!(counted(&built(&findings), "attempts-alike"), (Some(100), 3));
}

#[test]
fn fewer_than_a_hundred_who_ask_are_shown_singly() {
    let findings = Recording { frames: askers(99) }.analysed();
    assert_eq!(counted(&built(&findings), "attempts-alike"), (None, 99));
}

/// A session of the lab, again and again between other hosts, an hour after each other.
fn sessions(count: u8) -> Vec<Recorded> {
    let lab = Recording::load("idle-reject-seen-at-client").unwrap();
    let mut frames = Vec::new();
    for number in 0..count {
        let mut again = lab.clone();
        again.renumber([0, number, 0]);
        again.begin_anew(u32::from(number) * 0x0101_0101);
        again.shift(i64::from(number) * 3_600_000_000_000);
        frames.extend(again.frames);
    }
    (1..).zip(&mut frames).for_each(|(number, frame)| frame.number = number);
    frames
}

#[test]
fn sessions_that_are_let_go_are_counted_in_rows() {
    let limits = Limits { memory: 0, ..Limits::default() };
    let (counted, shown) = counted(&built(&followed(&sessions(8), limits)), "sessions-alike");
    assert!(counted.is_some_and(|counted| counted >= 4) && shown < 8, "{counted:?} {shown}");
}

#[test]
fn sessions_that_are_kept_are_shown_singly() {
    let report = built(&followed(&sessions(8), Limits::default()));
    assert_eq!(counted(&report, "sessions-alike"), (None, 8));
}
