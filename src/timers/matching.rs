//! Which timers fit a silence. An answer may be empty: that none fits is worth knowing too.

use std::cmp::Reverse;

use super::expiry::Agreement;
use super::gap::{Ending, Gap, Interval, tolerance};
use super::timer::{Counts, DefaultIs, Phase, ReArmedBy, Settable, Timer};
use super::trust::{Check, Confidence};
use super::waits::Waits;
use crate::units::Elapsed;

/// How a timer's value and a silence belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// The silence is as long as the timer.
    Value,
    /// The timer lies somewhere between what was survived and what was not.
    Interval,
}

impl Fit {
    /// The word for it in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Interval => "interval",
        }
    }
}

/// Which of a timer's values fits. A variant before another is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The default that is shipped, or follows from shipped values.
    Default,
    /// A value in wide use, or from a survey or a standard: nobody ships it.
    Common,
    /// Some value that can be set.
    Settable,
}

/// A timer that fits.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The timer.
    pub timer: &'a Timer,
    /// The value that fits; `None` where one in its range would have to be set.
    pub value: Option<Elapsed>,
    /// How it fits.
    pub fits: Fit,
    /// Which of its values fits.
    pub origin: Origin,
    /// How well the ending agrees with what it does.
    pub agreement: Agreement,
    /// How far the silence (for lifetimes the age) is from the value; from the default where only a set one fits.
    pub distance: Elapsed,
}

impl Candidate<'_> {
    /// How early and how late it may act: by its coarseness, and by its sweep.
    pub fn tolerance(&self) -> (Elapsed, Elapsed) {
        let value = self.value.or(self.timer.default).unwrap_or(Elapsed::ZERO);
        let (earliest, latest) = acts_between(value, self.timer);
        (value - earliest, latest - value)
    }
}

/// The timers of the catalogue that fit `gap`, the best first. The list is not cut.
pub fn matching(gap: &Gap) -> Vec<Candidate<'static>> {
    matching_in(gap, super::catalogue())
}

/// The same for other timers, such as a user's own.
///
/// The order: a default before other values, and those before values that somebody would have had to set; what
/// the timer usually does before what it may do; what was read before what was not; then the nearest.
pub fn matching_in<'a>(gap: &Gap, timers: &'a [Timer]) -> Vec<Candidate<'a>> {
    matching_waits(&Waits::alike(*gap), timers)
}

/// The same for a wait that was measured by every clock: each timer is compared with its own.
pub fn matching_waits<'a>(waits: &Waits, timers: &'a [Timer]) -> Vec<Candidate<'a>> {
    let fitting = timers.iter().filter_map(|timer| candidate(&waits.of(timer)?, timer));
    let mut candidates: Vec<_> = fitting.collect();
    candidates.sort_by_key(|candidate| {
        let Candidate { timer, origin, agreement, distance, .. } = *candidate;
        (origin, agreement, Reverse(is_solid(timer)), timer.is_recalled(), distance, timer.id.as_str())
    });
    candidates
}

fn is_solid(timer: &Timer) -> bool {
    timer.check == Check::Primary && timer.confidence == Confidence::High
}

fn candidate<'a>(gap: &Gap, timer: &'a Timer) -> Option<Candidate<'a>> {
    let measured = Measured::of(gap, timer)?;
    let agreement = agreement(gap.ended_by, timer)?;
    let default_origin = match timer.default_is {
        DefaultIs::Shipped | DefaultIs::Derived => Origin::Default,
        _ => Origin::Common,
    };
    let defaults = timer.default.iter().map(|&value| (value, default_origin));
    let others = timer.also.iter().map(|&value| (value, Origin::Common));
    for (value, origin) in defaults.chain(others) {
        if let Some(fits) = measured.fit(value, timer) {
            let distance = distance(value, measured.interval.up_to);
            return Some(Candidate { timer, value: Some(value), fits, origin, agreement, distance });
        }
    }
    let (least, most) = match timer.settable() {
        Settable::Within(least, most) => (least, most),
        Settable::From(least) => (least, Elapsed::MAX),
        Settable::No | Settable::Yes => return None,
    };
    measured.reaches_into(least, most, timer).then(|| {
        let nominal = timer.default.unwrap_or(least);
        let distance = distance(nominal, measured.interval.up_to);
        Candidate { timer, value: None, fits: Fit::Interval, origin: Origin::Settable, agreement, distance }
    })
}

fn agreement(ending: Ending, timer: &Timer) -> Option<Agreement> {
    let usual = timer.ends_by.shows_as(ending);
    let optional = timer.or_ends_by.iter().filter_map(|expiry| expiry.shows_as(ending));
    usual.into_iter().chain(optional.map(|agreement| agreement.max(Agreement::Optional))).min()
}

fn distance(a: Elapsed, b: Elapsed) -> Elapsed {
    if a < b { b - a } else { a - b }
}

/// The time that one timer has to be compared with.
struct Measured {
    interval: Interval,
    ended_by: Ending,
}

impl Measured {
    /// `None` where the timer cannot have run out at all.
    fn of(gap: &Gap, timer: &Timer) -> Option<Self> {
        // Gaps are those of open connections; after a FIN other values hold.
        if timer.phase == Phase::HalfClosed {
            return None;
        }
        let interval = match timer.counts {
            Counts::Idle if timer.rearmed_by == ReArmedBy::AnySegment && gap.is_crossed_by_keepalives() => {
                return None;
            }
            Counts::Idle => gap.idle_interval(),
            Counts::Lifetime => gap.age_interval(),
            Counts::Keepalive | Counts::Threshold | Counts::Internal => return None,
        };
        Some(Self { interval, ended_by: gap.ended_by })
    }

    fn fit(&self, value: Elapsed, timer: &Timer) -> Option<Fit> {
        let (earliest, latest) = acts_between(value, timer);
        let is_equal = earliest <= self.interval.up_to && self.interval.up_to <= latest;
        let is_below = value <= self.interval.up_to;
        let survived = self.survived(timer);
        match self.ended_by {
            Ending::Close | Ending::ResetAtExpiry => (is_equal && latest > survived).then_some(Fit::Value),
            // A device that sweeps may let a silence pass that was a little longer than its timer.
            _ if value + timer.slack.unwrap_or(Elapsed::ZERO) <= survived => None,
            Ending::Unknown if is_equal => Some(Fit::Value),
            Ending::ResetOnNextPacket | Ending::Silence | Ending::Unknown => {
                is_below.then_some(Fit::Interval)
            }
        }
    }

    /// Whether some value between `least` and `most` fits.
    fn reaches_into(&self, least: Elapsed, most: Elapsed, timer: &Timer) -> bool {
        let nearest = self.interval.up_to.clamp(least, most);
        self.fit(nearest, timer).is_some()
    }

    /// What the timer is known to be longer than. A lifetime that ran out in the moment of the end has only the
    /// age to be compared with.
    fn survived(&self, timer: &Timer) -> Elapsed {
        let acts_at_once = matches!(self.ended_by, Ending::Close | Ending::ResetAtExpiry);
        if timer.counts == Counts::Lifetime && acts_at_once { Elapsed::ZERO } else { self.interval.above }
    }
}

/// When a timer of that value may act, early by its coarseness and late by its sweep.
fn acts_between(value: Elapsed, timer: &Timer) -> (Elapsed, Elapsed) {
    let early = tolerance(value);
    let late = early.max(timer.slack.unwrap_or(Elapsed::ZERO));
    (value - early, value + late)
}
