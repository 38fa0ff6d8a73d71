//! A directory for the files of one test.

use std::fs;
use std::path::{Path, PathBuf};

/// Gone with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// `test` names it: no two tests share one.
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sshrst-inputs-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub(crate) fn file(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, octets).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}
