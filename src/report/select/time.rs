//! Times as people give them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use thiserror::Error;

use crate::units::{Elapsed, Timestamp};

/// A moment, or a time of day on whatever day the capture has. UTC where no offset is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// A moment.
    Moment(Timestamp),
    /// Since midnight.
    OfDay(Elapsed),
}

/// What is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "expected a time as `2026-11-21T14:03:00Z`, `2026-11-21 14:03` or `14:03`; UTC where no offset is given"
)]
pub struct ClockError;

const DAY: Elapsed = Elapsed::from_secs(86_400);

impl Clock {
    /// The moment, a time of day being on the day of `other`.
    pub fn on_day_of(self, other: Timestamp) -> Timestamp {
        match self {
            Self::Moment(moment) => moment,
            Self::OfDay(time) => other + (time - of_day(other)),
        }
    }

    /// How far `moment` is from it; of a time of day, from the nearest such time.
    pub fn distance(self, moment: Timestamp) -> Elapsed {
        let absolute = |span: Elapsed| span.max(Elapsed::ZERO - span);
        match self {
            Self::Moment(own) => absolute(moment.since(own)),
            Self::OfDay(time) => {
                let within = absolute(of_day(moment) - time);
                within.min(DAY - within)
            }
        }
    }
}

/// Time since midnight, UTC.
fn of_day(moment: Timestamp) -> Elapsed {
    Elapsed::from_nanos(moment.as_nanos().rem_euclid(DAY.as_nanos()))
}

impl FromStr for Clock {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(time) = time_of_day(text) {
            let since_midnight = time.signed_duration_since(NaiveTime::MIN);
            return nanos(since_midnight).map(Elapsed::from_nanos).map(Self::OfDay).ok_or(ClockError);
        }
        let moment = with_offset(text).or_else(|| without_offset(text)).ok_or(ClockError)?;
        moment.timestamp_nanos_opt().map(Timestamp::from_nanos).map(Self::Moment).ok_or(ClockError)
    }
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let formats = ["%H:%M", "%H:%M:%S%.f"];
    formats.iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

fn with_offset(text: &str) -> Option<DateTime<Utc>> {
    let utc = |moment: DateTime<FixedOffset>| moment.to_utc();
    let formats =
        ["%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    let text = text.strip_suffix(" UTC").map_or_else(|| text.to_owned(), |moment| format!("{moment}Z"));
    DateTime::parse_from_rfc3339(&text)
        .ok()
        .or_else(|| formats.iter().find_map(|format| DateTime::parse_from_str(&text, format).ok()))
        .map(utc)
}

fn without_offset(text: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let midnight =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let time = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    time.or_else(midnight).map(|time| time.and_utc())
}

fn nanos(delta: TimeDelta) -> Option<i64> {
    delta.num_nanoseconds()
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(moment) => {
                DateTime::from_timestamp_nanos(moment.as_nanos()).format("%FT%T%.fZ").fmt(f)
            }
            Self::OfDay(time) => DateTime::from_timestamp_nanos(time.as_nanos()).format("%T%.f").fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> Clock {
        text.parse().unwrap_or_else(|_| panic!("{text} is a time"))
    }

    fn moment(text: &str) -> Timestamp {
        clock(text).on_day_of(Timestamp::default())
    }

    #[test]
    fn a_moment_is_read_as_tickets_and_logs_write_it() {
        let same = moment("2026-11-21T14:03:00Z");
        for text in [
            "2026-11-21 14:03",
            "2026-11-21T14:03",
            "2026-11-21 14:03:00.000",
            "2026-11-21T15:03:00+01:00",
            "2026-11-21 15:03+01:00",
            "2026-11-21 14:03:00 UTC",
        ] {
            assert_eq!(moment(text), same, "{text}");
        }
        assert_eq!(moment("2026-11-21").since(same), Elapsed::from_secs(-(14 * 3_600 + 180)));
        for wrong in ["", "noon", "25:00", "14", "2026-13-01", "9999999-01-01 00:00", "14:03 tomorrow"] {
            assert_eq!(wrong.parse::<Clock>(), Err(ClockError), "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_is_of_any_day_and_midnight_is_no_wall() {
        let around = clock("23:59");
        assert_eq!(around.distance(moment("2026-11-21 00:01")), Elapsed::from_secs(120));
        assert_eq!(clock("14:03").on_day_of(moment("2026-11-21 20:00")), moment("2026-11-21 14:03"));
        assert_eq!(clock("14:03:30").to_string(), "14:03:30");
        assert_eq!(clock("2026-11-21 14:03").to_string(), "2026-11-21T14:03:00Z");
    }
}
