//! The rights that a capture needs once its interface is open and its first files are begun; it gives up all others.

use std::path::{Path, PathBuf};

use crate::cli::{Capture, Format};
use crate::run::draft::parent;
use crate::run::note;
use crate::sandbox::Rights;
use crate::source::live;

/// What resolving names in a filter reads, each time it is set anew (nsswitch.conf(5), services(5)).
const NAMES: [&str; 7] = [
    "/etc/nsswitch.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/networks",
    "/etc/ethers",
];

/// Keeps what a capture needs: to begin files in the directories that were named for them, and to ask how the
/// interface does. `ring`: whether files of a ring are held on disk; `trace`: where the kernel's trace is.
pub(super) fn for_capture(plan: &Capture, written: Rights, ring: bool, trace: Option<&Path>) {
    if !plan.reporting.sandbox {
        return;
    }
    let mut rights = written.reading(live::known_of(&plan.wanted.interface));
    if let Some(rotation) = &plan.copy {
        let directory = unchanging(&rotation.path);
        if ring {
            rights = rights.holding_in(directory);
        } else if rotation.begins_more() {
            rights = rights.making_in(directory);
        }
    }
    if let (Format::Ndjson, Some(path)) = (plan.reporting.format, &plan.reporting.output) {
        rights = rights.making_in(parent(path));
    }
    if let Some(instance) = trace {
        rights = rights.removing_directories_in(parent(instance)).reading("/dev/null");
    }
    if !plan.wanted.filter.words.is_empty() {
        rights = NAMES.into_iter().fold(rights, Rights::reading);
    }
    if let Some(words) = rights.keep_only().words() {
        note(&words);
    }
}

/// The directory whose name is the same at all times: names of files may have the time's parts in them.
fn unchanging(path: &Path) -> PathBuf {
    let mut directory = parent(path);
    while directory.to_string_lossy().contains('%') {
        directory = parent(directory);
    }
    directory.to_owned()
}
