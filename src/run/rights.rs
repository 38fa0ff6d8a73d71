//! The rights that an analysis needs once its files are begun; it gives up all others.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::note;
use super::output::Output;
use crate::cli::Analyze;
use crate::sandbox::Rights;

/// Keeps what an analysis needs: to read its inputs, and to give what it writes its names.
pub(super) fn for_analysis(plan: &Analyze, output: &Output) {
    if !plan.reporting.sandbox {
        return;
    }
    let mut rights = output.rights(Rights::none());
    for input in &plan.files {
        for file in linked_from(input) {
            rights = rights.reading(file);
        }
        rights = rights.reading(input);
    }
    let kept = rights.keep_only();
    // Who runs it a thousand times a day knows.
    if let Some(words) = kept.words().filter(|_| !plan.quiet && io::stderr().is_terminal()) {
        note(&words);
    }
}

/// The links in a directory: what they point to is elsewhere.
fn linked_from(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_symlink())
}
