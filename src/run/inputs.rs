//! The files that the command line means: those in its directories, none twice.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Exit};
use crate::source::{Opening, STANDARD_INPUT, Shown};

/// Names of left-out files that are shown for one directory.
const NAMED: usize = 5;

/// The files to read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// In the order given, those of a directory by name.
    pub(super) files: Vec<PathBuf>,
    /// What is not read and need not be, in words.
    pub(super) left_out: Vec<String>,
    /// What could not be looked at.
    pub(super) failures: Vec<Error>,
}

impl Inputs {
    /// The files that `given` names. `opening`: how those of a directory are tried.
    pub(super) fn of(given: &[PathBuf], opening: &Opening) -> Self {
        let mut inputs = Self::default();
        let mut known = BTreeSet::new();
        for path in given {
            let files = if path.is_dir() { inputs.captures_in(path, opening) } else { vec![path.clone()] };
            for file in files {
                // What cannot be found is known by no other name.
                let is_new = fs::canonicalize(&file).map_or(true, |real| known.insert(real));
                if is_new || file.as_os_str() == STANDARD_INPUT {
                    inputs.files.push(file);
                } else {
                    inputs.left_out.push(format!("{} is given twice, and read once", name(&file)));
                }
            }
        }
        inputs
    }

    /// The captures directly in a directory, told by their first octets.
    fn captures_in(&mut self, folder: &Path, opening: &Opening) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut paths: Vec<PathBuf> = match entries {
            Ok(entries) => entries.iter().map(fs::DirEntry::path).collect(),
            Err(error) => {
                let message = format!("{} could not be looked into: {error}", name(folder));
                self.failures.push(Error::new(Exit::NoInput, message));
                return Vec::new();
            }
        };
        paths.sort();
        let (mut captures, mut others) = (Vec::new(), Vec::new());
        for path in paths {
            let is_capture =
                path.is_file() && opening.open(&path).map_or_else(|error| !error.is_no_capture(), |_| true);
            if is_capture { captures.push(path) } else { others.push(path) }
        }
        if !others.is_empty() {
            self.left_out.push(left_out(folder, &others));
        }
        if captures.is_empty() {
            let hint = "captures are told by their first octets; directories in it have to be given by name";
            let message = format!("{} holds no capture", name(folder));
            self.failures.push(Error::new(Exit::NoInput, message).with_hint(hint));
        }
        captures
    }
}

/// Says which entries of a directory are not read.
fn left_out(folder: &Path, others: &[PathBuf]) -> String {
    let names = others.iter().take(NAMED).map(|path| match path.file_name() {
        Some(name) if path.is_dir() => format!("{}/", Shown(&name.to_string_lossy())),
        Some(name) => Shown(&name.to_string_lossy()).to_string(),
        None => String::new(),
    });
    let more = others.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let names: Vec<String> = names.chain(more).collect();
    let what = if others.len() == 1 { "is no capture and" } else { "are no captures and" };
    format!("{}: {} {what} left out", name(folder), names.join(", "))
}

fn name(path: &Path) -> String {
    Shown(&path.to_string_lossy()).to_string()
}
