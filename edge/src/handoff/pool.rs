//! A pool that recycles big values shared between threads.

use std::sync::Arc;

/// Values handed out in [`Arc`]s and used again once every other holder has let go.
///
/// It begins with as many as can be in flight at once, and grows if there are ever more.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    slots: Vec<Arc<T>>,
}

impl<T: Default> Pool<T> {
    /// A pool that begins with `count` values.
    #[must_use]
    pub(crate) fn new(count: usize) -> Self {
        Self {
            slots: (0..count).map(|_| Arc::default()).collect(),
        }
    }

    /// Gives every value that nobody else holds its size, so that a pipeline that fills up later
    /// does not allocate then.
    pub(crate) fn prepare(&mut self, prepare: impl FnMut(&mut T)) {
        self.slots
            .iter_mut()
            .filter_map(Arc::get_mut)
            .for_each(prepare);
    }

    /// Fills a value that nobody else holds and shares it.
    ///
    /// # Errors
    /// The first error of `fill`; the value then stays in the pool.
    pub(crate) fn fill<R, E>(
        &mut self,
        fill: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<(Arc<T>, R), E> {
        let free = self
            .slots
            .iter_mut()
            .position(|slot| Arc::get_mut(slot).is_some());
        let index = free.unwrap_or_else(|| {
            self.slots.push(Arc::default());
            self.slots.len() - 1
        });
        // `make_mut` would ask for `Clone`; nobody else can have taken the value since `position`.
        let slot = &mut self.slots[index];
        let result = match Arc::get_mut(slot) {
            Some(value) => fill(value)?,
            None => {
                let mut value = T::default();
                let result = fill(&mut value)?;
                *slot = Arc::new(value);
                result
            }
        };
        Ok((Arc::clone(slot), result))
    }

    /// Values ever made.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn a_released_value_is_used_again() {
        let mut pool = Pool::<Vec<u8>>::new(1);
        let mut fill = |byte| {
            pool.fill(|value| {
                value.push(byte);
                Ok::<_, Infallible>(())
            })
            .unwrap()
            .0
        };
        let first = fill(1);
        let second = fill(2);
        assert_eq!((&*first, &*second), (&vec![1], &vec![2]));
        drop(first);
        assert_eq!(*fill(3), vec![1, 3]);
        assert_eq!(pool.len(), 2);
    }

    #[test]
    fn only_values_that_nobody_holds_are_prepared() {
        let mut pool = Pool::<Vec<u8>>::new(3);
        let (held, ()) = pool.fill(|_| Ok::<_, Infallible>(())).unwrap();
        let mut prepared = 0;
        pool.prepare(|value| {
            value.reserve_exact(10);
            prepared += 1;
        });
        assert_eq!((prepared, pool.len(), held.capacity()), (2, 3, 0));
    }
}
