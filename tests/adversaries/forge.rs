//! Packets and captures made octet by octet.

/// Link type of raw IP.
pub(crate) const RAW: u32 = 101;

/// The header of a pcap with times in nanoseconds.
pub(crate) fn header(link: u32) -> Vec<u8> {
    let words: [u32; 6] = [0xa1b2_3c4d, 0x0004_0002, 0, 0, 262_144, link];
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A packet with its record header; `nanos` since the Unix epoch.
pub(crate) fn record(nanos: u64, packet: &[u8]) -> Vec<u8> {
    let length = packet.len() as u32;
    let words = [(nanos / 1_000_000_000) as u32, (nanos % 1_000_000_000) as u32, length, length];
    words.iter().flat_map(|word| word.to_le_bytes()).chain(packet.iter().copied()).collect()
}

/// A capture of `packets`, a millisecond apart.
pub(crate) fn capture(packets: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let times = (0..).map(|number| 1_700_000_000_000_000_000 + number * 1_000_000);
    let records = times.zip(packets).flat_map(|(time, packet)| record(time, &packet));
    header(RAW).into_iter().chain(records).collect()
}

pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

pub(crate) const CLIENT: [u8; 4] = [203, 0, 113, 5];
pub(crate) const SERVER: [u8; 4] = [192, 0, 2, 1];

/// A segment in IPv4, checksums left for the network card.
pub(crate) struct Segment<'a> {
    pub(crate) client: [u8; 4],
    pub(crate) port: u16,
    pub(crate) answer: bool,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) data: &'a [u8],
}

/// From the client's port to the server's 22, or back.
pub(crate) fn segment(answer: bool, seq: u32, ack: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    Segment { client: CLIENT, port: 40_000, answer, seq, ack, flags, data }.octets()
}

impl Segment<'_> {
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut octets = ip(6, self.answer, self.client, 20 + self.data.len());
        let ports = if self.answer { [22, self.port] } else { [self.port, 22] };
        octets.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
        octets.extend([self.seq, self.ack].iter().flat_map(|number| number.to_be_bytes()));
        octets.extend([0x50, self.flags, 0xfa, 0xf0, 0, 0, 0, 0]);
        octets.extend(self.data);
        octets
    }
}

/// A header of IPv4 before `length` octets.
pub(crate) fn ip(protocol: u8, answer: bool, client: [u8; 4], length: usize) -> Vec<u8> {
    let [high, low] = (20 + length as u16).to_be_bytes();
    let ttl = if answer { 60 } else { 50 };
    let header = [0x45, 0, high, low, 0, 0, 0x40, 0, ttl, protocol, 0, 0];
    let ends = if answer { [SERVER, client] } else { [client, SERVER] };
    [&header[..], &ends.concat()].concat()
}

/// The three packets that open a connection; data begin at 101 and 201.
pub(crate) fn opening() -> Vec<Vec<u8>> {
    vec![
        segment(false, 100, 0, SYN, b""),
        segment(true, 200, 101, SYN | ACK, b""),
        segment(false, 101, 201, ACK, b""),
    ]
}
