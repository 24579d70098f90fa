//! What a source is called, and how its pictures come.

use std::fmt;

/// A source for reports and for the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SourceName {
    /// As `--source` takes it, e.g. `camera:/dev/video0`.
    pub(crate) source: String,
    /// Size, rate and format as far as they are known, e.g. `1280x720@30/MJPG`.
    pub(crate) mode: String,
}

impl fmt::Display for SourceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.source)?;
        if !self.mode.is_empty() {
            write!(formatter, " ({})", self.mode)?;
        }
        Ok(())
    }
}
