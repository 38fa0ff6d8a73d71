//! A command for each death. It is started by a process of its own, which is there before any right is given up.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::error::{Error, Exit};
use crate::run::complain;
use crate::source::Shown;

/// Deaths that wait for a slow command.
const WAITING: usize = 1_024;

/// The helper, with the rights that sshrst was started with.
pub(super) struct Helper(Child);

/// What hands deaths to the helper, as long as any may come.
pub(super) struct Exec {
    deaths: SyncSender<Vec<u8>>,
    thread: JoinHandle<()>,
    helper: Child,
    missed: u64,
}

impl Helper {
    /// Starts it: it runs `command` for each line, and nothing else.
    pub(super) fn start(command: &[String]) -> Result<Self, Error> {
        if let Some(program) = command.first().filter(|program| !is_there(program)) {
            // Better known now than at the first death.
            let message = format!("`--exec`: there is no program {}", Shown(program));
            return Err(
                Error::new(Exit::Usage, message).with_hint("it is looked for as a shell does, in `PATH`")
            );
        }
        let own = std::env::current_exe().map_err(|error| failed(&error))?;
        let mut starting = Command::new(own);
        starting.arg("run-for-each").arg("--").args(command).stdin(Stdio::piped()).stdout(io::stderr());
        // Ctrl-C is for the capture: the last death is still to be handed on.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut starting, 0);
        starting.spawn().map(Self).map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(Exit::Fault, format!("the process that runs `--exec` could not be started: {error}"))
}

impl Exec {
    /// Begins to hand over.
    pub(super) fn begin(Helper(mut helper): Helper) -> Result<Self, Error> {
        let input = helper.stdin.take();
        let (deaths, received) = sync_channel(WAITING);
        let thread = Builder::new()
            .name("exec".to_owned())
            .spawn(move || hand_over(&received, input))
            .map_err(|error| failed(&error))?;
        Ok(Self { deaths, thread, helper, missed: 0 })
    }

    /// Has the command run with `json`, one line, on its standard input.
    pub(super) fn run(&mut self, json: Vec<u8>) {
        if matches!(self.deaths.try_send(json), Err(TrySendError::Full(_))) {
            self.missed += 1;
        }
    }

    /// Waits until all commands have run; for how many deaths there was no room.
    pub(super) fn finish(mut self) -> u64 {
        drop(self.deaths);
        _ = self.thread.join();
        _ = self.helper.wait();
        self.missed
    }
}

/// Whether `program` is a file, or in a directory of `PATH`.
fn is_there(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    let directories = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&directories).any(|directory| directory.join(program).is_file())
}

fn hand_over(deaths: &Receiver<Vec<u8>>, input: Option<ChildStdin>) {
    let Some(mut input) = input else { return };
    for death in deaths {
        if input.write_all(&death).is_err() {
            return;
        }
    }
}

/// The helper: runs `command` for each line of standard input, with that line on its own, one after the other.
pub(in crate::run) fn for_each_line(command: &[String]) -> Exit {
    let Some((program, arguments)) = command.split_first() else { return Exit::Usage };
    for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
        let run = || -> io::Result<()> {
            let mut child =
                Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(io::stderr()).spawn()?;
            if let Some(mut input) = child.stdin.take() {
                // A command that does not read is as good.
                _ = input.write_all(&line).and_then(|()| input.write_all(b"\n"));
            }
            let status = child.wait()?;
            if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) }
        };
        if let Err(error) = run() {
            complain(&Error::new(Exit::Fault, format!("`--exec` {}: {error}", Shown(program))));
        }
    }
    Exit::Analysed
}
