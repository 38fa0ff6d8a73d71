//! What can be given to `analyze`, as its user gives it: compressed files, sets of files, directories, files that grow.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests write files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod compressed;
mod follow;
mod odd;
mod scratch;
mod sets;

#[path = "../tool/mod.rs"]
mod tool;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A capture of the lab.
fn capture(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(slug).join("capture.pcap")
}

/// A report without what names the files.
fn but_files(mut report: Value) -> Value {
    report["capture"].as_object_mut().unwrap().remove("files").unwrap();
    report
}
