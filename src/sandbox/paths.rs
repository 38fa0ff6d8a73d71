//! Which files may still be opened: Landlock.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, PathFdError, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use super::{SYSTEM, Use};

/// The newest kernel whose kinds of access are known here, 7.1; older ones are asked for those that they know.
const KNOWN: ABI = ABI::V9;

/// Lets files be opened as `uses` say, and no others; no TCP port either, and no signals to other processes.
pub(super) fn keep_only(uses: &[(PathBuf, Use)]) -> Result<(), String> {
    match restrict(uses) {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => Ok(()),
        Ok(RulesetStatus::NotEnforced) => {
            Err("this kernel has no Landlock, or it is switched off".to_owned())
        }
        Err(words) => Err(words),
    }
}

fn restrict(uses: &[(PathBuf, Use)]) -> Result<RulesetStatus, String> {
    let mut rules = ruleset().map_err(|error| error.to_string())?;
    let system = SYSTEM.map(|path| (PathBuf::from(path), Use::Read));
    for (path, what) in uses.iter().chain(&system) {
        let opened = match PathFd::new(path) {
            Ok(opened) => opened,
            Err(PathFdError::OpenCall { source, .. }) if is_want_of_descriptors(&source) => {
                return Err(source.to_string());
            }
            // What cannot be looked at cannot be opened either, and the attempt will say why.
            Err(_) => continue,
        };
        let access = access(*what, path.is_dir());
        // Of pipes between processes Landlock takes no rule, and leaves them alone.
        _ = (&mut rules).add_rule(PathBeneath::new(opened, access));
    }
    rules.restrict_self().map(|status| status.ruleset).map_err(|error| error.to_string())
}

/// Nothing is allowed.
fn ruleset() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()
}

/// Whether no more files can be open: without a rule for a file that is there, the file could not be opened at all.
fn is_want_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// The kinds of access that `what` is; to a file those that a file has.
fn access(what: Use, is_directory: bool) -> BitFlags<AccessFs> {
    let write = AccessFs::WriteFile | AccessFs::Truncate;
    match what {
        Use::Read if is_directory => AccessFs::ReadFile | AccessFs::ReadDir,
        Use::Read => AccessFs::ReadFile.into(),
        Use::Overwrite => write,
        _ if !is_directory => BitFlags::EMPTY,
        Use::Name => AccessFs::MakeReg | AccessFs::RemoveFile,
        Use::Make => write | AccessFs::MakeReg,
        Use::Hold => write | AccessFs::MakeReg | AccessFs::ReadFile | AccessFs::RemoveFile,
        Use::RemoveDirectories => AccessFs::RemoveDir.into(),
    }
}
