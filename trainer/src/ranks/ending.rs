//! How ranks end, and why the others then cannot go on.

use crate::error::TrainError;
use serde::{Deserialize, Serialize};

/// How a rank ended, as the others are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ending {
    /// Its part is done.
    Done,
    /// It was asked to stop before there was anything to save.
    Stopped,
    /// Its error.
    Failed(String),
}

impl Ending {
    pub(super) fn of(ended: &Result<(), TrainError>) -> Self {
        match ended {
            Ok(()) => Self::Done,
            Err(TrainError::Stopped) => Self::Stopped,
            Err(error) => Self::Failed(error.to_string()),
        }
    }
}

/// A rank that the others cannot go on without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Loss {
    pub rank: usize,
    pub cause: Cause,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Cause {
    /// It told of its end.
    Ended(Ending),
    /// It was there, and has been silent for so many seconds.
    Silent(u64),
    /// It has not been heard of for so many seconds.
    Missing(u64),
    /// The store, on its machine, does not answer.
    StoreGone(String),
}

impl Loss {
    /// What the loss means for one of `ranks` others.
    pub(super) fn error(&self, ranks: usize) -> TrainError {
        let what = match &self.cause {
            Cause::Ended(Ending::Stopped) => return TrainError::Stopped,
            Cause::Ended(Ending::Done) => "ended before the others".into(),
            Cause::Ended(Ending::Failed(reason)) => format!("ended: {reason}"),
            Cause::Silent(seconds) => format!("is gone: no sign of life for {seconds} s"),
            Cause::Missing(seconds) => format!("did not start within {seconds} s"),
            Cause::StoreGone(reason) => format!("is gone, or the store beside it: {reason}"),
        };
        TrainError::Rank {
            reason: format!("rank {} of {ranks} {what}", self.rank),
            checkpoint: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_names_rank_and_cause_and_a_request_to_stop_is_none() {
        let error = |cause| Loss { rank: 1, cause }.error(4);
        let failed = Ending::of(&Err(TrainError::Usage("no room".into())));
        let message = error(Cause::Ended(failed)).to_string();
        assert!(
            message.starts_with("rank 1 of 4 ended: ") && message.contains("no room"),
            "{message}"
        );
        assert_eq!(
            error(Cause::Silent(5)).to_string(),
            "rank 1 of 4 is gone: no sign of life for 5 s"
        );
        let stopped = Ending::of(&Err(TrainError::Stopped));
        assert!(matches!(error(Cause::Ended(stopped)), TrainError::Stopped));
    }
}
