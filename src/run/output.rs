//! Where a report goes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::draft::Draft;
use crate::cli::{Reporting, Ticket};
use crate::error::{Error, Exit};
use crate::sandbox::Rights;
use crate::source::Shown;

/// Where all that a run writes goes.
#[derive(Debug)]
pub(super) struct Output {
    /// The report.
    pub(super) report: Target,
    /// The packets behind it.
    pub(super) evidence: Option<Target>,
    /// The archive of both.
    pub(super) bundle: Option<Target>,
    /// Where the archive is put together.
    pub(super) desk: Option<Desk>,
}

/// Files without names, empty when they are taken in hand.
#[derive(Debug)]
pub(super) struct Desk {
    /// For the reports.
    pub(super) reports: File,
    /// For the whole archive.
    pub(super) archive: File,
}

impl Desk {
    fn new() -> io::Result<Self> {
        Ok(Self { reports: tempfile::tempfile()?, archive: tempfile::tempfile()? })
    }
}

impl Output {
    /// Where `plan` says, if it looks as if it could be written there: better known before a long analysis than after
    /// it. Nothing is made or emptied yet.
    pub(super) fn of(plan: &Reporting, inputs: &[PathBuf]) -> Result<Self, Error> {
        let target = |path: &Option<PathBuf>| {
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
            desk: None,
        })
    }

    /// Begins the files, which get their names when they are whole.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        let targets = [Some(&mut self.report), self.evidence.as_mut(), self.bundle.as_mut()];
        targets.into_iter().flatten().try_for_each(Target::begin)?;
        if self.bundle.is_some() {
            let desk = Desk::new().map_err(|error| {
                Error::new(Exit::NotWritten, format!("the archive could not be put together: {error}"))
                    .with_hint("`TMPDIR` says where temporary files are made")
            })?;
            self.desk = Some(desk);
        }
        Ok(())
    }

    /// What finishing the files needs.
    pub(super) fn rights(&self, rights: Rights) -> Rights {
        self.targets().fold(rights, |rights, target| target.rights(rights))
    }

    /// An error if what is to be written is an input.
    pub(super) fn is_none_of(&self, inputs: &[PathBuf]) -> Result<(), Error> {
        self.targets().filter_map(Target::path).try_for_each(|path| is_none_of(path, inputs))
    }

    fn targets(&self) -> impl Iterator<Item = &Target> {
        [Some(&self.report), self.evidence.as_ref(), self.bundle.as_ref()].into_iter().flatten()
    }
}

/// Where something is written.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Standard,
    /// A file, overwritten or not, and begun or not.
    File { path: PathBuf, force: bool, draft: Option<Draft> },
}

impl Target {
    /// A file that looks as if it could be written.
    pub(super) fn file(path: &Path, force: bool, inputs: &[PathBuf]) -> Result<Self, Error> {
        is_none_of(path, inputs)?;
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
        Ok(Self::File { path: path.to_owned(), force, draft: None })
    }

    /// Begins the file.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        if let Self::File { path, force, draft } = self {
            *draft = Some(Draft::begin(path, *force).map_err(|error| failed(path, &error))?);
        }
        Ok(())
    }

    /// What finishing the file needs.
    pub(super) fn rights(&self, rights: Rights) -> Rights {
        match self {
            Self::File { draft: Some(draft), .. } => draft.rights(rights),
            _ => rights,
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Standard => None,
            Self::File { path, .. } => Some(path),
        }
    }

    /// Writes what `render` gives.
    pub(super) fn write(self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match self {
            Self::Standard => standard(render),
            Self::File { path, force, draft } => {
                let begun = draft.map_or_else(|| Draft::begin(&path, force), Ok);
                begun.and_then(|draft| draft.write(render)).map_err(|error| failed(&path, &error))
            }
        }
    }
}

/// An error if `path` is one of the inputs.
fn is_none_of(path: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let here = |path: &Path| fs::canonicalize(path).ok();
    if here(path).is_some_and(|output| inputs.iter().any(|input| here(input).as_ref() == Some(&output))) {
        let message = format!("{} is an input: it would be overwritten", name(path));
        return Err(Error::new(Exit::Usage, message));
    }
    Ok(())
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
    let mut options = File::options();
    // To write only: the right to read it may be gone.
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path).map(drop).map_err(|error| failed(path, &error))
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
