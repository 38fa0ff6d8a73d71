//! The user's own timers, from a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Exit};
use crate::source::Shown;
use crate::timers::{self, Timer};

/// Octets of such a file: some thousand timers. More is a file that was named by mistake.
const MOST: u64 = 1024 * 1024;

/// The timers in `file`; none without one.
pub(super) fn own(file: Option<&Path>) -> Result<Vec<Timer>, Error> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let name = file.to_string_lossy();
    let name = Shown(&name);
    let text = read(file).map_err(|error| {
        Error::new(Exit::Usage, format!("{name}: timers could not be read: {error}"))
            .with_hint("`--timers` takes a TOML file with a table `[[timer]]` for each timer")
    })?;
    timers::parse(&text).map_err(|error| {
        let problem = error.problem.lines().next().unwrap_or_default();
        Error::new(Exit::Usage, format!("{name}, line {}: {}", error.line, Shown(problem)))
            .with_hint("a timer needs `id`, `whose`, `ends_by`, and `default_s` or `settable_s`, in seconds")
    })
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}
