//! One line of `edge doctor`.

use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// As it should be.
    Ok,
    /// The mirror runs, but worse than it could.
    Warning,
    /// The mirror does not run.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What was found about one part of the machine, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// The part, e.g. `camera`.
    pub(crate) part: &'static str,
    /// How bad it is.
    pub(crate) state: Severity,
    /// What was found.
    pub(crate) found: String,
    /// What to do; none when it is as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<String>,
}

impl Finding {
    /// As it should be.
    pub(crate) fn ok(part: &'static str, found: impl Into<String>) -> Self {
        Self {
            part,
            state: Severity::Ok,
            found: found.into(),
            fix: None,
        }
    }

    /// The mirror runs, but worse than it could.
    pub(crate) fn warning(
        part: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            part,
            state: Severity::Warning,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    /// The mirror does not run.
    pub(crate) fn error(
        part: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            state: Severity::Error,
            ..Self::warning(part, found, fix)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.found.lines();
        let first = lines.next().unwrap_or_default();
        writeln!(out, "{:<8} {:<13} {first}", self.state, self.part)?;
        for line in lines {
            writeln!(out, "{:22} {line}", "")?;
        }
        let fix = self.fix.iter().flat_map(|fix| fix.lines());
        for (index, line) in fix.enumerate() {
            let arrow = if index == 0 { "->" } else { "  " };
            writeln!(out, "{:22} {arrow} {line}", "")?;
        }
        Ok(())
    }
}
