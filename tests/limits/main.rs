//! Every bound of [`Limits`] is reached, one after the other: what happens then is what is documented, and nothing else.
//!
//! A test is called like its bound; a bound without one does not compile.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../fuzz/laws/clear.rs"]
#[allow(dead_code, reason = "of what it makes, some is needed")]
mod clear;
mod connections;
mod files;
#[path = "../adversaries/forge.rs"]
#[allow(dead_code, reason = "of what it makes, some is needed")]
mod forge;
mod frames;
mod protocol;
#[path = "../recording/mod.rs"]
mod recording;
#[path = "../refused/mod.rs"]
mod refused;
mod watching;

use recording::{Recorded, Recording};
use sshrst::analysis::Findings;
use sshrst::frame::{LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::report::model::{Options, Report, build};

macro_rules! reached {
    ($($bound:ident: $reach:path;)*) => {
        /// No `..`: a new bound is to be named.
        #[test]
        fn every_bound_is_reached() {
            let Limits { $($bound: _),* } = Limits::default();
        }

        $(#[test] fn $bound() { $reach(); })*
    };
}

reached! {
    record_octets: files::a_longer_record_is_damage;
    interfaces: files::frames_of_more_interfaces_are_left_out_and_that_is_damage;
    damages: files::more_places_of_damage_are_counted;
    encapsulations: frames::a_deeper_tunnel_is_not_decoded;
    extension_headers: frames::one_more_extension_header_is_not_decoded;
    fragment_trains: frames::of_more_datagrams_in_pieces_the_oldest_is_given_up;
    fragment_octets: frames::a_longer_datagram_in_pieces_is_given_up;
    undecoded_examples: frames::more_frames_that_cannot_be_decoded_are_counted;
    brief_packets: connections::more_packets_make_a_flow_that_says_the_same;
    brief_octets: connections::more_octets_make_a_flow_that_says_the_same;
    judged_singly: connections::more_brief_connections_are_judged_by_what_they_look_like_and_get_the_same_report;
    crowd: connections::more_brief_connections_are_thinned_and_get_the_same_report;
    memory: connections::what_takes_more_is_let_go_and_that_is_said;
    timeline_head: connections::of_a_longer_connection_the_middle_is_not_kept;
    timeline_tail: connections::of_a_longer_connection_the_middle_is_not_kept;
    resets_per_flow: connections::more_resets_are_counted_and_that_is_said;
    reorder_octets: connections::more_octets_behind_a_hole_make_it_one;
    reorder_segments: connections::more_segments_behind_a_hole_make_it_one;
    segments_compared: connections::what_a_segment_before_them_said_is_forgotten;
    round_trip_marks: connections::an_older_segment_measures_no_round_trip;
    banner_octets: protocol::a_longer_beginning_is_no_identification;
    lines_before_banner: protocol::more_lines_are_not_kept;
    ssh_packet_octets: protocol::a_longer_packet_breaks_a_rule;
    names_per_list: protocol::a_list_of_more_names_has_no_fingerprint;
    kinds_of_offers: protocol::more_kinds_are_held_by_each_session_for_itself;
    keepalive_times: protocol::without_their_times_keepalives_have_no_interval;
    violations: protocol::more_broken_rules_are_counted_and_that_is_said;
    finished_octets: watching::more_of_the_past_goes_and_that_is_said;
    handshakes_watched: watching::an_older_handshake_goes_and_that_is_said;
    hosts_remembered: watching::more_hosts_of_the_past_are_forgotten;
}

/// A capture of these packets, a millisecond apart, the first of them frame 1.
fn capture(packets: impl IntoIterator<Item = Vec<u8>>) -> Recording {
    let frames = (1..).zip(packets).map(|(number, data)| Recorded {
        number,
        time: 1_700_000_000_000_000_000 + number as i64 * 1_000_000,
        link: LinkType::RAW,
        place: Place::default(),
        mark: Mark::None,
        wire_len: data.len() as u32,
        data,
    });
    Recording { frames: frames.collect() }
}

fn built(findings: &Findings) -> Report {
    build(findings, &[], &Options { reproducible: true, ..Options::default() })
}

/// The report on `capture` with these bounds.
fn report(capture: &Recording, limits: Limits) -> Report {
    built(&capture.analysed_within(limits))
}

/// What a report says that it could not see, of the capture and of its sessions: `id: detail`.
fn said(report: &Report) -> Vec<String> {
    let sessions = report.sessions.iter().flat_map(|session| &session.limits);
    report.capture.limits.iter().chain(sessions).map(|it| format!("{}: {}", it.id, it.detail)).collect()
}
