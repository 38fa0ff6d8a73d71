//! What was typed, and what it means. The only user of clap.

mod args;
mod capture;
mod plan;
mod selection;

pub use args::command;
pub use capture::Capture;
pub use plan::{Analyze, Format, Plan, Reporting, parse};
