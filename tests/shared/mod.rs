//! Captures of others, beside this checkout; tests that look at them say that they skip where there are none.

#![allow(dead_code, reason = "each test asks what it needs")]
#![allow(clippy::disallowed_methods, reason = "a test asks the environment where they are")]

use std::path::{Path, PathBuf};

/// Where they are: `$SSHRST_SHARED`, or `../shared`.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = std::env::var_os("SSHRST_SHARED").map_or(beside, PathBuf::from);
    found.join("captures/labels.json").exists().then_some(found)
}

/// Every file below `folder`, in order; none if it is not there.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
