//! What was read.

use schemars::JsonSchema;
use serde::Serialize;

/// The input as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Capture {
    /// The inputs.
    pub files: Vec<InputFile>,
    /// Frames in all inputs.
    pub frames: u64,
    /// Frames of SSH connections.
    pub ssh_frames: u64,
    /// Time of the first frame, ISO 8601 UTC with nanoseconds; absent without frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// Latest time of all frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
    /// What the capture could not show.
    pub limits: Vec<Limit>,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputFile {
    /// Path as given, `-` for standard input; without directories in reproducible reports.
    pub path: String,
    /// SHA-256 of its octets, in hexadecimal; empty where `--no-digest` left it out.
    pub sha256: String,
    /// Octets read.
    pub octets: u64,
    /// Capture-file format.
    pub format: String,
    /// Whether it was read to its end without damage.
    pub complete: bool,
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Limit {
    /// Kebab-case name.
    pub id: String,
    /// In words.
    pub detail: String,
    /// Frames that show it, at most a few.
    pub frames: Vec<u64>,
}
