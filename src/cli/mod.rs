//! What was typed, and what it means. The only user of clap.

mod args;
mod plan;

pub use args::command;
pub use plan::{Analyze, Format, Plan, parse};
