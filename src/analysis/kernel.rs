//! What the capturing host's kernel said of resets, as long as it is remembered.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use crate::case::Case;
use crate::infer::{KernelReset, Testimony};
use crate::units::{Elapsed, Timestamp};

/// Resets of SSH connections that are remembered.
const REMEMBERED: usize = 16_384;

/// The clocks of kernel and capture differ by less.
const CLOCKS: Elapsed = Elapsed::from_secs(1);

/// The kernel's words.
#[derive(Debug)]
pub(super) struct KernelLog {
    own: BTreeSet<IpAddr>,
    said: VecDeque<KernelReset>,
    /// From here on nothing is missing.
    since: Timestamp,
}

impl KernelLog {
    /// A log that begins at `since`, on a host with the addresses `own`.
    pub(super) fn new(own: impl IntoIterator<Item = IpAddr>, since: Timestamp) -> Self {
        Self { own: own.into_iter().collect(), said: VecDeque::new(), since }
    }

    /// Takes what the kernel said next.
    pub(super) fn note(&mut self, said: KernelReset) {
        self.said.push_back(said);
        if self.said.len() > REMEMBERED
            && let Some(gone) = self.said.pop_front()
        {
            self.since = self.since.max(gone.time + CLOCKS);
        }
    }

    /// What it says of the decisive reset of `case`; `None` where it was not asked by then.
    pub(super) fn about(&self, case: &Case) -> Option<Testimony> {
        let reset = case.reset.as_ref()?.segment().time;
        if reset < self.since {
            return None;
        }
        let near: Vec<KernelReset> = {
            let apart = |said: &&KernelReset| {
                let apart = said.time.since(reset);
                apart <= CLOCKS && Elapsed::ZERO - apart <= CLOCKS
            };
            self.said.iter().filter(apart).cloned().collect()
        };
        Testimony::of(case, &near, |end| self.own.contains(&end.addr))
    }
}
