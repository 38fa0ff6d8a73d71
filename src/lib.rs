//! The architecture of `sshrst`.
//!
//! ```text
//! Frame → Segment → Flow → Session → Case → Evidence → Verdict → Report
//! ```

#![deny(clippy::disallowed_methods, clippy::disallowed_macros, clippy::disallowed_types)]

pub mod units;

pub mod limits;

pub mod frame;

pub mod wire;

pub mod flow;

pub mod ssh;

pub mod case;

pub mod timers;

pub mod cause;

pub mod detect;

pub mod infer;

pub mod population;

pub mod report;

pub mod analysis;

pub mod source;

pub mod cli;

pub mod error;

pub mod run;
