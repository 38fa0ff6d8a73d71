//! What the process may still do once it reads what others wrote: next to nothing.
//!
//! [`Rights`] lists what is still needed; [`Rights::keep_only`] gives up the rest for good, by three means of Linux:
//! Landlock for files and TCP (landlock(7), since 5.13), a filter of system calls for connections, programs, other processes
//! and the system's own settings (seccomp(2)), and `no_new_privs`, with which no program gives rights back (prctl(2)). A
//! kernel that lacks one of them lacks it here: [`Kept`] says which.
//!
//! It is done by the thread that calls it, before others start: threads inherit what theirs may do.
//!
//! An edge, and the only user of landlock, seccompiler and libc.

#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod calls;
mod kept;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod paths;

use std::path::PathBuf;

pub use kept::Kept;

/// Files of the kernel that threads, memory and libpcap's counters are set up by: std's `available_parallelism` reads the
/// first three, glibc's `get_nprocs` the last one.
#[cfg(all(feature = "sandbox", target_os = "linux"))]
const SYSTEM: [&str; 4] =
    ["/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup", "/sys/devices/system/cpu/online"];

/// What is done with files and directories that are not open yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// A file, or all in a directory, is read.
    Read,
    /// A file is written in place.
    Overwrite,
    /// Files that are open already get their names in a directory.
    Name,
    /// Files are begun in a directory.
    Make,
    /// Files are begun in a directory, read again, and removed.
    Hold,
    /// Directories in a directory are removed.
    RemoveDirectories,
}

/// What a process still needs. What is open already it keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    uses: Vec<(PathBuf, Use)>,
}

impl Rights {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a file, or all that is below a directory.
    #[must_use]
    pub fn reading(self, path: impl Into<PathBuf>) -> Self {
        self.and(path, Use::Read)
    }

    /// Writes a file that is there.
    #[must_use]
    pub fn overwriting(self, file: impl Into<PathBuf>) -> Self {
        self.and(file, Use::Overwrite)
    }

    /// Gives files that are open already their names in a directory, in the place of others that have them.
    #[must_use]
    pub fn naming_in(self, directory: impl Into<PathBuf>) -> Self {
        self.and(directory, Use::Name)
    }

    /// Begins files below a directory, or overwrites them.
    #[must_use]
    pub fn making_in(self, directory: impl Into<PathBuf>) -> Self {
        self.and(directory, Use::Make)
    }

    /// Begins files below a directory, reads them again, and removes them.
    #[must_use]
    pub fn holding_in(self, directory: impl Into<PathBuf>) -> Self {
        self.and(directory, Use::Hold)
    }

    /// Removes directories below a directory.
    #[must_use]
    pub fn removing_directories_in(self, directory: impl Into<PathBuf>) -> Self {
        self.and(directory, Use::RemoveDirectories)
    }

    fn and(mut self, path: impl Into<PathBuf>, what: Use) -> Self {
        self.uses.push((path.into(), what));
        self
    }

    /// Gives up everything else, for this thread and those that it starts. What does not exist by now cannot be opened later.
    pub fn keep_only(&self) -> Kept {
        #[cfg(all(feature = "sandbox", target_os = "linux"))]
        return Kept { files: paths::keep_only(&self.uses), calls: calls::deny() };
        #[cfg(not(all(feature = "sandbox", target_os = "linux")))]
        Kept::absent()
    }
}
