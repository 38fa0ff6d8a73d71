//! Which files may still be opened: Landlock.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
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
        Err(error) => Err(error.to_string()),
    }
}

fn restrict(uses: &[(PathBuf, Use)]) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    let system = SYSTEM.map(|path| (PathBuf::from(path), Use::Read));
    for (path, what) in uses.iter().chain(&system) {
        // What is not there cannot be opened, and the attempt will say so.
        let Ok(opened) = PathFd::new(path) else { continue };
        let access = access(*what, path.is_dir());
        // Of pipes between processes Landlock takes no rule, and leaves them alone.
        _ = (&mut rules).add_rule(PathBeneath::new(opened, access));
    }
    Ok(rules.restrict_self()?.ruleset)
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
