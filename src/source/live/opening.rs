//! From a name to a capture that runs behind its filter.

use pcap::{Active, Capture, Linktype};

use super::{LiveError, READ_TIMEOUT, failure, wait};
use crate::frame::LinkType;
use crate::source::{Filter, Wanted};

/// The name that stands for all interfaces.
const ANY: &str = "any";

/// Opens the interface, and sets what is wanted.
pub(super) fn open(wanted: &Wanted) -> Result<Capture<Active>, LiveError> {
    let mut capture = activate(wanted).map_err(|error| LiveError::of_interface(&wanted.interface, &error))?;
    prefer_indexed(&mut capture);
    set_filter(&mut capture, &wanted.filter)?;
    wait::prepare(capture).map_err(|error| LiveError::of_interface(&wanted.interface, &error))
}

fn activate(wanted: &Wanted) -> Result<Capture<Active>, pcap::Error> {
    let mut capture = Capture::from_device(wanted.interface.as_str())?
        .snaplen(wanted.snaplen as i32)
        .timeout(READ_TIMEOUT.as_millis() as i32)
        // libpcap warns that `any` cannot be promiscuous, and the crate takes warnings for errors.
        .promisc(wanted.promiscuous && wanted.interface != ANY);
    if let Some(octets) = wanted.buffer {
        capture = capture.buffer_size(i32::try_from(octets).unwrap_or(i32::MAX));
    }
    #[cfg(target_os = "linux")]
    {
        capture = capture.precision(pcap::Precision::Nano);
    }
    capture.open()
}

/// Of the two cooked headers of Linux, takes the one that names the interface of each frame.
fn prefer_indexed(capture: &mut Capture<Active>) {
    let indexed = Linktype(i32::from(LinkType::LINUX_SLL2.0));
    if capture.list_datalinks().is_ok_and(|links| links.contains(&indexed)) {
        // Without it the capture is as good but for the interface.
        _ = capture.set_datalink(indexed);
    }
}

fn set_filter(capture: &mut Capture<Active>, filter: &Filter) -> Result<(), LiveError> {
    let refused =
        |error: &pcap::Error| LiveError::Filter { words: filter.words.clone(), fault: failure::words(error) };
    // By itself first: only so is an error the user's, and an odd parenthesis cannot open up the built-in part.
    if !filter.words.is_empty() {
        capture.compile(&filter.words, true).map_err(|error| refused(&error))?;
    }
    // Not every link type has VLAN tags, and libpcap knows which.
    let tags = capture.compile("vlan", true).is_ok();
    capture.filter(&filter.expression(tags), true).map_err(|error| refused(&error))
}
