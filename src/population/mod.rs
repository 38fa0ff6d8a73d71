//! What many sessions say together.

mod alike;
mod continuation;
mod fingerprint;
mod folding;
mod shared_fate;

pub use alike::{Fate, Group, Member, groups};
pub use folding::{Fold, folds};

use std::collections::BTreeMap;

use crate::case::{Blind, Case};
use crate::frame::FrameNo;
use crate::infer::Diagnosis;
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::Undecoded;

/// One connection with its diagnosis.
#[derive(Debug)]
pub struct Judged {
    /// What is known of it.
    pub case: Case,
    /// What follows from that.
    pub diagnosis: Diagnosis,
}

/// What was counted over the whole capture.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Frames.
    pub frames: u64,
    /// Frames with a segment of an SSH connection, ICMP errors that quote one included.
    pub ssh_frames: u64,
    /// Frames that could not be decoded to TCP although something says they should.
    pub undecoded: u64,
    /// The first of them.
    pub undecoded_examples: Vec<(FrameNo, Undecoded)>,
    /// Frames by what they are, where that is not TCP.
    pub others: BTreeMap<&'static str, u64>,
    /// Time of the first frame.
    pub first: Option<Timestamp>,
    /// Latest time of all frames.
    pub last: Option<Timestamp>,
}

impl Counts {
    /// Counts a frame that could not be decoded.
    pub fn note_undecoded(&mut self, frame: FrameNo, why: Undecoded, limits: &Limits) {
        self.undecoded += 1;
        if self.undecoded_examples.len() < limits.undecoded_examples {
            self.undecoded_examples.push((frame, why));
        }
    }
}

/// What a capture holds.
#[derive(Debug, Default)]
pub struct Findings {
    /// The SSH connections, in the order of their first frames, those left out that were folded.
    pub sessions: Vec<Judged>,
    /// What was counted.
    pub counts: Counts,
    /// What the capture as a whole could not show.
    pub blind: Vec<Blind>,
    /// What several sessions say together.
    pub patterns: Vec<Pattern>,
    /// Connections that are not among the sessions, all but the examples: they came to nothing like many others.
    pub folded: Vec<Fold>,
}

/// Something that shows only in several sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Kebab-case name.
    pub id: &'static str,
    /// Indices of the sessions.
    pub sessions: Vec<usize>,
    /// In words.
    pub detail: String,
}

/// The patterns in `sessions`.
pub fn patterns(sessions: &[Judged]) -> Vec<Pattern> {
    let mut patterns = shared_fate::patterns(sessions);
    patterns.extend(continuation::patterns(sessions));
    patterns.extend(fingerprint::patterns(sessions));
    patterns
}
