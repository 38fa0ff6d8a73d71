//! Several files as one capture: rotated sets in any order, and files that overlap in time.
//!
//! Each file is opened when the time of its first frame has come, and closed at its end: files that follow one another are read
//! one after the other, whole batches at a time; those that overlap are merged, frame by frame, by the time of the frame that
//! each is at. The order within a file is never changed. Frames are numbered in the order in which they are handed on: as
//! `mergecap` writes them into one file, and Wireshark then counts.

mod member;
mod places;
mod twins;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::batch::{Batch, Head, PIECE};
use super::{Opening, STANDARD_INPUT, SourceError, Summary};
use crate::frame::FrameNo;
use crate::units::Timestamp;
use member::Member;
use places::Places;
use twins::Twins;

/// Files open at a time. Sets of that many that overlap are rare, each takes a MiB, compressed ones several, and systems give 256
/// and more (macOS, `ulimit -n`).
const OPEN: usize = 64;

/// What was read of one file of a set.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What is known of it beside its frames.
    pub summary: Summary,
    /// The numbers of its first and last frame in the set; `None` if it gave none.
    pub numbers: Option<(FrameNo, FrameNo)>,
    /// Frames that another file of the set holds, too, and that were left out here. They use up a number each.
    pub twins: u64,
    /// The file that held the first of them: its index in what [`Set::finish`] gives.
    pub twin_of: Option<usize>,
    /// It was opened after its time, for too many were open.
    pub late: bool,
}

/// A file whose time has not come.
struct Waiting {
    path: PathBuf,
    /// `None`: it holds no frame.
    first: Option<Timestamp>,
    /// What can be read only once stays open.
    member: Option<Member>,
    late: bool,
}

/// Files that are read as one capture.
pub struct Set {
    opening: Opening,
    waiting: VecDeque<Waiting>,
    open: Vec<Member>,
    places: Places,
    twins: Twins,
    next: FrameNo,
    opened: usize,
    taken: Vec<(usize, Taken)>,
    failures: Vec<SourceError>,
}

impl Set {
    /// Looks at the first frame of each of `files`, where `-` is standard input, and puts them in the order of these.
    pub fn new(files: &[PathBuf], opening: Opening) -> Self {
        let mut set = Self {
            opening,
            waiting: VecDeque::new(),
            open: Vec::new(),
            places: Places::default(),
            twins: Twins::default(),
            next: FrameNo(1),
            opened: 0,
            taken: Vec::new(),
            failures: Vec::new(),
        };
        let mut looked: Vec<Waiting> =
            files.iter().filter_map(|path| set.look(path, files.len() == 1)).collect();
        // Stable: of files that begin at one time, the first given comes first.
        looked.sort_by_key(|waiting| waiting.first);
        set.waiting = looked.into();
        set
    }

    /// Opens a file for its first frame. What can be opened again is, when its time has come.
    fn look(&mut self, path: &Path, is_only: bool) -> Option<Waiting> {
        let mut member = self.begin(path)?;
        let first = member.time();
        let stays = is_only || path.as_os_str() == STANDARD_INPUT || !path.is_file();
        Some(Waiting { path: path.to_owned(), first, member: stays.then_some(member), late: false })
    }

    fn begin(&mut self, path: &Path) -> Option<Member> {
        let opened = if path.as_os_str() == STANDARD_INPUT {
            self.opening.standard_input()
        } else {
            self.opening.open(path)
        };
        opened.map(Member::new).map_err(|error| self.failures.push(error)).ok()
    }

    /// Fills `batch` with the next frames; `false`, and an empty batch, at the end.
    pub fn read_batch(&mut self, batch: &mut Batch) -> bool {
        batch.restart(&[]);
        self.twins.restart();
        loop {
            self.close_ended();
            self.open_due();
            let Some(at) = self.earliest() else { return !batch.is_empty() };
            if batch.is_empty() && self.take_whole(batch) {
                return true;
            }
            if self.is_full(at, batch) {
                return true;
            }
            self.take_one(at, batch);
        }
    }

    /// What was read of each file, in the order in which they were opened, and those of which nothing could be read.
    pub fn finish(mut self) -> (Vec<Taken>, Vec<SourceError>) {
        self.taken.sort_by_key(|(index, _)| *index);
        (self.taken.into_iter().map(|(_, taken)| taken).collect(), self.failures)
    }

    /// Octets read so far, as they lie on disk.
    pub fn position(&self) -> u64 {
        let done = self.taken.iter().map(|(_, taken)| taken.summary.octets);
        let open = self.open.iter().map(|member| member.reader.position());
        done.chain(open).fold(0, u64::saturating_add)
    }

    /// Gives up the files that are read to their end.
    fn close_ended(&mut self) {
        while let Some(at) = self.open.iter_mut().position(|member| member.time().is_none()) {
            let member = self.open.remove(at);
            let (index, taken, unused) = member.close();
            // Records behind the last frame that hold none.
            self.next.0 = self.next.0.saturating_add(unused);
            self.taken.push((index, taken));
        }
    }

    /// Opens the files whose time has come: there is an open one in the end, or none left.
    fn open_due(&mut self) {
        while let Some(waiting) = self.waiting.front_mut() {
            let now = self.open.iter_mut().filter_map(Member::time).min();
            if now.is_some_and(|now| waiting.first.is_some_and(|first| first > now)) {
                return;
            }
            if self.open.len() >= OPEN {
                waiting.late = true;
                return;
            }
            let Some(Waiting { path, member, late, .. }) = self.waiting.pop_front() else { return };
            if let Some(mut member) = member.or_else(|| self.begin(&path)) {
                member.index = self.opened;
                member.late = late;
                self.opened += 1;
                self.open.push(member);
                self.close_ended();
            }
        }
    }

    /// The open file whose frame is the earliest; of several the one that was opened first.
    fn earliest(&mut self) -> Option<usize> {
        let times = self.open.iter_mut().enumerate();
        let times = times.filter_map(|(at, member)| Some((member.time()?, member.index, at)));
        times.min().map(|(_, _, at)| at)
    }

    /// Hands on the whole batch of the one open file, if no other file begins within it.
    fn take_whole(&mut self, batch: &mut Batch) -> bool {
        let [member] = &mut self.open[..] else { return false };
        let next = self.waiting.front().and_then(|waiting| waiting.first);
        if !member.is_whole() || next.is_some_and(|next| member.reaches(next)) {
            return false;
        }
        member.give_all(batch, &mut self.next);
        // One at a time: those of a batch are nearly always of one interface, whose place is known.
        for head in &mut batch.heads {
            head.interface = place(&mut self.open, &mut self.places, 0, head.interface);
        }
        true
    }

    /// Whether `batch` holds enough. Frames that may be twins stay together, within reason.
    fn is_full(&mut self, at: usize, batch: &Batch) -> bool {
        let next = self.open.get_mut(at).and_then(Member::time);
        let same = |last: &Head| next.is_some_and(|next| twins::are_of_one_time(last.time, next));
        let together = batch.filled < 4 * PIECE && batch.heads.last().is_some_and(same);
        batch.filled >= PIECE && !together
    }

    /// Hands on the next frame of an open file, unless another had it.
    fn take_one(&mut self, at: usize, batch: &mut Batch) {
        let Some(member) = self.open.get_mut(at) else { return };
        let file = member.index;
        let Some((head, octets)) = member.give_one(&mut self.next) else { return };
        if let Some(twin) = self.twins.absorb(file, batch, &head, octets) {
            member.is_twin(head.interface, twin);
            return;
        }
        let number = FrameNo(self.next.0 - 1);
        batch.push(number, head, octets);
        self.twins.remember(file);
        member.numbered(number);
        let place = place(&mut self.open, &mut self.places, at, head.interface);
        if let Some(pushed) = batch.heads.last_mut() {
            pushed.interface = place;
        }
    }
}

/// The place, over all files, of the interface `local` of an open file.
fn place(open: &mut [Member], places: &mut Places, at: usize, local: u16) -> u16 {
    let Some(member) = open.get(at) else { return local };
    if let Some(known) = member.place(local) {
        return known;
    }
    let (file, identity, first) = (member.index, member.identity(local), member.first);
    let found = places.take_over(&identity, file, |owner| {
        let owner = open.iter_mut().find(|other| other.index == owner);
        owner.is_none_or(|owner| owner.index != file && first.is_some_and(|first| owner.gives_way(first)))
    });
    let place = found.unwrap_or_else(|| places.allot(identity, file, local));
    if let Some(member) = open.get_mut(at) {
        member.set_place(local, place);
    }
    place
}
