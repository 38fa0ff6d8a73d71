//! `sshrst capture` where sshrst was built without libpcap: says so.

use crate::cli::Capture;
use crate::error::{Error, Exit};

pub(super) fn capture(_: &Capture) -> Result<Exit, Error> {
    Err(absent())
}

pub(super) fn interfaces() -> Result<Exit, Error> {
    Err(absent())
}

fn absent() -> Error {
    Error::new(Exit::Usage, "this build of sshrst has no live capture").with_hint(
        "build it with the feature `live`, or let tcpdump capture: `tcpdump -U -w - port 22 | sshrst analyze -`",
    )
}
