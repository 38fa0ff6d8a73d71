//! `sshrst capture` where sshrst was built without libpcap: says so.

use crate::cli::Capture;
use crate::error::{Error, Exit};

pub(super) fn capture(_: &Capture) -> Result<Exit, Error> {
    Err(absent())
}

pub(super) fn interfaces() -> Result<Exit, Error> {
    Err(absent())
}

pub(super) fn for_each_line(_: &[String]) -> Exit {
    Exit::Usage
}

fn absent() -> Error {
    Error::new(Exit::Usage, "this build of sshrst has no live capture").with_hint(
        "build it with the feature `live`, or let tcpdump capture: `tcpdump -U -w - port 22 | sshrst analyze -`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_libpcap_says_so_and_what_to_do() {
        let error = interfaces().unwrap_err();
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.to_string().contains("no live capture\nhint: build it with"), "{error}");
    }
}
