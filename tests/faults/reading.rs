//! A disk that cannot be read on.

use std::io::{self, Read};

use sshrst::limits::Limits;
use sshrst::source::{Batch, Reader, Source};

use super::{CAPTURE, analyze, said};

/// Fails with `EIO` from an offset on, as a disk with a bad sector does.
struct Bad<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Bad<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let most = room.len().min(self.left);
        let count = self.inner.read(&mut room[..most])?;
        self.left -= count;
        Ok(count)
    }
}

/// Of asm-generic/errno-base.h.
const EIO: i32 = 5;

/// Frames before the bad sector, and what is said of it.
fn read_until(bad: usize) -> (u64, Vec<String>) {
    let octets = std::fs::read(CAPTURE).unwrap();
    let input = Bad { inner: octets.as_slice(), left: bad };
    let Ok(mut reader) = Reader::new("disk", input, Limits::default()) else { return (0, Vec::new()) };
    let mut batch = Batch::new();
    while reader.read_batch(&mut batch) {}
    let summary = reader.summary();
    (summary.frames, summary.damage.iter().map(ToString::to_string).collect())
}

#[test]
fn frames_before_a_bad_sector_are_read_and_it_is_said_where_they_end() {
    let size = std::fs::metadata(CAPTURE).unwrap().len() as usize;
    let mut before = 0;
    for bad in (0..size).step_by(97) {
        let (frames, damage) = read_until(bad);
        assert!(frames >= before, "{bad}: {frames} frames, {before} before");
        before = frames;
        if frames > 0 {
            assert!(damage.iter().any(|words| words.contains("could not read on")), "{bad}: {damage:?}");
        }
    }
    assert!(before > 80, "{before}");
}

#[test]
fn a_file_that_gives_nothing_but_errors_is_no_input() {
    // Octets of a process at address 0, where nothing is: `EIO` (proc(5)).
    let output = analyze(&["--no-sandbox", "/proc/self/mem"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("Input/output error"), "{}", said(&output));
}
