//! The architecture of `sshrst`.
//!
//! ```text
//! Frame → Segment → Flow → Session → Case → Evidence → Verdict → Report
//! ```
//!
//! Each noun is made in exactly one folder, from the noun before it, and no stage can reach behind the one before:
//! a detector has no bytes to parse again, a renderer nothing to weigh again.
//!
//! ```text
//!   edges     source ──frames──┐                             ┌──report──▶ stdout, file
//!             (files, stdin)   │         cli, error, run     │
//! ─────────────────────────────┼─────────────────────────────┼─────────────────────────
//!   core                       ▼                             │
//!             analysis: wire ─▶ flow ─▶ ssh ─▶ case ─▶ detect ─▶ infer ─▶ population ─▶ report
//!                                               vocabulary: timers, cause, messages
//!                                               everywhere: units, limits, frame
//! ```
//!
//! # Direction
//!
//! The modules below are listed in order. A module names only modules above it. `flow` does not name `ssh` (TCP does
//! not know what it carries), and `ssh` names only `units`, `limits` and `frame`, besides the words for the two ends
//! that `flow` gives. The edges name each other, the
//! first three, `analysis`, `report`, and the catalogues `timers`, `cause` and `detect`; never the inside of a stage.
//! The core is pure: no clock, no environment, no file, no socket, no print. Clippy's `disallowed_*` lists hold that;
//! `tests/architecture.rs` holds the rest, and that each dependency has one door.
//!
//! # Glossary
//!
//! | word | is |
//! |---|---|
//! | [frame](frame::Frame) | one record of a capture, numbered as Wireshark does |
//! | [segment](wire::Segment) | what one frame says about one TCP connection |
//! | [flow](flow::Flow) | what one TCP connection did, both directions |
//! | [transcript](ssh::Transcript) | what SSH did inside it |
//! | [case](case::Case) | all that a detector may look at, frozen |
//! | [reset](case::Reset) | a RST with the end whose address it carries, and what it answers |
//! | claimed host | that end: the host the reset would be from if its address is to be believed |
//! | [role](case::Role) | whether the reset ended the connection, followed its end, or had no effect |
//! | [silence](flow::Silence) | a time without packets while nothing was owed |
//! | [pause](flow::Pauses) | the same between segments with data, whatever passes without |
//! | [death](case::Death) | an end without a word: packets unanswered to the end of the capture |
//! | [vantage](case::Vantage) | where on the path the capture was taken |
//! | [blind](case::Blind) | something the capture could not show |
//! | [detector](detect::Detect) | looks for one thing; answers present, absent, or cannot tell and why |
//! | [weight](cause::Weight) | decibans: ten times the base-10 logarithm of a likelihood ratio |
//! | [origin](cause::Origin) | what kind of thing sent a reset: a socket, a stack, a filter, a forger |
//! | [verdict](infer::Verdict) | who sent the reset, how sure, on which evidence |
//! | [cause](cause::Cause) | why the connection ended; a closed list |
//! | [message](messages::Message) | what a program prints when a connection dies |
//! | [timer](timers::Timer) | a known idle timer, with its source |
//! | [waits](timers::Waits) | the silence before the end by every clock that a timer may have |
//! | [pattern](population::Pattern) | what only several sessions together show |
//! | [excerpt](report::Excerpt) | the packets behind a report, with what it says of them as comments |
//! | [pseudonym](report::redact::Pseudonyms) | an address that stands for another in a redacted report and its excerpt |
//! | [watch](analysis::Watch) | the analysis while frames still come: tells each end as soon as it can be judged |
//! | [testimony](infer::Testimony) | what the capturing host's own kernel says of a reset |
//! | [ledger](report::Ledger) | what was told while a capture ran, to revise it and to close the report with it |
//! | [rights](sandbox::Rights) | what the process may still do once it reads what others wrote |
//! | [report](report::model::Report) | all of that as values; text, Markdown, HTML and JSON are renderings of it |

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

pub mod messages;

pub mod detect;

pub mod infer;

pub mod population;

pub mod report;

pub mod analysis;

pub mod source;

pub mod sandbox;

pub mod cli;

pub mod error;

pub mod run;
