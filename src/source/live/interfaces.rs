//! The interfaces there are.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

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
pub(super) const DOWN: &str = "down";

fn state(device: &Device) -> &'static str {
    let flags = &device.flags;
    match flags.connection_status {
        _ if !flags.is_up() => DOWN,
        ConnectionStatus::Disconnected => "up, not connected",
        _ if flags.is_running() => "up",
        _ => "up, not running",
    }
}

/// Where Linux says how an interface does (Documentation/ABI/testing/sysfs-class-net); libpcap looks at its counters there.
pub fn known_of(interface: &str) -> PathBuf {
    Path::new("/sys/class/net").join(interface)
}

/// Whether an interface is switched on; `None` where that is not known. It takes no socket on Linux.
#[expect(clippy::disallowed_methods, reason = "the edge at which the system is asked")]
pub fn is_up(interface: &str) -> Option<bool> {
    if !cfg!(target_os = "linux") {
        let listed = interfaces().ok()?;
        return listed.into_iter().find(|it| it.name == interface).map(|it| it.state != DOWN);
    }
    let flags = std::fs::read_to_string(known_of(interface).join("flags")).ok()?;
    let flags = u32::from_str_radix(flags.trim().strip_prefix("0x")?, 16).ok()?;
    // `IFF_UP` (netdevice(7)).
    Some(flags & 1 == 1)
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
