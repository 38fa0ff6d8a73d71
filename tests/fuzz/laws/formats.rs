//! Capture files: any octets are frames, damage that is said, or a refusal; how they come makes no difference.

use std::io::{self, Read, Write};

use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Reader, Source, Summary};

use super::script::Script;

/// Small, so that an input of some kilobytes reaches them.
const LIMITS: fn() -> Limits =
    || Limits { record_octets: 4_096, interfaces: 5, damages: 3, ..Limits::default() };

/// Any octets as a capture file.
pub(crate) fn formats(octets: &[u8]) {
    let whole = read(octets, usize::MAX);
    assert_eq!(read(octets, 1), whole, "octet by octet");
    assert_eq!(read(octets, 7), whole, "by seven octets");
    let Some((frames, summary)) = whole else { return };
    let limits = LIMITS();
    assert_eq!(summary.frames, frames.len() as u64);
    assert_eq!(summary.octets, octets.len() as u64, "all of it is read, whatever is damaged");
    assert!(summary.interfaces.len() <= limits.interfaces && summary.damage.len() <= limits.damages);
    assert!(summary.damage.iter().all(|damage| damage.offset <= octets.len() as u64));
    assert!(frames.windows(2).all(|pair| pair[0].number < pair[1].number));
    let held: usize = frames.iter().map(|frame| frame.data.len()).sum();
    assert!(held <= octets.len(), "no octet is in two frames");
}

/// Any blocks of pcapng whose lengths are right, or nearly so.
pub(crate) fn blocks(octets: &[u8]) {
    let mut script = Script(octets);
    let big = script.octet() & 1 == 1;
    let word = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let mut file = block(&word, 0x0a0d_0d0a, &section(&word), 0);
    while !script.is_over() {
        let (kind, lie) = match script.octet() {
            octet @ 0..=7 => (0x0a0d_0d0a, octet),
            octet @ 8..=63 => (1, octet),
            octet @ 64..=159 => (6, octet),
            octet @ 160..=191 => (3, octet),
            octet @ 192..=207 => (2, octet),
            octet => (u32::from(octet) - 208, octet),
        };
        let mut body = Vec::new();
        match kind {
            0x0a0d_0d0a => body.extend(section(&word)),
            1 => {
                let link = [1_u16, 101, 113, 276][script.below(4)].to_be_bytes();
                body.extend(if big { link } else { [link[1], link[0]] });
                body.extend([0; 2]);
                body.extend(word(u32::from(script.octet()) * 16));
            }
            2 | 6 => {
                body.extend(word(u32::from(script.octet() % 8)));
                (0..2).for_each(|_| body.extend(word(script.number::<4>() as u32)));
                let data = script.piece();
                body.extend(word(data.len() as u32));
                body.extend(word(data.len() as u32 + u32::from(script.octet())));
                body.extend(data);
                body.resize(body.len().next_multiple_of(4), 0);
            }
            3 => body.extend(word(u32::from(script.octet()))),
            _ => {}
        }
        let mut options = Script(script.piece());
        while !options.is_over() {
            let code = [1_u16, 2, 6, 9, 11, 14, 0, 5][options.below(8)];
            let value = options.piece();
            for half in [code, value.len() as u16] {
                body.extend(if big { half.to_be_bytes() } else { half.to_le_bytes() });
            }
            body.extend(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        // Rarely, the two lengths of the block differ.
        file.extend(block(&word, kind, &body, u32::from(lie % 32 == 31)));
    }
    formats(&file);
}

/// Any octets behind the mark of a compression, or a sound capture that was compressed and then changed.
pub(crate) fn compressed(octets: &[u8]) {
    let [which, rest @ ..] = octets else { return };
    let marks: [&[u8]; 5] =
        [b"\x1f\x8b\x08\0\0\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xfd7zXZ\0", b"BZh91AY"];
    let mut file = tempfile::NamedTempFile::new().unwrap();
    if *which < 128 {
        file.write_all(marks[usize::from(*which) % marks.len()]).unwrap();
    }
    file.write_all(rest).unwrap();
    let Ok(mut reader) = source::open(file.path(), LIMITS()) else { return };
    let mut batch = Batch::new();
    // A bomb is read as a stream, for as long as it takes; 16 MiB of it say enough.
    while reader.read_batch(&mut batch) {
        if reader.summary().compressed.is_some_and(|it| it.decoded_octets > 16 << 20) {
            return;
        }
    }
    assert!(reader.summary().octets <= octets.len() as u64 + 7);
}

/// What a frame of a file is, all that a reader says of it.
#[derive(Debug, PartialEq)]
struct Told {
    number: u64,
    time: i64,
    link: u16,
    interface: u16,
    wire_len: u32,
    data: Vec<u8>,
}

/// All frames and the summary, the file read in pieces of at most `most` octets; nothing if it is refused.
fn read(octets: &[u8], most: usize) -> Option<(Vec<Told>, Summary)> {
    let mut reader = Reader::new("any", Pieces { octets, most }, LIMITS()).ok()?;
    let (mut frames, mut batch) = (Vec::new(), Batch::new());
    while reader.read_batch(&mut batch) {
        frames.extend(batch.frames().map(|frame| Told {
            number: frame.number.0,
            time: frame.time.as_nanos(),
            link: frame.link.0,
            interface: frame.place.interface,
            wire_len: frame.wire_len,
            data: frame.data.to_vec(),
        }));
    }
    assert!(batch.is_empty());
    Some((frames, reader.summary()))
}

struct Pieces<'a> {
    octets: &'a [u8],
    most: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = room.len().min(self.most).min(self.octets.len());
        let (given, rest) = self.octets.split_at(count);
        room[..count].copy_from_slice(given);
        self.octets = rest;
        Ok(count)
    }
}

fn section(word: &impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
    let version = if word(1)[0] == 0 { [0, 1, 0, 0] } else { [1, 0, 0, 0] };
    [&word(0x1a2b_3c4d)[..], &version, &[0xff; 8]].concat()
}

fn block(word: &impl Fn(u32) -> [u8; 4], kind: u32, body: &[u8], lie: u32) -> Vec<u8> {
    let length = 12 + body.len() as u32;
    [&word(kind)[..], &word(length), body, &word(length + lie * 4)].concat()
}
