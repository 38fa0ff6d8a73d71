//! What was read.

use schemars::JsonSchema;
use serde::Serialize;

use crate::flow;

/// The input as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Capture {
    /// The inputs.
    pub files: Vec<InputFile>,
    /// Frames in all inputs.
    pub frames: u64,
    /// Frames of SSH connections.
    pub ssh_frames: u64,
    /// Segments with RST of SSH connections, copies included.
    pub resets: Resets,
    /// Time of the first frame, ISO 8601 UTC with nanoseconds; absent without frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// Latest time of all frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
    /// What the capture could not show.
    pub limits: Vec<Limit>,
}

/// Segments with RST by whose address they carry, which is not always who sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Resets {
    /// The client's; the side is told by the port.
    pub client: Claimed,
    /// The server's.
    pub server: Claimed,
}

/// Segments with RST that carry the address of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Claimed {
    /// How many.
    pub count: u64,
    /// Those with a TTL or hop limit that no packet had which the same end had sent before in the connection.
    pub other_ttl: u64,
}

impl Resets {
    pub(super) fn of(resets: flow::Pair<flow::Resets>) -> Self {
        let of = |claimed: flow::Resets| Claimed { count: claimed.count, other_ttl: claimed.other_ttl };
        Self { client: of(resets.client), server: of(resets.server) }
    }
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputFile {
    /// Path as given, `-` for standard input; without directories in reproducible reports.
    pub path: String,
    /// SHA-256 of its octets as they lie on disk, in hexadecimal; empty where `--no-digest` left it out.
    pub sha256: String,
    /// Octets read, as they lie on disk.
    pub octets: u64,
    /// Capture-file format, of what is decoded where it is compressed.
    pub format: String,
    /// How it is compressed: gzip, zstd, lz4, xz or bzip2. Absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Octets of the capture where it is compressed; offsets of damage count these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded_octets: Option<u64>,
    /// Frames it holds.
    pub frames: u64,
    /// Number of its first frame. Frames are numbered over all files in the order of their times, as in one file that `mergecap`
    /// makes of them. Absent without frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_frame: Option<u64>,
    /// Number of its last frame. Where files overlap in time, those of others lie between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_frame: Option<u64>,
    /// Frames of it that another file holds, too: they count once, and use up two numbers.
    pub duplicates: u64,
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
