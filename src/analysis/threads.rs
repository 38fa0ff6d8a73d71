//! On how many threads the work is done.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The threads of an analysis. The default: one for each core.
#[derive(Debug, Default)]
pub struct Threads(Kind);

#[derive(Debug, Default)]
enum Kind {
    /// Rayon's own pool, one thread for each core.
    #[default]
    Global,
    /// The caller's thread.
    Own,
    Pool(ThreadPool),
}

impl Threads {
    /// So many threads, the caller's included if it is one; one for each core without a number.
    ///
    /// # Errors
    ///
    /// When the system gives no threads.
    pub fn new(count: Option<usize>) -> Result<Self, String> {
        Ok(Self(match count {
            None => Kind::Global,
            Some(1) => Kind::Own,
            Some(count) => {
                let pool = ThreadPoolBuilder::new().num_threads(count).build();
                Kind::Pool(pool.map_err(|error| error.to_string())?)
            }
        }))
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        match &self.0 {
            Kind::Own => 1,
            Kind::Global => rayon::current_num_threads(),
            Kind::Pool(pool) => pool.current_num_threads(),
        }
    }

    /// Does both, at the same time if there are threads for it.
    pub(super) fn join<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        match &self.0 {
            Kind::Own => (one(), other()),
            Kind::Global => rayon::join(one, other),
            Kind::Pool(pool) => pool.join(one, other),
        }
    }

    /// What `work` makes of each of `items`, in their order.
    pub(super) fn map<T: Send, U: Send>(
        &self,
        items: impl Iterator<Item = T>,
        work: impl Fn(T) -> U + Sync + Send,
    ) -> Vec<U> {
        if let Kind::Own = self.0 {
            return items.map(work).collect();
        }
        let items: Vec<T> = items.collect();
        let each = || items.into_par_iter().map(work).collect();
        if let Kind::Pool(pool) = &self.0 { pool.install(each) } else { each() }
    }
}
