//! The compressed formats that are read, and how they are told by their first octets.

use std::fmt;

/// A format of compression that is taken off while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952; also what `pigz` and `bgzip` write.
    Gzip,
    /// RFC 8878; also what `pzstd` writes.
    Zstd,
    /// The LZ4 frame format, not its legacy form.
    Lz4,
    /// The .xz file format.
    Xz,
    /// What `bzip2`, `lbzip2` and `pbzip2` write.
    Bzip2,
}

/// Octets that tell every format.
pub(in crate::source) const MAGIC: usize = 6;

impl Compression {
    /// The compression of an input with these first octets, at least [`MAGIC`] of them; `None` for anything else.
    ///
    /// RFC 1952 §2.3.1 (with the method, of which there is one); RFC 8878 §3.1.1; lz4 frame format 1.6.3; xz file format 1.1.0
    /// §2.1.1.1; bzip2: `BZh`, the block size from 1 to 9, and the first octets of a block's or the stream's end mark.
    pub(in crate::source) fn recognise(first: &[u8]) -> Option<Self> {
        match first {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// Its name in a word, that of the program which makes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compression_is_told_by_its_first_octets_alone() {
        let told = |first: &[u8]| Compression::recognise(first).map(Compression::name);
        assert_eq!(told(b"\x1f\x8b\x08\x00\x00\x00"), Some("gzip"));
        assert_eq!(told(b"\x28\xb5\x2f\xfd\x04\x00"), Some("zstd"));
        assert_eq!(told(b"\x04\x22\x4d\x18\x64\x40"), Some("lz4"));
        assert_eq!(told(b"\xfd7zXZ\0"), Some("xz"));
        assert_eq!(told(b"BZh91AY"), Some("bzip2"));
        assert_eq!(told(b"BZh9\x17\x72"), Some("bzip2"), "nothing, compressed");
        assert_eq!(told(b"BZhello"), None);
        assert_eq!(told(b"\xd4\xc3\xb2\xa1\x02\x00"), None);
    }
}
