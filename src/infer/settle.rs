//! What would settle it: the observations that this capture could not offer, most telling first.

use crate::case::{BlindKind, Case, Reset};
use crate::detect::Outcome;
use crate::flow::Side;
use crate::infer::{Sender, Verdict};

/// Above this confidence nothing more is asked for.
const SETTLED: f64 = 0.98;

/// At most this many, so that the reader acts on the first.
const MOST: usize = 4;

/// What to look at or to capture, most telling first.
pub(super) fn observations(case: &Case, reset: &Reset, verdict: &Verdict) -> Vec<String> {
    if verdict.sender != Sender::Undetermined && verdict.confidence >= SETTLED {
        return Vec::new();
    }
    let claimed = reset.claimed.word();
    let mut wanted = Vec::new();
    if !case.vantage.spot.is_at(reset.claimed) {
        wanted.push(format!("a capture on the {claimed} taken at the same time: did this reset leave it?"));
    }
    wanted.push(format!(
        "on the {claimed}, if it runs Linux: the tracepoint tcp:tcp_send_reset, or `nstat -az TcpOutRsts` before and after"
    ));
    if cannot(verdict, "reset-ttl-differs") {
        wanted
            .push(format!("any other packet of the {claimed} in the same capture, to compare its TTL with"));
    }
    if cannot(verdict, "reset-answers-early") && case.vantage.spot.is_near(reset.claimed) {
        let other: Side = !reset.claimed;
        wanted.push(format!(
            "a capture nearer the {}, where the round trip to the {claimed} can be measured",
            other.word()
        ));
    }
    if case.is_blind(BlindKind::StartsMidstream) {
        wanted.push("a capture that holds the connection's start".into());
    }
    if cannot(verdict, "sender-alive-after-reset") {
        wanted.push("some seconds of capture after the reset: does its sender go on?".into());
    }
    wanted.truncate(MOST);
    wanted
}

fn cannot(verdict: &Verdict, id: &str) -> bool {
    verdict.evidence.iter().any(|item| item.meta.id == id && matches!(item.outcome, Outcome::CannotTell(_)))
}
