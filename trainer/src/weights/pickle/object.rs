//! What a pickle describes.

use super::names::{Element, Name};
use std::rc::Rc;

/// Position of an object among those of its pickle: objects refer to each other by position, so that neither a
/// deep nor a circular one can exhaust the stack, and none is ever copied.
pub(crate) type Id = usize;

/// A tensor: where its numbers lie, in elements of its storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TensorRecord {
    /// What it is cut from.
    pub storage: StorageRecord,
    /// The first element.
    pub offset: u64,
    /// Its shape.
    pub sides: Vec<u64>,
    /// Elements from one index to the next, along every side.
    pub strides: Vec<u64>,
}

/// Numbers kept outside of the pickle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StorageRecord {
    /// How the numbers are kept.
    pub element: Element,
    /// Its name in the file.
    pub key: Rc<str>,
    /// Its first element in the storage of that name; not 0 where it is a view of it.
    pub start: u64,
}

/// An object of a pickle.
#[derive(Debug, Clone)]
pub(crate) enum Object {
    /// Nothing, a truth value, or a fraction: nothing here depends on these.
    Plain,
    Integer(i128),
    Text(Rc<str>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dictionary(Vec<[Id; 2]>),
    Name(Name),
    Storage(StorageRecord),
    Tensor(TensorRecord),
}
