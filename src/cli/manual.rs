//! The manual page and the shells' completions, made from the declaration of the command line.

use clap_complete::Shell;

use super::args::command;
use crate::error::{Error, Exit};

/// The manual page of the program and of each of its commands, one after the other, in roff.
pub(super) fn page() -> Result<String, Error> {
    let mut program = command();
    program.build();
    let mut roff = Vec::new();
    let commands: Vec<_> = program.get_subcommands().filter(|it| it.get_name() != "help").cloned().collect();
    let pages = std::iter::once(program).chain(commands);
    for page in pages {
        let page = clap_mangen::Man::new(page.disable_help_subcommand(true));
        page.render(&mut roff).map_err(|error| Error::new(Exit::Fault, error.to_string()))?;
    }
    Ok(String::from_utf8_lossy(&roff).into_owned())
}

/// The completions for `shell`, as it reads them.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "sshrst", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
