//! The kernel as witness, where there is one.

use crate::error::{Error, Exit};
use crate::run::complain;

#[cfg(target_os = "linux")]
pub(super) use crate::source::kernel::KernelTrace as Trace;

/// Begins to listen; where that is not possible it is said, and the packets are all there is.
#[cfg(target_os = "linux")]
pub(super) fn open() -> Option<Trace> {
    match Trace::open() {
        Ok(trace) => Some(trace),
        Err(why) => {
            unavailable(&why);
            None
        }
    }
}

fn unavailable(why: &str) {
    let message = format!("the kernel cannot be asked for resets (`--kernel-trace`): {why}");
    complain(&Error::new(Exit::Partial, message).with_hint("the capture goes on without it"));
}

/// Nowhere else is there such a trace.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) enum Trace {}

#[cfg(not(target_os = "linux"))]
impl Trace {
    /// Never called: there is none.
    pub(super) fn instance(&self) -> &std::path::Path {
        match *self {}
    }

    /// Never called: there is none.
    pub(super) fn read(&mut self, _: crate::units::Timestamp, _: impl FnMut(crate::analysis::KernelReset)) {
        match *self {}
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn open() -> Option<Trace> {
    unavailable("this system has no tracefs");
    None
}
