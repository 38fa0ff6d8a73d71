//! A ring of files, each a pcapng of its own: what a killed capture leaves can be read.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::ring::IN_MEMORY;
use crate::error::{Error, Exit};
use crate::frame::{Frame, FrameNo};
use crate::limits::Limits;
use crate::report::Pcapng;
use crate::run::{complain, gathered};
use crate::source::{Batch, Opening, Ring, Shown, Source};

/// Files of a ring. The oldest goes as a whole: with eight, seven eighths are held at least.
const SEGMENTS: u32 = 8;

/// Octets of a block beside the frame's own, and of the header that may come before (draft-ietf-opsawg-pcapng §4.1 to §4.3).
const AROUND: u64 = 512;

/// Holds the last frames in files beside the one that they are written to in the end.
#[derive(Debug)]
pub(super) struct Segments {
    /// What they are named after.
    path: PathBuf,
    /// Octets of each.
    most: u64,
    /// Those that hold something, the oldest first; the last one grows.
    held: VecDeque<Segment>,
    growing: Option<Pcapng<BufWriter<File>>>,
    /// What came after a file could not be written.
    after_fault: Option<Ring>,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    first: FrameNo,
}

impl Segments {
    /// An empty ring of so many octets in all.
    ///
    /// # Errors
    ///
    /// Without `force`, when a file of such a name is there: a capture that was killed left it, and somebody may want it.
    pub(super) fn begin(octets: u64, path: &Path, force: bool) -> Result<Self, Error> {
        let names = || (0..SEGMENTS).map(|at| name(path, at));
        if let Some(left) = names().find(|name| !force && name.exists()) {
            let left = left.to_string_lossy();
            return Err(Error::new(
                Exit::NotWritten,
                format!("{} exists already: the ring of a capture that was killed", Shown(&left)),
            )
            .with_hint("`sshrst analyze` reads such files; `--force` overwrites them"));
        }
        // What was left must not be taken for a part of this ring.
        names().for_each(|name| _ = fs::remove_file(name));
        Ok(Self {
            path: path.to_owned(),
            most: octets / u64::from(SEGMENTS),
            held: VecDeque::new(),
            growing: None,
            after_fault: None,
        })
    }

    /// Holds `frame`; the oldest file goes for it when the newest is full. From the first file that cannot be written on,
    /// frames are held in memory, as many as a ring in memory has at most.
    pub(super) fn push(&mut self, frame: &Frame<'_>) {
        if self.after_fault.is_none()
            && let Err(error) = self.write(frame)
        {
            self.fail(&error);
        }
        if let Some(ring) = &mut self.after_fault {
            ring.push(frame);
        }
    }

    /// Hands what was pushed to the system.
    pub(super) fn flush(&mut self) {
        if let Some(Err(error)) = self.growing.as_mut().map(Pcapng::flush) {
            self.fail(&error);
        }
    }

    /// Gives the frames that are held to `take`.
    ///
    /// # Errors
    ///
    /// Those of `take`, and a file that is gone.
    pub(super) fn replay(&self, take: &mut dyn FnMut(&Frame<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut batch = Batch::new();
        for segment in &self.held {
            let opening = Opening::new(Limits::default()).without_digest();
            let mut reader = opening.open(&segment.path).map_err(io::Error::other)?;
            while reader.read_batch(&mut batch) {
                for frame in batch.frames() {
                    let number = FrameNo(segment.first.0 + frame.number.0 - 1);
                    take(&Frame { number, ..frame })?;
                }
            }
            for blind in gathered::damage(&reader.summary()) {
                let name = segment.path.to_string_lossy();
                complain(&Error::new(Exit::Partial, format!("{}: {}", Shown(&name), blind.detail)));
            }
        }
        self.after_fault.iter().flat_map(Ring::frames).try_for_each(|frame| take(&frame))
    }

    /// Removes the files: what they hold is elsewhere by now.
    pub(super) fn remove(self) {
        drop(self.growing);
        for Segment { path, .. } in self.held {
            if let Err(error) = fs::remove_file(&path) {
                let name = path.to_string_lossy();
                complain(&Error::new(
                    Exit::NotWritten,
                    format!("{} could not be removed: {error}", Shown(&name)),
                ));
            }
        }
    }

    /// Where the packets are, in words.
    pub(super) fn whereabouts(&self) -> String {
        format!("the packets are in {}.ring1 and those that follow", Shown(&self.path.to_string_lossy()))
    }

    /// Whether a file could not be written.
    pub(super) const fn has_failed(&self) -> bool {
        self.after_fault.is_some()
    }

    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let taken = frame.data.len() as u64 + AROUND;
        let growing = match self.growing.take() {
            Some(growing) if growing.octets() + taken <= self.most => self.growing.insert(growing),
            full => {
                full.map(Pcapng::finish).transpose()?;
                self.turn(frame.number)?
            }
        };
        growing.frame(frame, frame.data.len(), &[])
    }

    /// Begins the next file, in the place of the oldest if all are there.
    fn turn(&mut self, first: FrameNo) -> io::Result<&mut Pcapng<BufWriter<File>>> {
        let all_there = self.held.len() >= SEGMENTS as usize;
        let path = match self.held.front() {
            Some(oldest) if all_there => oldest.path.clone(),
            _ => name(&self.path, self.held.len() as u32),
        };
        let file = BufWriter::new(File::create(&path)?);
        if all_there {
            self.held.pop_front();
        }
        self.held.push_back(Segment { path, first });
        let remark = "part of the ring of a capture that runs, or was killed";
        Ok(self.growing.insert(Pcapng::new(file, "sshrst", &[remark.to_owned()])?))
    }

    fn fail(&mut self, error: &io::Error) {
        self.growing = None;
        self.after_fault = Some(Ring::new(IN_MEMORY));
        let name = self.held.back().map_or(&self.path, |segment| &segment.path).to_string_lossy();
        let message = format!(
            "{} could not be written: {error}; from here on the last {} MiB are held in memory",
            Shown(&name),
            IN_MEMORY >> 20
        );
        complain(&Error::new(Exit::Partial, message).with_hint("what the ring holds already is kept"));
    }
}

/// Of the file number `at`.
fn name(path: &Path, at: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".ring{}", at + 1));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{LinkType, Mark, Place};
    use crate::units::Timestamp;

    fn frame(number: u64, data: &[u8]) -> Frame<'_> {
        Frame {
            number: FrameNo(number),
            time: Timestamp::from_nanos(number as i64),
            link: LinkType::ETHERNET,
            place: Place::default(),
            mark: Mark::None,
            wire_len: 1_500,
            data,
        }
    }

    fn push(segments: &mut Segments, numbers: impl Iterator<Item = u64>) {
        for number in numbers {
            segments.push(&frame(number, &number.to_be_bytes().repeat(16)));
        }
        segments.flush();
    }

    /// The numbers of the frames that are held, each of which must be as it was pushed.
    fn held(segments: &Segments) -> Vec<u64> {
        let mut numbers = Vec::new();
        let mut take = |it: &Frame<'_>| {
            let data = it.number.0.to_be_bytes().repeat(16);
            assert_eq!(format!("{it:?}"), format!("{:?}", frame(it.number.0, &data)));
            numbers.push(it.number.0);
            Ok(())
        };
        segments.replay(&mut take).unwrap();
        numbers
    }

    #[test]
    fn the_last_frames_come_back_with_their_numbers_and_the_size_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let octets = 8 * 8_192;
        let mut segments = Segments::begin(octets, &folder.path().join("x.pcapng"), false).unwrap();
        push(&mut segments, 5..=1_000);
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
        let size: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
        assert_eq!(files.len(), 8);
        assert!(size <= octets && size > octets * 3 / 4, "{size}");
        let numbers = held(&segments);
        assert!(numbers.len() > 300, "{}", numbers.len());
        assert_eq!(numbers, (1_001 - numbers.len() as u64..=1_000).collect::<Vec<_>>());
        segments.remove();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn where_files_cannot_be_written_any_more_memory_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Segments::begin(8 * 8_192, &folder.path().join("x.pcapng"), false).unwrap();
        push(&mut segments, 1..=10);
        // The second file cannot be made: something else has its name.
        fs::create_dir(name(&segments.path, 1)).unwrap();
        push(&mut segments, 11..=200);
        assert!(segments.has_failed());
        assert_eq!(held(&segments), (1..=200).collect::<Vec<_>>());
    }

    #[test]
    fn what_a_killed_capture_left_is_not_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pcapng");
        fs::write(name(&path, 7), "left").unwrap();
        assert!(Segments::begin(1 << 20, &path, false).is_err());
        assert!(Segments::begin(1 << 20, &path, true).is_ok());
        assert!(!name(&path, 7).exists(), "it is no part of the new ring");
    }
}
