//! The machine below the mirror: files of its system, and who may open its devices.

pub mod access;
pub mod system;
pub mod users;
