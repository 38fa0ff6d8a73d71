//! Capture files written octet by octet, in either byte order.

/// Writes numbers in one byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, value: u16) -> Vec<u8> {
        if self == Self::Little { value.to_le_bytes().to_vec() } else { value.to_be_bytes().to_vec() }
    }

    pub(crate) fn u32(self, value: u32) -> Vec<u8> {
        if self == Self::Little { value.to_le_bytes().to_vec() } else { value.to_be_bytes().to_vec() }
    }

    pub(crate) fn u64(self, value: u64) -> Vec<u8> {
        if self == Self::Little { value.to_le_bytes().to_vec() } else { value.to_be_bytes().to_vec() }
    }

    pub(crate) fn words(self, values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|&value| self.u32(value)).collect()
    }

    /// A classic pcap's file header.
    pub(crate) fn pcap_header(self, magic: u32, version: (u16, u16), link: u32) -> Vec<u8> {
        [self.u32(magic), self.u16(version.0), self.u16(version.1), self.words(&[0, 0, 65_535, link])]
            .concat()
    }

    /// The header of an ordinary pcap with microseconds and Ethernet.
    pub(crate) fn pcap(self) -> Vec<u8> {
        self.pcap_header(0xa1b2_c3d4, (2, 4), 1)
    }

    /// A pcap record.
    pub(crate) fn record(self, seconds: u32, fraction: u32, data: &[u8]) -> Vec<u8> {
        let len = data.len() as u32;
        [self.words(&[seconds, fraction, len, len]), data.to_vec()].concat()
    }

    /// A pcapng block: type, length, body padded to four octets, length.
    pub(crate) fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let body = padded(body);
        let length = body.len() as u32 + 12;
        [self.words(&[kind, length]), body, self.u32(length)].concat()
    }

    /// A section header.
    pub(crate) fn section(self, options: &[u8]) -> Vec<u8> {
        let body =
            [self.u32(0x1a2b_3c4d), self.u16(1), self.u16(0), self.u64(u64::MAX), options.to_vec()].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    /// An option with its padding.
    pub(crate) fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        [self.u16(code), self.u16(value.len() as u16), padded(value)].concat()
    }

    /// An interface description.
    pub(crate) fn interface(self, link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
        self.block(1, &[self.u16(link), self.u16(0), self.u32(snaplen), options.to_vec()].concat())
    }

    /// An Enhanced Packet Block.
    pub(crate) fn enhanced(self, interface: u32, ticks: u64, data: &[u8], options: &[u8]) -> Vec<u8> {
        let len = data.len() as u32;
        let fixed = self.words(&[interface, (ticks >> 32) as u32, ticks as u32, len, len]);
        self.block(6, &[fixed, padded(data), options.to_vec()].concat())
    }

    /// A Simple Packet Block.
    pub(crate) fn simple(self, wire_len: u32, data: &[u8]) -> Vec<u8> {
        self.block(3, &[self.u32(wire_len), data.to_vec()].concat())
    }

    /// An obsolete Packet Block.
    pub(crate) fn obsolete(
        self,
        interface: u16,
        drops: u16,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) -> Vec<u8> {
        let len = data.len() as u32;
        let fixed = self.words(&[(ticks >> 32) as u32, ticks as u32, len, len]);
        self.block(2, &[self.u16(interface), self.u16(drops), fixed, padded(data), options.to_vec()].concat())
    }

    /// Interface statistics.
    pub(crate) fn statistics(self, interface: u32, options: &[u8]) -> Vec<u8> {
        self.block(5, &[self.words(&[interface, 0, 0]), options.to_vec()].concat())
    }
}

fn padded(octets: &[u8]) -> Vec<u8> {
    let mut padded = octets.to_vec();
    padded.resize(octets.len().next_multiple_of(4), 0);
    padded
}
