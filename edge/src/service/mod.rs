//! Running unattended: watchdog, heat, a log that stays small, a screen that goes dark, no core dumps.

pub(crate) mod health;
pub(crate) mod idle;
pub mod log_limit;
pub(crate) mod memory_image;
pub(crate) mod watchdog;
