//! The interfaces there are.

use std::net::IpAddr;

use pcap::{ConnectionStatus, Device};

use super::failure;

/// An interface as libpcap lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name, as `-i` takes it. Escape it before showing it.
    pub name: String,
    /// What it is, where libpcap knows.
    pub description: Option<String>,
    /// In a word or two: whether frames can pass.
    pub state: &'static str,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

impl From<Device> for Listed {
    fn from(device: Device) -> Self {
        Self {
            state: state(&device),
            name: device.name,
            description: device.desc,
            addresses: device.addresses.iter().map(|address| address.addr).collect(),
        }
    }
}

/// The state of an interface that is switched off.
pub const DOWN: &str = "down";

fn state(device: &Device) -> &'static str {
    let flags = &device.flags;
    match flags.connection_status {
        _ if !flags.is_up() => DOWN,
        ConnectionStatus::Disconnected => "up, not connected",
        _ if flags.is_running() => "up",
        _ => "up, not running",
    }
}

/// Lists the interfaces that can be captured on, the ones libpcap takes for most useful first.
///
/// # Errors
///
/// The system does not tell, in its words.
pub fn interfaces() -> Result<Vec<Listed>, String> {
    let devices = Device::list().map_err(|error| failure::words(&error))?;
    Ok(devices.into_iter().map(Listed::from).collect())
}
