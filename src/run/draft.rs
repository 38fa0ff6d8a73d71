//! A file that gets its name when it is whole: whoever kills the run, or fills the disk, leaves the old file or none.
//!
//! It is begun before the analysis: the right to open files is given up then.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::sandbox::Rights;

/// What names begin with that files have until they are whole, where the system gives none without a name.
const PREFIX: &str = ".sshrst-";

/// A file that is not whole yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// What it will be called; the target of a link, not the link.
    path: PathBuf,
    force: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Gone with the process.
    #[cfg(target_os = "linux")]
    Unnamed(File),
    /// Gone unless the process is killed.
    Named(NamedTempFile),
    /// A device, a pipe, or a file in a directory where none can be begun: written as it is.
    InPlace,
}

impl Draft {
    /// Begins a file that will be called `path`. With `force` it takes the place, the owner and the mode of the one there.
    ///
    /// # Errors
    ///
    /// The system's: no file can be begun there.
    pub(super) fn begin(path: &Path, force: bool) -> io::Result<Self> {
        let Some(there) = fs::metadata(path).ok().filter(|_| force) else {
            return Ok(Self { path: path.to_owned(), force, kind: begin_in(parent(path))? });
        };
        if !there.is_file() {
            // A pipe is in no directory, and has a name only here.
            return Ok(Self { path: path.to_owned(), force, kind: Kind::InPlace });
        }
        let path = fs::canonicalize(path)?;
        let kind = begin_in(parent(&path)).unwrap_or(Kind::InPlace);
        kind.like(&there);
        Ok(Self { path, force, kind })
    }

    /// What finishing it needs.
    pub(super) fn rights(&self, rights: Rights) -> Rights {
        match self.kind {
            Kind::InPlace => rights.overwriting(&self.path),
            _ => rights.naming_in(parent(&self.path)),
        }
    }

    /// Writes what `render` gives, and gives the file its name.
    ///
    /// # Errors
    ///
    /// Those of `render`, and those of the system; then the name is as it was before.
    pub(super) fn write(self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Self { path, force, kind } = self;
        match kind {
            #[cfg(target_os = "linux")]
            Kind::Unnamed(file) => {
                fill(&file, render)?;
                unnamed::name(&file, &path, force)
            }
            Kind::Named(file) => {
                fill(file.as_file(), render)?;
                let named = if force { file.persist(path) } else { file.persist_noclobber(path) };
                named.map(drop).map_err(|error| error.error)
            }
            Kind::InPlace => fill(&OpenOptions::new().write(true).truncate(true).open(path)?, render),
        }
    }
}

impl Kind {
    /// Gives it the mode and, where that is allowed, the owner of the file that it replaces.
    fn like(&self, there: &fs::Metadata) {
        let file = match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => file,
            Self::Named(file) => file.as_file(),
            Self::InPlace => return,
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            _ = fchown(file, Some(there.uid()), Some(there.gid()));
        }
        _ = file.set_permissions(there.permissions());
    }
}

fn begin_in(directory: &Path) -> io::Result<Kind> {
    #[cfg(target_os = "linux")]
    if let Some(file) = unnamed::begin(directory) {
        return Ok(Kind::Unnamed(file));
    }
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    // As other programs' files: the user's mask takes away from it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory).map(Kind::Named)
}

fn fill(file: &File, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    render(&mut out)?;
    out.flush()
}

/// The directory that holds `path`.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Files without a name (open(2), `O_TMPFILE`): Linux, and not on every file system.
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat};

    use super::{Builder, PREFIX, parent};

    /// `None` where the system gives none, or none that could get a name.
    pub(super) fn begin(directory: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(directory, flags, Mode::from_raw_mode(0o666)).ok()?);
        place(&file).exists().then_some(file)
    }

    pub(super) fn name(file: &File, path: &Path, force: bool) -> io::Result<()> {
        let link = |path: &Path| Ok(linkat(CWD, place(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?);
        if !force {
            return link(path);
        }
        // No call links over a file that is there; one renames over it.
        let named = Builder::new().prefix(PREFIX).make_in(parent(path), link)?;
        named.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Where the system shows the open file (open(2)).
    fn place(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, force: bool, text: &str) -> io::Result<()> {
        Draft::begin(path, force)?.write(|out| out.write_all(text.as_bytes()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_has_the_name_before_all_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        let draft = Draft::begin(&path, false).unwrap();
        draft
            .write(|out| {
                out.write_all(b"half")?;
                assert!(!path.exists());
                out.write_all(b" and half")
            })
            .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "half and half");
        let draft = Draft::begin(&path, true).unwrap();
        assert!(draft.write(|_| Err(io::ErrorKind::StorageFull.into())).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "half and half");
        assert_eq!(names(folder.path()), ["report"]);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_with_force_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        fs::write(&path, "old").unwrap();
        assert_eq!(write(&path, false, "new").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write(&path, true, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["report"]);
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_link_of_what_is_replaced_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("secret"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("secret", &link).unwrap();
        write(&link, true, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_as_it_is() {
        assert!(write(Path::new("/dev/null"), true, "x").is_ok());
        let error = write(Path::new("/dev/full"), true, "x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn where_files_have_names_from_the_beginning_the_end_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        let named = |force| {
            let kind = Kind::Named(tempfile::NamedTempFile::new_in(folder.path()).unwrap());
            Draft { path: path.clone(), force, kind }.write(|out| out.write_all(b"text"))
        };
        named(false).unwrap();
        assert_eq!(named(false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        named(true).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path()).len()), ("text", 1));
    }
}
