//! What a visitor sees: panel, status line, marks and messages, and the pages over everything.

pub(crate) mod attract;
pub(crate) mod details;
pub(crate) mod dialog;
mod frame;
pub(crate) mod help;
pub(crate) mod marks;
pub(crate) mod message;
pub(crate) mod panel;
pub(crate) mod photo_question;
pub(crate) mod split_handle;
pub(crate) mod status_line;
