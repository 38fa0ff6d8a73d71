//! The last few of many.

/// Keeps the last values that were pushed. Unlike a `VecDeque`, it does not read what it drops: that is a cache miss for each
/// packet of a connection.
#[derive(Clone, Debug)]
pub(super) struct Ring<T> {
    /// The oldest is at `start`; `start` is 0 until something was dropped.
    values: Vec<T>,
    start: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { values: Vec::new(), start: 0 }
    }
}

impl<T> Ring<T> {
    /// These values, the oldest first.
    pub(super) const fn of(values: Vec<T>) -> Self {
        Self { values, start: 0 }
    }

    /// Adds a value; true if the oldest had to go, because there were `most`.
    pub(super) fn push(&mut self, value: T, most: usize) -> bool {
        if self.values.len() < most {
            self.values.push(value);
            return false;
        }
        if let Some(oldest) = self.values.get_mut(self.start) {
            *oldest = value;
            self.start = if self.start + 1 < self.values.len() { self.start + 1 } else { 0 };
        }
        true
    }

    /// Gives up what only more values would need.
    pub(super) fn settle(&mut self) {
        self.values.shrink_to_fit();
    }

    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    /// The values, the oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        let (newer, older) = self.values.split_at_checked(self.start).unwrap_or_default();
        older.iter().chain(newer)
    }

    /// The values in any order.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_last_ones_are_kept_in_their_order(values: Vec<u8>, most in 1..9_usize) {
            let mut ring = Ring::default();
            let dropped = values.iter().filter(|&&value| ring.push(value, most)).count();
            prop_assert_eq!(dropped, values.len().saturating_sub(most));
            prop_assert_eq!(ring.iter().copied().collect::<Vec<_>>(), &values[dropped..]);
        }
    }
}
