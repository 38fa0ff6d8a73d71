//! Waits for frames without waiting for ever.
//!
//! Not by libpcap's own timeout: on Linux it begins to run with the first frame, so on a quiet interface a blocking read
//! sees neither a signal nor the end of the time (libpcap, pcap-linux.c, `set_poll_timeout`).

use std::time::Duration;

use pcap::{Active, Capture};

/// Returns when there are frames, something is wrong with the interface, a signal came, or `at_most` is over.
#[cfg(unix)]
pub(super) fn for_frames(capture: &Capture<Active>, at_most: Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let timeout = Timespec::try_from(at_most).ok();
    // Whatever came of it, the next read tells.
    _ = poll(&mut [PollFd::new(capture, PollFlags::IN)], timeout.as_ref());
}

/// Returns at once: the read itself waits, for libpcap's timeout at most.
#[cfg(not(unix))]
pub(super) fn for_frames(_: &Capture<Active>, _: Duration) {}

/// Makes reads return at once when there is nothing, where [`for_frames`] waits instead.
pub(super) fn prepare(capture: Capture<Active>) -> Result<Capture<Active>, pcap::Error> {
    if cfg!(unix) { capture.setnonblock() } else { Ok(capture) }
}
