//! The program as a user runs it, and what it answers.

#![allow(dead_code, reason = "each test asks what it needs")]

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// Longest a run may take: a hundred times what the slowest does in a debug build.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a run left.
pub(crate) struct Answer {
    /// Exit status; `None` when it was ended by a signal, or by us after [`PATIENCE`].
    pub(crate) status: Option<i32>,
    /// What it printed.
    pub(crate) stdout: Vec<u8>,
    /// What it complained of.
    pub(crate) stderr: Vec<u8>,
}

impl Answer {
    /// The report, or why there is none.
    pub(crate) fn report(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.stdout).map_err(|error| {
            let complaint = String::from_utf8_lossy(&self.stderr);
            format!("status {:?}, no JSON ({error}): {complaint}", self.status)
        })
    }
}

/// `sshrst analyze` with these arguments.
pub(crate) fn analyze<'a>(arguments: impl IntoIterator<Item = &'a str>, capture: &Path) -> Answer {
    let mut command = command();
    command.args(arguments).arg(capture);
    answer(&mut command)
}

/// The same with the capture on standard input.
pub(crate) fn analyze_piped<'a>(arguments: impl IntoIterator<Item = &'a str>, capture: &[u8]) -> Answer {
    let mut command = command();
    command.args(arguments).arg("-").write_stdin(capture);
    answer(&mut command)
}

fn command() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_sshrst"));
    command.arg("analyze").timeout(PATIENCE);
    command
}

fn answer(command: &mut assert_cmd::Command) -> Answer {
    let output = command.output().unwrap();
    Answer { status: output.status.code(), stdout: output.stdout, stderr: output.stderr }
}
