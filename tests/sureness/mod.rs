//! Whether less of a capture makes a verdict surer, or another one.

use sshrst::detect::Outcome;
use sshrst::infer::{Evidence, Sender, Verdict};
use sshrst::population::{Findings, Judged};

/// What `hidden`, with less of the same capture in it, says too much of a reset; empty if nothing.
pub(crate) fn overstated(whole: &Findings, hidden: &Findings) -> Vec<String> {
    let verdict = |judged: &Judged| {
        let frame = judged.case.reset.as_ref()?.segment().frame;
        judged.diagnosis.verdict.clone().map(|verdict| (frame, verdict))
    };
    let mut wrong = Vec::new();
    for (frame, less) in hidden.sessions.iter().filter_map(verdict) {
        let Some((_, full)) = whole.sessions.iter().filter_map(verdict).find(|(known, _)| *known == frame)
        else {
            continue;
        };
        let decided = less.sender != Sender::Undetermined;
        let surer = less.sender != full.sender || less.confidence > full.confidence + SLACK;
        if decided && surer {
            let said = |verdict: &Verdict| format!("{} {:.4}", verdict.sender.word(), verdict.confidence);
            let evidence = less.evidence.iter().zip(&full.evidence);
            let other = evidence.filter(|(less, full)| less.tilt != full.tilt).map(|(less, full)| {
                format!("\n    {}: {} with less, {} with all", less.meta.id, shown(less), shown(full))
            });
            let other: String = other.collect();
            wrong.push(format!("reset {frame}: {} with less, {} with all{other}", said(&less), said(&full)));
        }
    }
    wrong
}

fn shown(evidence: &Evidence) -> String {
    let said = match &evidence.outcome {
        Outcome::CannotTell(why) => why,
        Outcome::Present(finding) | Outcome::Absent(finding) => &finding.summary,
    };
    format!("{} ({said}) {:+}", evidence.outcome.word(), evidence.tilt)
}

/// Confidence that may be won by rounding.
const SLACK: f64 = 0.001;
