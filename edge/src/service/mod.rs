//! Running unattended: watchdog, heat, a log that stays small, a screen that goes dark.

pub mod health;
pub mod idle;
pub mod log_limit;
pub mod watchdog;
