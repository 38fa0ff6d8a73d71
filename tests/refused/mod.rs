//! The packets of a connection that a closed port refuses.

/// The SYN that 203.0.113.5 sends from `port` with the number `isn`, or the answer of the closed port 22 of 192.0.2.1, as raw
/// IPv4.
pub(crate) fn packet(port: u16, isn: u32, answer: bool) -> Vec<u8> {
    let (client, server) = ([203, 0, 113, 5], [192, 0, 2, 1]);
    let mut octets = vec![0x45, 0, 0, 40, 0, 0, 0x40, 0, if answer { 60 } else { 50 }, 6, 0, 0];
    let (source, target) = if answer { (server, client) } else { (client, server) };
    octets.extend([source, target].concat());
    let ports = if answer { [22, port] } else { [port, 22] };
    octets.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
    let (seq, ack, flags) = if answer { (0, isn + 1, 0x14) } else { (isn, 0, 0x02) };
    octets.extend([seq, ack].iter().flat_map(|number| u32::to_be_bytes(*number)));
    octets.extend([0x50, flags, 0, 0, 0, 0, 0, 0]);
    octets
}
