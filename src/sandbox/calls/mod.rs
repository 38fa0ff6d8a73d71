//! Which system calls fail from now on: a filter by seccomp(2).
//!
//! A list of what is denied, not of what is allowed: what a C library calls changes with its release, and a call that
//! nobody thought of should not end a capture at 3 a.m. A call that is denied fails with `EPERM`.

#[cfg(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod denied;
#[cfg(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod filter;

#[cfg(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
pub(super) use filter::deny;

/// seccompiler knows three processors.
#[cfg(not(all(
    target_endian = "little",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
pub(super) fn deny() -> Result<(), String> {
    Err("system calls are not filtered on this processor".to_owned())
}
