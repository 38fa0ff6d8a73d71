//! Which end is the client.

use crate::wire::{End, Packet};

/// How it is known which end is the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrientedBy {
    /// It sent the SYN.
    Syn,
    /// The other end sent the SYN-ACK.
    SynAck,
    /// The other end has a port of SSH.
    Port,
    /// Its packet came first: a guess.
    FirstFrame,
}

/// The client of the connection that begins with `packet`. `ports`: ports of SSH servers.
pub(super) fn of(packet: &Packet<'_>, ports: &[u16]) -> (End, OrientedBy) {
    let segment = &packet.segment;
    if segment.flags.is_syn() {
        return (segment.from, OrientedBy::Syn);
    }
    if segment.flags.is_syn_ack() {
        return (!segment.from, OrientedBy::SynAck);
    }
    let is_server = |end: End| ports.contains(&packet.key.at(end).port);
    match (is_server(End::Low), is_server(End::High)) {
        (true, false) => (End::High, OrientedBy::Port),
        (false, true) => (End::Low, OrientedBy::Port),
        _ => (segment.from, OrientedBy::FirstFrame),
    }
}
