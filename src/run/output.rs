//! Where a report goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::{Reporting, Ticket};
use crate::error::{Error, Exit};
use crate::source::Shown;

/// Where all that a run writes goes.
#[derive(Debug)]
pub(super) struct Output<'a> {
    /// The report.
    pub(super) report: Target<'a>,
    /// The packets behind it.
    pub(super) evidence: Option<Target<'a>>,
    /// The archive of both.
    pub(super) bundle: Option<Target<'a>>,
}

impl<'a> Output<'a> {
    /// Where `plan` says, if it looks as if it could be written there: better known before a long analysis than after
    /// it. Nothing is made or emptied yet.
    pub(super) fn of(plan: &'a Reporting, inputs: &[PathBuf]) -> Result<Self, Error> {
        let target = |path: &'a Option<PathBuf>| {
            path.as_ref().map(|path| Target::file(path, plan.force, inputs)).transpose()
        };
        let Ticket { evidence, bundle, .. } = &plan.ticket;
        for (one, other) in [(&plan.output, evidence), (&plan.output, bundle), (evidence, bundle)] {
            if let Some(path) = one.as_ref().filter(|_| one == other) {
                let message = format!("{} is given as the name of two files", name(path));
                return Err(Error::new(Exit::Usage, message));
            }
        }
        Ok(Self {
            report: target(&plan.output)?.unwrap_or(Target::Standard),
            evidence: target(evidence)?,
            bundle: target(bundle)?,
        })
    }
}

/// Where something is written.
#[derive(Debug)]
pub(super) enum Target<'a> {
    /// Standard output.
    Standard,
    /// A file, overwritten or not.
    File { path: &'a Path, force: bool },
}

impl<'a> Target<'a> {
    fn file(path: &'a Path, force: bool, inputs: &[PathBuf]) -> Result<Self, Error> {
        let here = |path: &Path| fs::canonicalize(path).ok();
        if here(path).is_some_and(|output| inputs.iter().any(|input| here(input).as_ref() == Some(&output))) {
            let message = format!("{} is an input: it would be overwritten", name(path));
            return Err(Error::new(Exit::Usage, message));
        }
        if path.is_dir() {
            return Err(failed(path, &io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() && !force {
            return Err(failed(path, &io::ErrorKind::AlreadyExists.into()));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_some_and(|parent| !parent.is_dir()) {
            return Err(failed(path, &io::ErrorKind::NotFound.into()));
        }
        Ok(Self::File { path, force })
    }

    /// Writes what `render` gives.
    pub(super) fn write(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match self {
            Self::Standard => standard(render),
            Self::File { path, force } => {
                let file = open(path, *force).map_err(|error| failed(path, &error))?;
                all(BufWriter::new(file), render).map_err(|error| failed(path, &error))
            }
        }
    }
}

/// Writes to standard output. A reader that closed the pipe early has read what it wanted.
pub(super) fn standard(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    match all(BufWriter::new(io::stdout().lock()), render) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Error::new(Exit::NotWritten, format!("standard output could not be written: {error}")))
        }
        Ok(()) => Ok(()),
    }
}

fn all(mut out: impl Write, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    render(&mut out)?;
    out.flush()
}

/// Makes a file; one that is there is lost with `force`, and an error without.
#[cfg(feature = "live")]
pub(super) fn create(path: &Path, force: bool) -> Result<(), Error> {
    open(path, force).map(drop).map_err(|error| failed(path, &error))
}

fn open(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)
}

fn failed(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::new(Exit::NotWritten, format!("{} exists already", name(path)))
                .with_hint("`--force` overwrites it")
        }
        io::ErrorKind::NotFound => {
            Error::new(Exit::NotWritten, format!("{} could not be written", name(path)))
                .with_hint("its directory does not exist")
        }
        _ => Error::new(Exit::NotWritten, format!("{} could not be written: {error}", name(path))),
    }
}

fn name(path: &Path) -> String {
    Shown(&path.to_string_lossy()).to_string()
}
