//! Times as people give them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use thiserror::Error;

use crate::report::zone::Zone;
use crate::units::{Elapsed, Timestamp};

/// A moment, or a time of day on whatever day the capture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    reading: Reading,
    zone: Zone,
}

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// A moment, with its offset from UTC.
    Moment(DateTime<Utc>),
    /// A day and a time of the zone.
    Local(NaiveDateTime),
    /// A time of the zone on any day.
    OfDay(NaiveTime),
}

/// What is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "expected a time as `2026-11-21T14:03:00Z`, `2026-11-21 14:03` or `14:03`; of `--time-zone`, or UTC, where no offset is given"
)]
pub struct ClockError;

impl Clock {
    /// The same reading on a clock of `zone`; without, it is of UTC.
    pub const fn of_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The moment, a time of day being on the day of `other`.
    pub fn on_day_of(self, other: Timestamp) -> Timestamp {
        let moment = match self.reading {
            Reading::Moment(moment) => moment,
            Reading::Local(local) => self.zone.moment(local),
            Reading::OfDay(time) => self.zone.moment(self.zone.local(utc(other)).date().and_time(time)),
        };
        // Read only if it is a time that nanoseconds can tell.
        moment.timestamp_nanos_opt().map_or(other, Timestamp::from_nanos)
    }

    /// How far `moment` is from it; of a time of day, from the nearest such time.
    pub fn distance(self, moment: Timestamp) -> Elapsed {
        let days = if matches!(self.reading, Reading::OfDay(_)) { &[-1, 0, 1][..] } else { &[0] };
        let distances = days.iter().map(|&day| {
            let span = moment.since(self.on_day_of(moment + Elapsed::from_secs(day * DAY)));
            span.max(Elapsed::ZERO - span)
        });
        distances.min().unwrap_or(Elapsed::MAX)
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;

fn utc(moment: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(moment.as_nanos())
}

impl FromStr for Clock {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let reading = time_of_day(text)
            .map(Reading::OfDay)
            .or_else(|| with_offset(text).map(Reading::Moment))
            .or_else(|| without_offset(text).map(Reading::Local))
            .ok_or(ClockError)?;
        let moment = match reading {
            Reading::Moment(moment) => moment,
            Reading::Local(local) => local.and_utc(),
            Reading::OfDay(_) => DateTime::default(),
        };
        moment.timestamp_nanos_opt().ok_or(ClockError)?;
        Ok(Self { reading, zone: Zone::default() })
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

fn without_offset(text: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let midnight =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let time = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    time.or_else(midnight)
}

impl fmt::Display for Clock {
    /// As it can be given again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reading {
            Reading::Moment(moment) => moment.format("%FT%T%.fZ").fmt(f),
            Reading::Local(local) if self.zone == Zone::default() => local.format("%FT%T%.fZ").fmt(f),
            Reading::Local(local) => local.format("%FT%T%.f").fmt(f),
            Reading::OfDay(time) => time.format("%T%.f").fmt(f),
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

    #[test]
    fn in_a_zone_of_ones_own_a_time_is_what_clocks_there_show() {
        let zone = "Europe/Berlin".parse().unwrap();
        for text in ["2026-11-21 15:03", "2026-11-21T14:03:00Z"] {
            assert_eq!(clock(text).of_zone(zone).on_day_of(Timestamp::default()), moment("2026-11-21 14:03"));
        }
        let late = clock("00:30").of_zone(zone);
        assert_eq!(late.on_day_of(moment("2026-11-21 23:10")), moment("2026-11-21 23:30"));
        assert_eq!(late.distance(moment("2026-07-01 22:25")), Elapsed::from_secs(300));
        assert_eq!(clock("2026-11-21 15:03").of_zone(zone).to_string(), "2026-11-21T15:03:00");
    }
}
