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

pub mod ssh;

pub mod timers;

pub mod cause;
