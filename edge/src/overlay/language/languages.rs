//! The languages on offer, one of which is in use.

use super::labels::Labels;

/// The languages on offer, one of which is in use.
#[derive(Debug, Clone)]
pub(crate) struct Languages {
    all: Vec<Labels>,
    first: usize,
    current: usize,
}

impl Languages {
    /// All languages on offer, starting with the one at this index.
    pub(crate) fn new(all: Vec<Labels>, first: usize) -> Self {
        Self {
            all,
            first,
            current: first,
        }
    }

    pub(crate) fn all(&self) -> &[Labels] {
        &self.all
    }

    /// Texts of the language in use.
    pub(crate) fn labels(&self) -> &Labels {
        &self.all[self.current]
    }

    /// Index of the language in use.
    pub(crate) fn current(&self) -> usize {
        self.current
    }

    /// Index of the language at the start.
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// Index of the language after the one in use.
    pub(crate) fn next(&self) -> usize {
        (self.current + 1) % self.all.len()
    }

    /// Changes the language. Returns whether it is another one.
    pub(crate) fn choose(&mut self, index: usize) -> bool {
        std::mem::replace(&mut self.current, index) != index
    }
}
