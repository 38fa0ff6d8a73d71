//! One timer: whose, how long, how it ends a connection, and where that is written.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::value::Datetime;

use super::expiry::Expiry;
use super::keepalive::KeepaliveHelps;
use super::trust::{Basis, Check, Confidence, SourceKind};
use crate::units::Elapsed;

words! {
    /// What a timer counts.
    pub enum Counts {
        /// Time without what re-arms it.
        Idle = "idle",
        /// Time since the connection, or the login, began. Busy sessions end too.
        Lifetime = "lifetime",
        /// The interval at which this end sends keepalives: it cuts nothing.
        Keepalive = "keepalive",
        /// A number of connections or failures, no time at all.
        Threshold = "threshold",
        /// Time, but running out does not cut SSH connections.
        Internal = "internal",
    }
}

words! {
    /// What starts the timer again.
    pub enum ReArmedBy {
        /// Any TCP segment, also a bare acknowledgement or a keepalive probe.
        AnySegment = "any-segment",
        /// Segments with data only.
        Payload = "payload",
        /// SSH messages that the server reads.
        SshMessage = "ssh-message",
        /// Keystrokes or channel data only.
        UserInput = "user-input",
        /// Data being acknowledged.
        Acknowledgement = "acknowledgement",
        /// Nothing: it is not an idle timer.
        Nothing = "nothing",
    }
}

words! {
    /// Which connections a timer applies to.
    pub enum Phase {
        /// Those with a complete handshake.
        Established = "established",
        /// Those that have not logged in yet.
        Unauthenticated = "unauthenticated",
        /// Those that one end has closed.
        HalfClosed = "half-closed",
    }
}

words! {
    /// What the default value is.
    pub enum DefaultIs {
        /// The value as shipped.
        Shipped = "shipped",
        /// No value is shipped; this one is widely used.
        Typical = "typical",
        /// Computed from shipped parameters.
        Derived = "derived",
        /// From a survey.
        Measured = "measured",
        /// The least that a standard allows.
        Floor = "floor",
        /// It depends on two settings.
        Formula = "formula",
        /// It is off unless somebody sets it.
        Off = "off",
        /// The vendor gives no number.
        Undocumented = "undocumented",
    }
}

/// Whether the value can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settable {
    /// Fixed.
    No,
    /// Settable; the range is not known.
    Yes,
    /// Settable from there upwards; no ceiling is known.
    From(Elapsed),
    /// Settable from the first to the second.
    Within(Elapsed, Elapsed),
}

/// Where a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// Title of the page or file.
    pub title: &'a str,
    /// Who published it.
    pub by: &'a str,
    /// Its address.
    pub url: &'a str,
    /// The address of a second text that says the same.
    pub url_2: Option<&'a str>,
    /// What kind of text it is.
    pub kind: SourceKind,
}

/// One timer. The keys of the catalogue are these fields; what is a time has `_s` behind it there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Unique name, in kebab case.
    pub id: String,
    /// Vendor and product.
    pub whose: String,
    /// Name of the setting; `None` if it has none.
    pub setting: Option<String>,
    /// Kind of product, in kebab case.
    #[serde(default = "own")]
    pub place: String,
    /// What it counts.
    #[serde(default = "idle")]
    pub counts: Counts,
    /// What starts it again.
    #[serde(default = "any_segment")]
    pub rearmed_by: ReArmedBy,
    /// Which connections it applies to.
    #[serde(default = "established")]
    pub phase: Phase,
    /// The value unless somebody sets another; `None` if it is off or not a time.
    #[serde(default, rename = "default_s", deserialize_with = "optional_seconds")]
    pub default: Option<Elapsed>,
    /// What the default is.
    #[serde(default = "shipped")]
    pub default_is: DefaultIs,
    /// How the value comes from two settings.
    pub formula: Option<String>,
    /// Other values in wide use.
    #[serde(default, rename = "also_s", deserialize_with = "many_seconds")]
    pub also: Vec<Elapsed>,
    #[serde(default)]
    settable: bool,
    #[serde(default, rename = "settable_s", deserialize_with = "optional_range")]
    pub(super) settable_within: Option<(Elapsed, Option<Elapsed>)>,
    /// The value while the handshake is incomplete.
    #[serde(default, rename = "half_open_s", deserialize_with = "optional_seconds")]
    pub half_open: Option<Elapsed>,
    /// The value after one FIN.
    #[serde(default, rename = "half_closed_s", deserialize_with = "optional_seconds")]
    pub half_closed: Option<Elapsed>,
    /// The value after the close.
    #[serde(default, rename = "closed_s", deserialize_with = "optional_seconds")]
    pub closed: Option<Elapsed>,
    /// How late it may act after its value: the interval of a sweep, or a random part.
    #[serde(default, rename = "slack_s", deserialize_with = "optional_seconds")]
    pub slack: Option<Elapsed>,
    /// What happens when it runs out.
    pub ends_by: Expiry,
    /// What that statement rests on.
    #[serde(default = "documented")]
    pub ends_by_is: Basis,
    /// What else may happen if it is set so.
    #[serde(default)]
    pub or_ends_by: Vec<Expiry>,
    /// The settings of which `or_ends_by` depends.
    pub or_ends_by_when: Option<String>,
    /// What is seen on the wire, where that is known.
    pub wire: Option<String>,
    /// What `wire` rests on.
    pub wire_is: Option<Basis>,
    /// Versions to which the entry applies.
    pub versions: Option<String>,
    /// What else to know.
    pub note: Option<String>,
    /// What to set on the device.
    pub remedy: Option<String>,
    /// Which keepalive helps.
    #[serde(default = "unknown")]
    pub keepalive: KeepaliveHelps,
    /// `ServerAliveInterval` that keeps it from running out, in seconds.
    pub server_alive_s: Option<u32>,
    source: Option<String>,
    source_by: Option<String>,
    source_url: Option<String>,
    source_url_2: Option<String>,
    source_kind: Option<SourceKind>,
    /// How the value was checked. A user's own timer needs no check: the user is the source.
    #[serde(default = "primary")]
    pub check: Check,
    /// How sure the entry is.
    #[serde(default = "high")]
    pub confidence: Confidence,
    #[serde(default)]
    checked: Option<Datetime>,
}

impl Timer {
    /// Whether, and from where to where, the value can be set.
    pub fn settable(&self) -> Settable {
        match self.settable_within {
            Some((least, Some(most))) => Settable::Within(least, most),
            Some((least, None)) => Settable::From(least),
            None if self.settable => Settable::Yes,
            None => Settable::No,
        }
    }

    /// Where it is written; `None` for a user's own.
    pub fn source(&self) -> Option<Source<'_>> {
        Some(Source {
            title: self.source.as_deref()?,
            by: self.source_by.as_deref()?,
            url: self.source_url.as_deref()?,
            url_2: self.source_url_2.as_deref(),
            kind: self.source_kind?,
        })
    }

    /// The day on which the source was read, as `2026-11-21`; `None` for a user's own.
    pub fn checked(&self) -> Option<String> {
        self.checked.map(|day| day.to_string())
    }

    /// Whether nobody read the value in a source: to be said wherever the timer is shown.
    pub fn is_recalled(&self) -> bool {
        self.check == Check::None
    }
}

fn own() -> String {
    "own".to_owned()
}
const fn idle() -> Counts {
    Counts::Idle
}
const fn any_segment() -> ReArmedBy {
    ReArmedBy::AnySegment
}
const fn established() -> Phase {
    Phase::Established
}
const fn shipped() -> DefaultIs {
    DefaultIs::Shipped
}
const fn documented() -> Basis {
    Basis::Documented
}
const fn unknown() -> KeepaliveHelps {
    KeepaliveHelps::Unknown
}
const fn primary() -> Check {
    Check::Primary
}
const fn high() -> Confidence {
    Confidence::High
}

/// Whole seconds up to 136 years: more is a mistake, and so is less than none.
fn seconds<'de, D: Deserializer<'de>>(value: i64) -> Result<Elapsed, D::Error> {
    let whole = u32::try_from(value);
    whole
        .map(|seconds| Elapsed::from_secs(i64::from(seconds)))
        .map_err(|_| D::Error::custom(format!("{value} s is not a time from 0 to {} s", u32::MAX)))
}

fn optional_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Elapsed>, D::Error> {
    seconds::<D>(i64::deserialize(deserializer)?).map(Some)
}

fn many_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Elapsed>, D::Error> {
    Vec::<i64>::deserialize(deserializer)?.into_iter().map(seconds::<D>).collect()
}

/// `[least, most]`, or `[least]` where no ceiling is known.
fn optional_range<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<(Elapsed, Option<Elapsed>)>, D::Error> {
    match *Vec::<i64>::deserialize(deserializer)? {
        [least] => Ok(Some((seconds::<D>(least)?, None))),
        [least, most] if least <= most => Ok(Some((seconds::<D>(least)?, Some(seconds::<D>(most)?)))),
        [least, most] => Err(D::Error::custom(format!("the range from {least} s to {most} s is empty"))),
        _ => Err(D::Error::custom("a range is [least, most], or [least]")),
    }
}
