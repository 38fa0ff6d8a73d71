//! What would settle it: the observations that this capture could not offer, by what each is expected to change.
//!
//! An observation that turns out one way or the other moves the posterior. How often it will turn out which way, under each
//! [`Origin`], is written down in [`OBSERVATIONS`]; with the posterior as it stands that gives how much uncertainty
//! the observation takes away on average (its mutual information with the answer). The list is ordered by that.

use crate::case::{BlindKind, Case, Form, Reset, Spot};
use crate::cause::Origin;
use crate::detect::Outcome;
use crate::flow::Side;
use crate::infer::{Sender, Verdict};
use crate::units::Elapsed;
use crate::wire::Traits;

/// Above this confidence nothing more is asked for.
const SETTLED: f64 = 0.98;

/// At most this many, so that the reader acts on the first.
const MOST: usize = 4;

/// Bits below which an observation is not worth the walk: it would change hardly anything.
const WORTH: f64 = 0.01;

/// How much knowing the way counts beside knowing the sender.
const MECHANISM: f64 = 0.25;

/// What to look at or to capture, most telling first.
pub(super) fn observations(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<String> {
    if verdict.sender != Sender::Undetermined && verdict.confidence >= SETTLED {
        return Vec::new();
    }
    let possible = OBSERVATIONS.iter().filter(|it| it.is_open(verdict) && (it.possible)(case, reset));
    let mut wanted: Vec<(f64, &Observation)> = possible
        .map(|it| (gain(&verdict.origins, &it.found), it))
        .filter(|(gain, _)| *gain >= WORTH)
        .collect();
    // Stable: the more usual one first where two tell the same.
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.into_iter().take(MOST).map(|(_, it)| (it.words)(case, reset)).collect()
}

/// Something that could be looked at.
struct Observation {
    /// The detectors one of which could not tell for want of it; none for what no capture of this kind shows.
    detectors: &'static [&'static str],
    /// How often it is found where a socket, a stack, a filter on the host, a filter on the path, a forger and an owner of
    /// the address made the reset: the order of [`crate::cause::Origin::ALL`].
    found: [f64; 6],
    /// Whether it can be had, and is not had already.
    possible: fn(&Case, &Reset) -> bool,
    /// What to do.
    words: fn(&Case, &Reset) -> String,
}

impl Observation {
    fn is_open(&self, verdict: &Verdict) -> bool {
        let open = |&id: &&str| {
            let mut of = verdict.evidence.iter().filter(|item| item.meta.id == id);
            of.any(|item| matches!(item.outcome, Outcome::CannotTell(_)))
        };
        self.detectors.is_empty() || self.detectors.iter().any(open)
    }
}

/// All of them. The shares of detectors are those of `CALIBRATION.md`, rounded towards one half where few resets are
/// behind them; those of the first three follow from what the observation is.
const OBSERVATIONS: &[Observation] = &[
    Observation {
        detectors: &[],
        found: [0.98, 0.98, 0.98, 0.02, 0.02, 0.05],
        possible: |case, reset| !case.vantage.spot.is_at(reset.claimed),
        words: |_, reset| {
            let claimed = reset.claimed.word();
            format!("a capture on the {claimed} taken at the same time: did this reset leave it?")
        },
    },
    // Netfilter's rejects do not pass that tracepoint (measured on Linux 6.18).
    Observation {
        detectors: &[],
        found: [0.97, 0.97, 0.02, 0.02, 0.02, 0.02],
        possible: |_, _| true,
        words: |_, reset| {
            format!(
                "on the {}, if it runs Linux: the tracepoint tcp:tcp_send_reset, or `nstat -az TcpOutRsts` before and after",
                reset.claimed.word()
            )
        },
    },
    // Whoever does not know the place has mostly been given a file from one of the hosts.
    Observation {
        detectors: &["reset-seen-beside-host"],
        found: [0.4, 0.4, 0.4, 0.1, 0.1, 0.1],
        possible: |case, reset| {
            case.vantage.spot == Spot::Unknown && matches!(reset.segment().ttl, 64 | 128 | 255)
        },
        words: |_, reset| {
            format!(
                "where this capture was taken, if you know: `--vantage {}`, or another place",
                reset.claimed.word()
            )
        },
    },
    Observation {
        detectors: &["reset-ttl-differs"],
        found: [0.02, 0.04, 0.02, 0.85, 0.8, 0.7],
        possible: |_, _| true,
        words: |_, reset| {
            format!(
                "any other packet of the {} in the same capture, to compare its TTL with",
                reset.claimed.word()
            )
        },
    },
    Observation {
        detectors: &["reset-answers-early"],
        found: [0.02, 0.02, 0.02, 0.8, 0.6, 0.8],
        possible: |case, reset| answers(reset) && is_measured(case, reset),
        words: |_, reset| {
            let (claimed, other) = (reset.claimed.word(), reset.receiver().word());
            format!("a capture nearer the {other}, where the round trip to the {claimed} can be measured")
        },
    },
    Observation {
        detectors: &["reset-answers-early"],
        found: [0.02, 0.02, 0.02, 0.7, 0.5, 0.7],
        possible: |case, reset| answers(reset) && !is_measured(case, reset),
        words: |case, reset| {
            let which = if case.is_blind(BlindKind::StartsMidstream) {
                "a capture that holds the connection's start"
            } else {
                "another connection to the same host in the capture"
            };
            format!("{which}: its handshake gives the round trip to the {}", reset.claimed.word())
        },
    },
    Observation {
        detectors: &["sender-alive-after-reset", "resets-in-series"],
        found: [0.02, 0.02, 0.4, 0.6, 0.6, 0.2],
        possible: |case, reset| case.capture_end.since(reset.segment().time) < ENOUGH,
        words: |_, _| {
            "some seconds of capture after the reset: does its sender go on, do more resets follow?".into()
        },
    },
    Observation {
        detectors: &["reset-tos-differs"],
        found: [0.5, 0.1, 0.9, 0.9, 0.7, 0.1],
        possible: |case, reset| answers(reset) && case.flow.half(reset.receiver()).packets == 0,
        words: |_, reset| {
            let receiver = reset.receiver().word();
            format!(
                "the packets of the {receiver}, too: is the TOS of the reset the one of the packet it answers?"
            )
        },
    },
    Observation {
        detectors: &["reset-timestamps-differ"],
        found: [0.05, 0.5, 0.5, 0.5, 0.8, 0.3],
        possible: |case, reset| {
            let cut = reset.segment().traits.has(Traits::OPTIONS_CUT);
            reset.form == Form::Abort && (cut || case.flow.half(reset.claimed).packets == 0)
        },
        words: |_, reset| {
            let claimed = reset.claimed.word();
            format!(
                "whole packets of the {claimed} before the reset (`tcpdump -s 0`): does the reset continue their timestamps?"
            )
        },
    },
];

/// From this much capture after a reset on, more of it tells nothing new: a host that goes on has repeated what was not
/// acknowledged (RFC 6298 §2.4: after 1 s at the latest, then 2 s).
const ENOUGH: Elapsed = Elapsed::from_secs(3);

/// Whether the reset answers a packet, so that its time says something.
fn answers(reset: &Reset) -> bool {
    reset.form != Form::Abort
}

/// Whether a round trip to the claimed host was measured, and was too short.
fn is_measured(case: &Case, reset: &Reset) -> bool {
    let claimed: Side = reset.claimed;
    case.flow.half(claimed).round_trips.min.is_some() || case.hosts.of(claimed).round_trip.is_some()
}

/// Bits that are expected to be learned of the sender, and in part of the way, when it is looked whether something is there.
fn gain(origins: &[f64; 6], found: &[f64; 6]) -> f64 {
    let missing = found.map(|found| 1.0 - found);
    let left: f64 = [*found, missing].iter().map(|likely| left_by(origins, likely)).sum();
    uncertainty(origins) - left
}

/// The uncertainty left by an outcome that is so `likely` under each origin, times how often it comes.
fn left_by(origins: &[f64; 6], likely: &[f64; 6]) -> f64 {
    let mut joint = *origins;
    joint.iter_mut().zip(likely).for_each(|(origin, likely)| *origin *= likely);
    let share: f64 = joint.iter().sum();
    if share <= 0.0 { 0.0 } else { share * uncertainty(&joint.map(|origin| origin / share)) }
}

/// Bits of uncertainty of the sender, and in part of the way.
fn uncertainty(origins: &[f64; 6]) -> f64 {
    let bits = |share: f64| if share > 0.0 { -share * share.log2() } else { 0.0 };
    let host = Origin::side_share(origins, true);
    let ways: f64 = origins.iter().copied().map(bits).sum();
    bits(host) + bits(1.0 - host) + MECHANISM * ways
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::tests::case;
    use crate::detect;
    use crate::flow::tests::{Sent, Wire};
    use crate::wire::Flags;

    const EVEN: [f64; 6] = [0.2, 0.2, 0.1, 0.2, 0.2, 0.1];

    #[test]
    fn every_detector_that_is_waited_for_exists() {
        let named = OBSERVATIONS.iter().flat_map(|it| it.detectors);
        named.for_each(|id| assert!(detect::by_id(id).is_some(), "{id}"));
    }

    #[test]
    fn what_tells_the_sender_is_worth_more_than_what_tells_one_way_from_another() {
        let sender = gain(&EVEN, &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let way = gain(&EVEN, &[1.0, 0.0, 0.5, 1.0, 0.0, 0.5]);
        assert!(sender > 1.0 && way < sender, "{sender} {way}");
    }

    #[test]
    fn what_is_as_likely_either_way_is_worth_nothing() {
        assert!(gain(&EVEN, &[0.3; 6]).abs() < 1e-9);
    }

    #[test]
    fn a_question_between_two_is_a_bit_and_one_of_the_way_a_quarter_of_it() {
        let either = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!((gain(&[0.5, 0.0, 0.0, 0.5, 0.0, 0.0], &either) - 1.25).abs() < 1e-9);
        assert!((gain(&[0.5, 0.5, 0.0, 0.0, 0.0, 0.0], &either) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn what_is_settled_asks_for_nothing() {
        let case = reset(Flags::RST, false);
        let reset = case.reset.as_ref().unwrap();
        let mut verdict = crate::infer::judge(&case).unwrap();
        let mut settled = |sender, confidence| {
            (verdict.sender, verdict.confidence) = (sender, confidence);
            verdict.origins = EVEN;
            observations(&case, reset, &verdict).is_empty()
        };
        assert_eq!((settled(Sender::Server, 0.98), settled(Sender::Server, 0.97)), (true, false));
        assert!(!settled(Sender::Undetermined, 0.99));
    }

    #[test]
    fn only_what_could_not_be_told_is_asked_for() {
        let case = reset(Flags::RST, false);
        let mut verdict = crate::infer::judge(&case).unwrap();
        let of_ttl = OBSERVATIONS.iter().find(|it| it.detectors == ["reset-ttl-differs"]).unwrap();
        let mut after = |outcome: Outcome| {
            for item in verdict.evidence.iter_mut().filter(|item| item.meta.id == "reset-ttl-differs") {
                item.outcome = outcome.clone();
            }
            of_ttl.is_open(&verdict)
        };
        let told = detect::Finding::new("made up", [], crate::cause::Bearing::SILENT);
        assert!(after(Outcome::CannotTell("made up".into())));
        assert!(!after(Outcome::Present(told.clone())) && !after(Outcome::Absent(told)));
    }

    #[test]
    fn what_was_told_or_cannot_be_had_is_not_asked_for() {
        let mut case = reset(Flags::RST, false);
        let mut verdict = crate::infer::judge(&case).unwrap();
        (verdict.sender, verdict.origins) = (Sender::Undetermined, EVEN);
        let asked = |case: &Case, verdict: &Verdict, words| {
            let wanted = observations(case, case.reset.as_ref().unwrap(), verdict);
            wanted.iter().any(|it| it.contains(words))
        };
        let told = Outcome::Absent(detect::Finding::new("made up", [], crate::cause::Bearing::SILENT));
        for (outcome, expected) in [(Outcome::CannotTell("made up".into()), true), (told, false)] {
            verdict.evidence.iter_mut().for_each(|item| item.outcome = outcome.clone());
            assert_eq!(asked(&case, &verdict, "to compare its TTL with"), expected, "{outcome:?}");
        }
        for (spot, expected) in [(Spot::Unknown, true), (Spot::Server, false)] {
            case.vantage.spot = spot;
            assert_eq!(asked(&case, &verdict, "did this reset leave it?"), expected, "{spot:?}");
        }
    }

    /// A connection that the server resets in this form, with the client's packets in the capture or not.
    fn reset(flags: Flags, both: bool) -> Case {
        let mut wire = Wire::new();
        wire.server_ttl = 57;
        if both {
            wire.handshake(100, 900)
                .send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 9, ..Sent::default() });
        } else {
            wire.send(Side::Server, Sent { seq: 900, ack: 102, data: b"k", ip_id: 9, ..Sent::default() });
        }
        let ack = if flags.ack() { 102 } else { 0 };
        wire.send(Side::Server, Sent { flags, seq: 901, ack, ttl: 57, ..Sent::default() });
        case(&wire)
    }

    fn is_wanted(case: &Case, words: &str) -> bool {
        let reset = case.reset.as_ref().unwrap();
        let mut possible = OBSERVATIONS.iter().filter(|it| (it.possible)(case, reset));
        possible.any(|it| (it.words)(case, reset).contains(words))
    }

    const ABORT: Flags = Flags::RST.with(Flags::ACK);

    #[test]
    fn an_abort_s_timestamps_are_asked_for_where_options_were_cut_or_nothing_else_is_there() {
        let stamps = |case: &Case| is_wanted(case, "continue their timestamps");
        let mut whole = reset(ABORT, true);
        assert!(!stamps(&whole));
        whole.reset.as_mut().unwrap().seen.segment.traits = Traits::OPTIONS_CUT;
        assert!(stamps(&whole));
        let mut alone = Wire::new();
        alone.send(Side::Client, Sent { seq: 101, ack: 901, data: b"k", ip_id: 9, ..Sent::default() });
        alone.send(Side::Server, Sent { flags: ABORT, seq: 901, ack: 102, ..Sent::default() });
        assert!(stamps(&case(&alone)));
        let mut answer = reset(Flags::RST, true);
        answer.reset.as_mut().unwrap().seen.segment.traits = Traits::OPTIONS_CUT;
        assert!(!stamps(&answer), "an answer has none");
    }

    #[test]
    fn a_round_trip_is_asked_for_where_a_reset_answers() {
        let nearer = |case: &Case| is_wanted(case, "a capture nearer the client");
        let another = |case: &Case| is_wanted(case, "its handshake gives the round trip");
        let (measured, unmeasured) = (reset(Flags::RST, true), reset(Flags::RST, false));
        assert_eq!((nearer(&measured), another(&measured)), (true, false));
        assert_eq!((nearer(&unmeasured), another(&unmeasured)), (false, true));
        for aborted in [reset(ABORT, true), reset(ABORT, false)] {
            assert!(!nearer(&aborted) && !another(&aborted), "an abort answers nothing");
        }
    }

    #[test]
    fn the_packet_answered_is_asked_for_where_its_direction_is_missing() {
        let tos = |flags, both| is_wanted(&reset(flags, both), "the packets of the client, too");
        assert_eq!([tos(Flags::RST, false), tos(Flags::RST, true), tos(ABORT, false)], [true, false, false]);
    }

    #[test]
    fn what_follows_is_asked_for_where_the_capture_ends_soon() {
        let mut case = reset(ABORT, true);
        let mut after = |millis| {
            case.capture_end = case.flow.last.time + Elapsed::from_millis(millis);
            is_wanted(&case, "some seconds of capture after the reset")
        };
        assert_eq!((after(2_999), after(3_000)), (true, false));
    }

    #[test]
    fn the_place_is_asked_for_where_it_is_not_known_and_the_ttl_is_a_hosts_first() {
        let place = |spot, ttl| {
            let mut case = reset(ABORT, true);
            case.vantage.spot = spot;
            case.reset.as_mut().unwrap().seen.segment.ttl = ttl;
            is_wanted(&case, "where this capture was taken")
        };
        assert_eq!([64, 128, 255, 63].map(|ttl| place(Spot::Unknown, ttl)), [true, true, true, false]);
        assert!(!place(Spot::Middle, 64));
    }

    #[test]
    fn a_capture_on_the_claimed_host_asks_for_no_other_there() {
        let there = |spot| {
            let mut case = reset(ABORT, true);
            case.vantage.spot = spot;
            is_wanted(&case, "did this reset leave it?")
        };
        assert_eq!([Spot::Server, Spot::Client, Spot::Unknown].map(there), [false, true, true]);
    }

    proptest! {
        #[test]
        fn looking_never_costs_knowledge(
            weights in prop::array::uniform6(0.0_f64..1.0),
            found in prop::array::uniform6(0.0_f64..=1.0),
        ) {
            let total: f64 = weights.iter().sum();
            prop_assume!(total > 0.0);
            prop_assert!(gain(&weights.map(|weight| weight / total), &found) > -1e-9);
        }
    }
}
