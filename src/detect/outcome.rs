//! What a detector answers: present, absent, or cannot tell and why.

use crate::cause::Bearing;
use crate::frame::FrameNo;

/// Dependence: inside a group only the strongest observation counts, across groups they add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What the sender does after the reset.
    Afterlife,
    /// Data in the reset.
    Data,
    /// TOS, traffic class, flow label: what the IP layer was told.
    Dscp,
    /// Bears on the cause and the role, not on the sender.
    Exchange,
    /// Flags, window, options.
    Form,
    /// IPv4 identification.
    IpId,
    /// What was copied from a packet of the other end.
    Reflection,
    /// Sequence and acknowledgement numbers.
    Sequence,
    /// Several resets together.
    Series,
    /// When it came.
    Time,
    /// Which machine it came from, by its place: TTL, hop limit, link-layer source.
    Ttl,
    /// Where the capture was taken.
    Vantage,
}

/// An observation in words and numbers, with where it can be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One sentence with both values compared.
    pub summary: String,
    /// Frames that show it.
    pub frames: Vec<FrameNo>,
    /// What it says of the sender.
    pub bearing: Bearing,
}

impl Finding {
    /// An observation.
    pub fn new(
        summary: impl Into<String>,
        frames: impl IntoIterator<Item = FrameNo>,
        bearing: Bearing,
    ) -> Self {
        Self { summary: summary.into(), frames: frames.into_iter().collect(), bearing }
    }
}

/// Three answers, not two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there.
    Present(Finding),
    /// It was looked for and is not there, which says something too.
    Absent(Finding),
    /// The capture does not let it be seen; why.
    CannotTell(String),
}

impl Outcome {
    /// What it says of the sender; `None` where it cannot tell.
    pub fn bearing(&self) -> Option<Bearing> {
        match self {
            Self::Present(finding) | Self::Absent(finding) => Some(finding.bearing),
            Self::CannotTell(_) => None,
        }
    }

    /// The contract's word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Present(_) => "present",
            Self::Absent(_) => "absent",
            Self::CannotTell(_) => "cannot-tell",
        }
    }
}

/// Shorthand for detectors.
pub(super) fn cannot_tell(why: impl Into<String>) -> Outcome {
    Outcome::CannotTell(why.into())
}
