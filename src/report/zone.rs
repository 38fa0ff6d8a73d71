//! Times of day where the reader is. The only user of chrono-tz.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, LocalResult, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use thiserror::Error;

use super::model::{Encrypted, Report, Session};

/// A time zone of the IANA database, with its summer times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

/// A name that is no zone's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no time zone is called `{name}`; their names are as `Europe/Berlin`, `America/New_York`, `UTC`{}", nearest(.name))]
pub struct ZoneError {
    name: String,
}

/// The zones whose last part is as typed: `Berlin`, `new_york`.
fn nearest(name: &str) -> String {
    let wanted = name.rsplit('/').next().unwrap_or_default().replace(' ', "_");
    let same =
        |zone: &&Tz| zone.name().rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&wanted));
    TZ_VARIANTS.iter().find(same).map_or(String::new(), |zone| format!("; did you mean `{}`?", zone.name()))
}

impl Default for Zone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.parse().map(Self).map_err(|_| ZoneError { name: name.chars().take(40).collect() })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Zone {
    /// What clocks there show at `moment`.
    pub(super) fn local(self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.with_timezone(&self.0).naive_local()
    }

    /// When clocks there show `local`: the first time of two in autumn; of none in spring, as if the clocks were not yet
    /// put forward.
    pub(super) fn moment(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
            LocalResult::None => {
                let before = local - TimeDelta::hours(3);
                self.0
                    .from_local_datetime(&before)
                    .earliest()
                    .map_or_else(|| local.and_utc(), |it| it.to_utc() + TimeDelta::hours(3))
            }
        }
    }

    /// `report` with its times as clocks there show them, each with its offset from UTC.
    pub fn shown(self, mut report: Report) -> Report {
        if self == Self::default() {
            return report;
        }
        report.time_zone = Some(self.to_string());
        let capture = &mut report.capture;
        let mut times: Vec<&mut String> =
            capture.first_time.iter_mut().chain(&mut capture.last_time).collect();
        if let Some(selected) = &mut report.selection {
            times.extend(selected.first_start.iter_mut().chain(&mut selected.last_end));
        }
        for pattern in &mut report.patterns {
            times.extend(pattern.first_time.iter_mut().chain(&mut pattern.last_time));
        }
        times.extend(report.sessions.iter_mut().flat_map(times_of));
        for time in times {
            if let Ok(moment) = DateTime::parse_from_rfc3339(time) {
                *time = moment.with_timezone(&self.0).to_rfc3339_opts(SecondsFormat::Nanos, false);
            }
        }
        report
    }
}

fn times_of(session: &mut Session) -> Vec<&mut String> {
    let mut times = vec![&mut session.start, &mut session.end];
    if let Some(owed) = &mut session.unanswered {
        times.push(&mut owed.dead_by);
        times.extend(
            [&mut owed.alive_at, &mut owed.last_from_client, &mut owed.last_from_server]
                .into_iter()
                .flatten(),
        );
    }
    times.extend(session.exchange.iter_mut().map(|step| &mut step.time));
    times.extend(session.path.outages.iter_mut().map(|outage| &mut outage.start));
    times.extend(session.reset.iter_mut().map(|reset| &mut reset.time));
    if let Some(Encrypted { events, .. }) = &mut session.ssh.encrypted {
        times.extend(events.iter_mut().map(|event| &mut event.time));
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn hours_that_clocks_show_twice_or_never_are_one_moment() {
        let moment = |text: &str| zone("Europe/Berlin").moment(local(text)).format("%FT%RZ").to_string();
        assert_eq!(moment("2026-11-21 15:03"), "2026-11-21T14:03Z");
        assert_eq!(moment("2026-10-25 02:30"), "2026-10-25T00:30Z");
        assert_eq!(moment("2026-03-29 02:30"), "2026-03-29T01:30Z");
    }

    #[test]
    fn a_name_nearly_right_is_told_right() {
        let told = |name: &str| name.parse::<Zone>().unwrap_err().to_string();
        assert!(told("berlin").ends_with("did you mean `Europe/Berlin`?"), "{}", told("berlin"));
        assert!(told("US/New York").contains("`America/New_York`?"));
        assert!(!told("Atlantis").contains("did you mean"));
    }
}
