//! Every bound on memory, depth and count, in one struct, each with its reason.
//!
//! Where reaching a bound loses something that a report would show, it says so (as a [`crate::case::Blind`], damage, a broken
//! rule, or a count). `tests/limits` reaches each of them.

/// The bounds of one run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Octets of one captured frame or pcapng block; more is taken for damage. Wireshark's bound for a block
    /// (wiretap/pcapng.c, `MAX_BLOCK_SIZE`), and 64 times the snaplen tcpdump starts with (262 144).
    pub record_octets: u32,
    /// Interfaces of one capture file. `pktmon` and `mergecap` write some hundreds; a crafted file 50 000 a MiB.
    pub interfaces: usize,
    /// Places of damage in one capture file that are kept singly; all are counted.
    pub damages: usize,
    /// Nested encapsulations followed in one frame. Real paths have at most four (`VLAN`, `MPLS`, `GRE`, `VXLAN`);
    /// a crafted frame can nest hundreds.
    pub encapsulations: usize,
    /// IPv6 extension headers followed in one packet. RFC 8200 §4.1 lists seven kinds, Destination Options twice.
    pub extension_headers: usize,
    /// IP datagrams waiting for fragments at one time. SSH is not fragmented in practice; what is gets a small table.
    pub fragment_trains: usize,
    /// Octets held for one datagram that waits for fragments: the largest IP datagram.
    pub fragment_octets: usize,
    /// Packets of a connection up to which it is kept as these, and not as a flow: a refused or scanned connection has
    /// two to five, one that exchanged identification strings and closed about ten. 0: always a flow.
    pub brief_packets: usize,
    /// Octets of data of such a connection: two identification strings (255 each, RFC 4253 §4.2), no key exchange.
    pub brief_octets: usize,
    /// Connections kept as their packets up to which each of them is judged by itself. Beyond it those that look alike are
    /// judged by the first: 4 096 take a tenth of a second, and nobody reads more.
    pub judged_singly: usize,
    /// Connections kept as their packets that are added before those that are over and alike are counted, and but
    /// examples of them kept: 100 MiB, and few enough for the processor's cache.
    pub crowd: usize,
    /// Octets that connections may take, by estimate, before those that are over are judged and let go, and those that have
    /// been silent for the longest after them. The program sets it by what is free.
    pub memory: usize,
    /// First segments of a connection kept with all their fields: handshake, banners, key exchange and login.
    pub timeline_head: usize,
    /// Last segments of a connection kept with all their fields: the death and what led to it.
    pub timeline_tail: usize,
    /// Resets of one connection kept singly; a crafted flow can hold a million.
    pub resets_per_flow: usize,
    /// Octets of one direction held back while an earlier one is missing. A window's worth would be 16 MiB;
    /// only the clear-text part matters, and 256 KiB is OpenSSH's largest packet.
    pub reorder_octets: usize,
    /// Segments of one direction held back while an earlier one is missing.
    pub reorder_segments: usize,
    /// Segments of one direction that later ones are compared with: as many as a login has before it is encrypted.
    pub segments_compared: usize,
    /// Unacknowledged segments remembered for round-trip samples in each direction.
    pub round_trip_marks: usize,
    /// Octets of one identification string, and of all lines before it. OpenSSH accepts 8192 and 1024 lines.
    pub banner_octets: usize,
    /// Lines before the identification string that are kept. OpenSSH's client accepts 1024.
    pub lines_before_banner: usize,
    /// Largest clear-text SSH packet that is put together. OpenSSH's `PACKET_MAX_SIZE`.
    pub ssh_packet_octets: usize,
    /// Names kept from one name-list of a KEXINIT; real ones have under 40, a crafted one a million.
    pub names_per_list: usize,
    /// Kinds of offers, and of what they lead to, that sessions with the same one hold together. A program's release and
    /// configuration make one; so many take 3 MB. In a crafted capture each is another.
    pub kinds_of_offers: usize,
    /// Times of what may be keepalives, and distances between them, kept of each side of one connection.
    pub keepalive_times: usize,
    /// Violations kept for one connection.
    pub violations: usize,
    /// Frames that could not be decoded, kept singly; all are counted.
    pub undecoded_examples: usize,
    /// While frames still come: octets, by estimate, of connections whose end was told and that are kept for the closing
    /// report. Some two thousand sessions, or twenty thousand scans; beyond it the oldest go.
    pub finished_octets: usize,
    /// While frames still come: connections kept as their packets whose end cannot be told yet. A flood of SYNs makes a
    /// hundred thousand a second; a busy server waits for some hundreds.
    pub handshakes_watched: usize,
    /// While frames still come: hosts remembered beyond their connections. A scan comes from thousands.
    pub hosts_remembered: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_octets: 16 * 1024 * 1024,
            interfaces: 4_096,
            damages: 32,
            encapsulations: 16,
            extension_headers: 8,
            fragment_trains: 64,
            fragment_octets: 65_535,
            brief_packets: 12,
            brief_octets: 512,
            judged_singly: 4_096,
            crowd: 256 * 1024,
            memory: usize::MAX,
            timeline_head: 128,
            timeline_tail: 384,
            resets_per_flow: 64,
            reorder_octets: 256 * 1024,
            reorder_segments: 256,
            segments_compared: 8,
            round_trip_marks: 64,
            banner_octets: 16 * 1024,
            lines_before_banner: 64,
            ssh_packet_octets: 256 * 1024,
            names_per_list: 256,
            kinds_of_offers: 1_024,
            keepalive_times: 512,
            violations: 32,
            undecoded_examples: 32,
            finished_octets: 24 * 1024 * 1024,
            handshakes_watched: 32_768,
            hosts_remembered: 16_384,
        }
    }
}
