//! Each bound of [`Limits`] is reached by a test; one that is new does not compile before it is named here.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use std::path::Path;

use sshrst::analysis::{Analysis, Ports};
use sshrst::frame::{Frame, FrameNo, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::units::Timestamp;

macro_rules! reached {
    ($($limit:ident by $test:ident in $file:literal;)*) => {
        /// Each bound with the test that reaches it, and where that is.
        const REACHED: &[(&str, &str, &str)] = &[$((stringify!($limit), stringify!($test), $file)),*];

        /// All of them.
        #[expect(dead_code, reason = "it is compiled, and never called")]
        fn is_complete(limits: Limits) {
            let Limits { $($limit: _),* } = limits;
        }
    };
}

reached! {
    record_octets by a_bound_on_records_holds in "tests/source/pcap.rs";
    interfaces by interfaces_beyond_the_bound_are_reported_and_their_frames_left_out in "tests/source/damage.rs";
    damages by damage_beyond_the_bound_is_counted_and_not_kept in "tests/source/damage.rs";
    encapsulations by ip_in_ip_three_thousand_times_is_left_at_the_bound in "tests/adversaries/nested_tunnels.rs";
    extension_headers by extension_headers_without_end_are_left_at_the_bound in "tests/adversaries/nested_tunnels.rs";
    fragment_trains by a_hundred_thousand_datagrams_that_are_never_whole_are_counted in "tests/adversaries/fragment_bombs.rs";
    fragment_octets by any_pieces_have_an_answer_and_stay_within_the_limits in "src/wire/net/fragment.rs";
    brief_packets by it_makes_no_difference_whether_a_connection_was_brief in "src/flow/brief/tests.rs";
    brief_octets by a_first_packet_with_more_data_than_is_brief_is_not_lost in "src/flow/brief/tests.rs";
    judged_singly by too_many_to_be_judged_singly_give_the_same_row in "tests/folding.rs";
    crowd by crowds_that_are_thinned_on_the_way_give_the_report_of_those_that_are_not in "tests/letting_go.rs";
    memory by what_does_not_fit_into_memory_is_counted_and_the_report_says_so in "tests/letting_go.rs";
    timeline_head by a_million_resets_of_one_connection_keep_a_bounded_number in "src/flow/tests.rs";
    timeline_tail by a_million_resets_of_one_connection_keep_a_bounded_number in "src/flow/tests.rs";
    resets_per_flow by a_million_resets_of_one_connection_keep_a_bounded_number in "src/flow/tests.rs";
    reorder_octets by a_hole_that_never_fills_does_not_hold_more_than_the_bound in "src/flow/assembler.rs";
    reorder_segments by what_comes_when_there_is_no_room_is_not_missing in "src/flow/assembler.rs";
    round_trip_marks by beyond_the_bound_the_oldest_segment_gives_no_sample in "src/flow/round_trip.rs";
    banner_octets by a_line_that_never_ends_is_given_up_at_the_limit in "src/ssh/identification.rs";
    lines_before_banner by lines_before_the_identification_string_are_kept_to_a_bound in "tests/adversaries/kexinit_bombs.rs";
    ssh_packet_octets by a_packet_longer_than_any_is_not_waited_for in "tests/adversaries/kexinit_bombs.rs";
    names_per_list by a_hundred_thousand_names_are_not_kept in "tests/adversaries/kexinit_bombs.rs";
    kinds_of_offers by beyond_the_bound_each_has_its_own_until_there_is_room in "src/ssh/stock.rs";
    ssh_events by keepalives_beyond_the_bound_are_counted_and_their_times_not_kept in "src/ssh/keepalive.rs";
    violations by a_key_exchange_again_and_again_fills_no_list in "tests/adversaries/kexinit_bombs.rs";
    undecoded_examples by frames_that_cannot_be_decoded_are_counted_and_the_first_kept in "tests/limits.rs";
    finished_octets by what_was_told_makes_room_and_the_report_says_so in "tests/watch.rs";
    handshakes_watched by a_flood_of_handshakes_is_let_go_oldest_first_and_counted in "tests/watch.rs";
    hosts_remembered by beyond_the_bound_hosts_that_were_met_once_are_forgotten_first in "src/case/host.rs";
}

#[test]
fn each_bound_is_reached_by_a_test() {
    for (limit, test, file) in REACHED {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let tests = text.split("#[test]").skip(1).filter_map(|it| it.split_once("fn ")?.1.split_once('('));
        assert!(
            tests.map(|(name, _)| name).any(|name| name == *test),
            "{limit}: there is no {test} in {file}"
        );
    }
}

#[test]
fn frames_that_cannot_be_decoded_are_counted_and_the_first_kept() {
    let limits = Limits { undecoded_examples: 2, ..Limits::default() };
    let mut analysis = Analysis::new(limits, Ports::default());
    for number in 1..=5 {
        // IPv4 that ends inside its header.
        analysis.handle_frame(&Frame {
            number: FrameNo(number),
            time: Timestamp::from_nanos(1_700_000_000_000_000_000),
            link: LinkType::RAW,
            place: Place::default(),
            mark: Mark::None,
            wire_len: 3,
            data: &[0x45, 0, 0],
        });
    }
    let findings = analysis.finish(Vec::new());
    let kept: Vec<u64> = findings.counts.undecoded_examples.iter().map(|(frame, _)| frame.0).collect();
    assert_eq!((findings.counts.undecoded, kept), (5, vec![1, 2]));
}
