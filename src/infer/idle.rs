//! Whether idleness is in question, and what the silences say of the timer.

use crate::case::{Case, Ending, Role};
use crate::flow::Side;
use crate::timers;
use crate::units::Elapsed;

/// The silence that a session did not survive.
#[derive(Clone, Debug, PartialEq)]
pub struct Idle {
    /// What is matched with the catalogue.
    pub gap: timers::Gap,
}

impl Idle {
    /// The idleness before the end of `case`; `None` when it is not in question.
    pub(super) fn of(case: &Case) -> Option<Self> {
        let (silence, survived) = case.silence();
        let silence = silence?;
        let ended_by = match (case.ending, &case.reset) {
            (Ending::Reset, Some(reset)) if silence.after == reset.segment().frame => {
                timers::Ending::ResetAtExpiry
            }
            (Ending::Reset, _) => timers::Ending::ResetOnNextPacket,
            (Ending::Silence, _) => timers::Ending::Silence,
            (Ending::Close, reset) => {
                // A close right after a silence can be a proxy's or a server's timer; one that a person typed is not.
                let (_, first) = case.first_fin()?;
                let unprompted = silence.after == first.frame;
                let reaction = reset.as_ref().is_none_or(|reset| reset.role == Role::Reaction);
                (unprompted && reaction).then_some(timers::Ending::Close)?
            }
            (Ending::Open | Ending::Refused, _) => return None,
        };
        if survived.is_some_and(|survived| survived.length >= silence.length) {
            return None; // What was survived once is no timer's doing.
        }
        let gap = timers::Gap {
            longest_survived: survived.map(|it| it.length),
            ended_after: silence.length,
            ended_by,
            keepalive: keepalive(case).filter(|interval| silence.length <= *interval + *interval),
            age: case.flow.duration(),
        };
        Some(Self { gap })
    }
}

/// Interval of the SSH keepalives that cut the session's silences: a silence no longer than about one interval ended when the
/// keepalive met the expired timer.
fn keepalive(case: &Case) -> Option<Elapsed> {
    let keepalive = &case.transcript.cipher.keepalive;
    let seen = Side::BOTH.into_iter().map(|side| *keepalive.of(side)).filter(|it| it.probes > 1);
    seen.map(|it| it.interval).min()
}
