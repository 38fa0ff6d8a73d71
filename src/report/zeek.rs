//! What TCP did, in Zeek's letters and words, so that reports can be joined with its logs.

use crate::flow::{Acceptance, Flow, Side};
use crate::wire::Segment;

/// Zeek's `history` (conn.log): one letter for the first packet of each kind, upper case for the client.
pub(super) fn history(flow: &Flow) -> String {
    let mut history = String::new();
    for segment in flow.timeline.segments() {
        for letter in letters(&segment) {
            let letter =
                if flow.side(segment.from) == Side::Client { letter.to_ascii_uppercase() } else { letter };
            if !history.contains(letter) {
                history.push(letter);
            }
        }
    }
    history
}

fn letters(segment: &Segment) -> impl Iterator<Item = char> {
    let flags = segment.flags;
    let bare = !flags.syn() && !flags.fin() && !flags.rst() && segment.payload_len == 0;
    [
        (flags.is_syn(), 's'),
        (flags.is_syn_ack(), 'h'),
        (bare && flags.ack(), 'a'),
        (segment.payload_len > 0 && !flags.rst(), 'd'),
        (flags.fin(), 'f'),
        (flags.rst(), 'r'),
    ]
    .into_iter()
    .filter_map(|(seen, letter)| seen.then_some(letter))
}

/// Zeek's `conn_state` (conn.log).
pub(super) fn conn_state(flow: &Flow) -> &'static str {
    let (client, server) = (flow.half(Side::Client), flow.half(Side::Server));
    let (syn, syn_ack) = (client.isn.is_some(), server.isn.is_some());
    let reset_by = flow
        .resets
        .iter()
        .find(|reset| reset.acceptance != Acceptance::Outside)
        .map(|reset| flow.side(reset.segment.from));
    let fins = (client.fin.is_some(), server.fin.is_some());
    match (syn, syn_ack, reset_by, fins) {
        (false, false, ..) => "OTH",
        (true, false, Some(Side::Server), _) => "REJ",
        (true, false, Some(Side::Client), _) => "RSTOS0",
        (true, false, None, (true, _)) => "SH",
        (true, false, None, _) => "S0",
        (false, true, Some(Side::Server), _) => "RSTRH",
        (false, true, None, (_, true)) => "SHR",
        (_, true, Some(Side::Client), _) => "RSTO",
        (_, true, Some(Side::Server), _) => "RSTR",
        (_, true, None, (true, true)) => "SF",
        (_, true, None, (true, false)) => "S2",
        (_, true, None, (false, true)) => "S3",
        (_, true, None, (false, false)) => "S1",
    }
}
