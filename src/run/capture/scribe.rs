//! Lines that are written while the capture goes on: a reader that is slow must not hold it up.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

/// Lines that wait for a slow reader; some ten thousand octets each with JSON.
const WAITING: usize = 1_024;

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Stdout,
    Stderr,
    /// Opened again, and made anew if it is gone, when asked.
    File(PathBuf),
}

enum Order {
    Write(Vec<u8>),
    Reopen,
}

/// Writes lines on a thread of its own.
pub(super) struct Scribe {
    orders: SyncSender<Order>,
    thread: JoinHandle<()>,
    state: Arc<State>,
    /// Lines that were not taken: the reader was too slow.
    pub(super) missed: u64,
}

#[derive(Default)]
struct State {
    /// Nobody reads any more, or nothing can be written.
    over: AtomicBool,
    fault: Mutex<Option<io::Error>>,
}

impl Scribe {
    /// Begins to write to `target`; a file of that name was made before.
    pub(super) fn new(target: Target) -> io::Result<Self> {
        let (orders, received) = sync_channel(WAITING);
        let state = Arc::new(State::default());
        let theirs = Arc::clone(&state);
        let mut out = open(&target)?;
        let work = move || {
            if let Err(error) = write_all(&received, &target, &mut out) {
                if let Ok(mut fault) = theirs.fault.lock() {
                    *fault = Some(error);
                }
                theirs.over.store(true, Ordering::Relaxed);
            }
        };
        let thread = Builder::new().name("lines".to_owned()).spawn(work)?;
        Ok(Self { orders, thread, state, missed: 0 })
    }

    /// Has `octets` written, if there is room among what waits.
    pub(super) fn write(&mut self, octets: Vec<u8>) {
        if matches!(self.orders.try_send(Order::Write(octets)), Err(TrySendError::Full(_))) {
            self.missed += 1;
        }
    }

    /// The same of something that may be left out.
    pub(super) fn show(&self, text: String) {
        _ = self.orders.try_send(Order::Write(text.into_bytes()));
    }

    /// Opens the file again.
    pub(super) fn reopen(&self) {
        _ = self.orders.try_send(Order::Reopen);
    }

    /// Whether writing has come to an end by itself.
    pub(super) fn is_over(&self) -> bool {
        self.state.over.load(Ordering::Relaxed)
    }

    /// Waits until all is written; why it was not, if so.
    pub(super) fn finish(self) -> Option<io::Error> {
        drop(self.orders);
        _ = self.thread.join();
        self.state.fault.lock().ok()?.take()
    }
}

fn write_all(orders: &Receiver<Order>, target: &Target, out: &mut Box<dyn Write + Send>) -> io::Result<()> {
    for order in orders {
        match order {
            Order::Write(octets) => {
                out.write_all(&octets)?;
                out.flush()?;
            }
            Order::Reopen => *out = open(target)?,
        }
    }
    Ok(())
}

fn open(target: &Target) -> io::Result<Box<dyn Write + Send>> {
    Ok(match target {
        Target::Stdout => Box::new(io::stdout()),
        Target::Stderr => Box::new(io::stderr()),
        Target::File(path) => {
            let file: File = OpenOptions::new().append(true).create(true).open(path)?;
            Box::new(file)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew() {
        let base = std::env::temp_dir().join(format!("sshrst-scribe-{}", std::process::id()));
        let (now, moved) = (base.with_extension("log"), base.with_extension("old"));
        let mut scribe = Scribe::new(Target::File(now.clone())).unwrap();
        scribe.write(b"one\n".to_vec());
        while std::fs::read_to_string(&now).unwrap() != "one\n" {
            std::thread::yield_now();
        }
        std::fs::rename(&now, &moved).unwrap();
        scribe.reopen();
        scribe.write(b"two\n".to_vec());
        assert!(scribe.finish().is_none());
        let read = |path| std::fs::read_to_string(path).unwrap();
        assert_eq!([read(&moved), read(&now)], ["one\n", "two\n"]);
        for path in [now, moved] {
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_full_disk_ends_it_and_is_told() {
        let mut scribe = Scribe::new(Target::File("/dev/full".into())).unwrap();
        scribe.write(b"line\n".to_vec());
        assert_eq!(scribe.finish().unwrap().kind(), io::ErrorKind::StorageFull);
    }
}
