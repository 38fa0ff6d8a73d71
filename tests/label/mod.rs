//! What is known of a capture, from whoever made it: `label.toml` beside the file.

#![allow(dead_code, reason = "each test reads the fields it needs")]

pub(crate) mod judge;
pub(crate) mod known;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The label of one capture. A key it does not know is an error: a misspelt one must not pass in silence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    /// Cause id of what was really done.
    pub(crate) happened: String,
    /// Cause id that can be told from this vantage, `undetermined`, or `unknown` where nothing of the end is visible.
    pub(crate) knowable: String,
    /// `client`, `server` or `middlebox`: who sent the decisive reset, by the kernel's word. `none` without a reset.
    pub(crate) sender: String,
    /// Frames of every reset of the session.
    pub(crate) reset_frames: Vec<u32>,
    /// Frame of the reset the label is about: the first one its receiver took.
    pub(crate) decisive_frame: Option<u32>,
    /// Where it was captured, in the contract's words.
    pub(crate) vantage: String,
    /// Phase in which the session ended, in the contract's words.
    pub(crate) phase: Option<String>,
    /// `reset`, `refused`, `close`, `silence` or `open`.
    pub(crate) ended_by: String,
    /// Last silence before the decisive reset, in seconds; absent if there was none.
    pub(crate) idle_gap_s: Option<f64>,
    /// The client's end of the session the label is about: address and port.
    pub(crate) client: std::net::SocketAddr,
    /// The server's end.
    pub(crate) server: std::net::SocketAddr,
    /// Evidence ids a right verdict rests on.
    pub(crate) must_cite: Vec<String>,
    /// Cause ids that would be wrong here.
    pub(crate) must_not_claim: Vec<String>,
    /// The script that made the capture.
    pub(crate) made_by: String,
    /// Versions of what took part.
    pub(crate) software: Vec<String>,
    /// Day it was made, in UTC.
    pub(crate) date: String,
}

/// A capture folder: its slug, its capture file and its label.
pub(crate) struct Labelled {
    /// Name of the folder.
    pub(crate) slug: String,
    /// The capture.
    pub(crate) capture: PathBuf,
    /// What is known of it.
    pub(crate) label: Label,
}

/// Every capture folder in `folder`, in order of slug.
pub(crate) fn labelled(folder: &Path) -> Vec<Labelled> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| read(&path))
        .collect();
    found.sort_by(|one, other| one.slug.cmp(&other.slug));
    found
}

fn read(folder: &Path) -> Labelled {
    let file = folder.join("label.toml");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let label = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let capture = ["capture.pcap", "capture.pcapng"]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.exists());
    Labelled {
        slug: folder.file_name().unwrap().to_string_lossy().into_owned(),
        capture: capture.unwrap_or_else(|| panic!("{} holds no capture", folder.display())),
        label,
    }
}
