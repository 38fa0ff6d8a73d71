//! What was typed, and what it means. The only user of clap and its companions.

mod args;
mod capture;
mod fail_on;
mod manual;
mod plan;
mod selection;
mod ticket;

pub use args::command;
pub use capture::{Capture, StopWhen};
pub use fail_on::FailOn;
pub use plan::{Analyze, Format, Plan, Reporting, parse, terminal};
pub use ticket::Ticket;
