//! Running unattended: watchdog, heat, a log that stays small, a screen that goes dark.

pub(crate) mod health;
pub(crate) mod idle;
pub mod log_limit;
pub(crate) mod watchdog;
