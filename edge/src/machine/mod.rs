//! The machine below the mirror: files of its system, and who may open its devices.

pub(crate) mod access;
pub(crate) mod system;
pub(crate) mod users;
