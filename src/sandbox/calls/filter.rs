//! The filter.

use std::collections::BTreeMap;
use std::process;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::denied;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Denies what is on the list, for this thread and those that it starts.
pub(in crate::sandbox) fn deny() -> Result<(), String> {
    let programs = [denied_calls(), unknown_calls()];
    for program in programs {
        let program = program.map_err(|error| error.to_string())?;
        apply_filter(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Calls that fail with `EPERM`.
fn denied_calls() -> Result<BpfProgram, BackendError> {
    let mut rules: Rules = denied::ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
    // Threads are needed, other processes are not (clone(2)).
    let thread = libc::CLONE_THREAD as u64;
    let no_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![no_thread])?]);
    // A signal to itself is how a second Ctrl-C ends it, and a fault.
    let own = u64::from(process::id());
    let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own)?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![other])?]);
    compiled(rules, libc::EPERM)
}

/// Calls that fail as if the kernel did not have them: C libraries try another way then.
fn unknown_calls() -> Result<BpfProgram, BackendError> {
    // Its flags are in memory, where a filter cannot look.
    compiled(Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)
}

fn compiled(mut rules: Rules, errno: i32) -> Result<BpfProgram, BackendError> {
    // The same calls by the numbers of x32 (Linux, arch/x86/entry/syscalls/syscall_64.tbl).
    #[cfg(target_arch = "x86_64")]
    for call in rules.keys().chain(denied::OWN_OF_X32).copied().collect::<Vec<_>>() {
        rules.insert(call | denied::X32, Vec::new());
    }
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let action = SeccompAction::Errno(errno as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, action, arch)?.try_into()
}

/// Numbers are `c_long` in libc, and 64 bits wide on all processors that the filter knows.
const _: () = assert!(size_of::<c_long>() == size_of::<i64>());
