//! One model, many renderings. The only user of comfy-table and chrono.

mod community_id;
mod complaint;
mod escape;
mod explain;
mod json;
pub mod model;
mod page;
mod text;
mod timers;
mod zeek;

pub use complaint::explain_message;
pub use escape::escaped;
pub use explain::{explain, explain_list, explainable};
pub use json::{json, ndjson, schema};
pub use page::Screen;
pub use text::{Detail, text};
pub use timers::timers;

use chrono::{DateTime, SecondsFormat};

use crate::units::Timestamp;

/// ISO 8601 in UTC with nanoseconds.
pub(crate) fn moment(time: Timestamp) -> String {
    DateTime::from_timestamp_nanos(time.as_nanos()).to_rfc3339_opts(SecondsFormat::Nanos, true)
}
