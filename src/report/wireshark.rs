//! Display filters for Wireshark, ready to paste.

use crate::wire::Endpoint;

/// The frames of one connection.
pub(super) fn session(client: Endpoint, server: Endpoint) -> String {
    let field = if client.addr.is_ipv4() { "ip" } else { "ipv6" };
    format!(
        "{field}.addr == {} && {field}.addr == {} && tcp.port == {} && tcp.port == {}",
        client.addr, server.addr, client.port, server.port
    )
}

/// These frames. Written out: what sets look like differs between versions of Wireshark.
pub(super) fn frames(frames: &[u64]) -> String {
    let each: Vec<String> = frames.iter().map(|frame| format!("frame.number == {frame}")).collect();
    each.join(" || ")
}
