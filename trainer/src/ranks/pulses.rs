//! Signs of life, as one rank gives and sees them.

use super::{
    ending::{Cause, Ending, Loss},
    store::Store,
    watch::{JOINING, SILENCE, key},
};
use std::time::Instant;

/// Signs of life of the ranks that one rank listens to.
pub(super) struct Pulses {
    own: usize,
    heard: Vec<Heard>,
    last: Instant,
}

/// What was last heard of a rank.
struct Heard {
    rank: usize,
    pulse: i64,
    at: Instant,
}

impl Pulses {
    /// Rank 0 listens to all, the others to it alone.
    pub(super) fn new(own: usize, ranks: usize) -> Self {
        let at = Instant::now();
        let listened_to = if own == 0 { 1..ranks } else { 0..1 };
        let heard = listened_to.map(|rank| Heard { rank, pulse: 0, at });
        Self {
            own,
            heard: heard.collect(),
            last: at,
        }
    }

    /// Gives a sign of life and looks for those of others; returns who is lost.
    pub(super) fn beat(&mut self, store: &Store) -> Result<Option<Loss>, String> {
        store.add(&key::pulse(self.own), 1)?;
        if let Some(loss) = store.get(key::LOST)? {
            return Ok(Some(
                serde_json::from_slice(&loss).map_err(|e| e.to_string())?,
            ));
        }
        // Whoever was asleep, with its machine or for want of a processor, cannot tell who was silent meanwhile.
        let slept = self.last.elapsed() > SILENCE / 2;
        self.last = Instant::now();
        let mut done = Vec::new();
        for heard in &mut self.heard {
            let pulse = store.add(&key::pulse(heard.rank), 0)?;
            if pulse != heard.pulse || slept {
                (heard.pulse, heard.at) = (pulse, Instant::now());
            }
            let cause = match store.get(&key::ending(heard.rank))? {
                Some(ending) => match serde_json::from_slice(&ending).map_err(|e| e.to_string())? {
                    Ending::Done => {
                        done.push(heard.rank);
                        None
                    }
                    ending => Some(Cause::Ended(ending)),
                },
                None => heard.silence(),
            };
            if let Some(cause) = cause {
                let rank = heard.rank;
                return Ok(Some(Loss { rank, cause }));
            }
        }
        self.heard.retain(|heard| !done.contains(&heard.rank));
        Ok(None)
    }
}

impl Heard {
    /// What a silence that has lasted too long means.
    fn silence(&self) -> Option<Cause> {
        let (patience, cause): (_, fn(u64) -> Cause) = if self.pulse > 0 {
            (SILENCE, Cause::Silent)
        } else {
            (JOINING, Cause::Missing)
        };
        (self.at.elapsed() > patience).then(|| cause(patience.as_secs()))
    }
}
