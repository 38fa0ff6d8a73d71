//! One model, many renderings. The only user of comfy-table, chrono, chrono-tz, ipcrypt-rs, maud and zip.
#![doc = include_str!("README.md")]

mod bundle;
mod community_id;
mod complaint;
mod detail;
mod escape;
mod evidence;
mod excerpt;
mod explain;
mod hassh;
mod html;
mod json;
mod ladder;
mod live;
mod live_table;
mod markdown;
pub mod model;
mod page;
pub mod pcapng;
pub mod redact;
mod select;
mod strftime;
mod text;
mod timers;
mod wireshark;
mod words;
mod zeek;
mod zone;

pub use bundle::{Bundle, Trim, note};
pub use complaint::explain_message;
pub use detail::Detail;
pub use escape::escaped;
pub use excerpt::of_frames as comments;
pub use excerpt::{Excerpt, ExcerptOptions, Extent};
pub use explain::{explain, explain_list, explainable};
pub use html::html;
pub use json::{json, ndjson, ndjson_closing, ndjson_session, schema};
pub use live::{Ledger, News, line};
pub use live_table::{Activity, Standing, live_table};
pub use markdown::markdown;
pub use page::Screen;
pub use pcapng::Pcapng;
pub use select::{Clock, ClockError, Network, Selection};
pub use strftime::strftime;
pub use text::text;
pub use timers::timers;
pub use zone::{Zone, ZoneError};

use chrono::{DateTime, SecondsFormat};

use crate::units::Timestamp;

/// ISO 8601 in UTC with nanoseconds.
pub(crate) fn moment(time: Timestamp) -> String {
    DateTime::from_timestamp_nanos(time.as_nanos()).to_rfc3339_opts(SecondsFormat::Nanos, true)
}
