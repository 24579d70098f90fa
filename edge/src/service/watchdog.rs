//! What a service manager is told: ready, alive, stopping.
//!
//! The watchdog is fed only while every thread of the pipeline makes progress, so that a camera or a
//! model that hangs inside a call gets the service restarted.

use crate::error::EdgeError;
use sd_notify::NotifyState;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Counts the rounds of a thread's loop.
#[derive(Debug, Default)]
pub(crate) struct Beat(AtomicU64);

impl Beat {
    /// One more round.
    pub(crate) fn tick(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Rounds of the threads that have to make progress, and the pictures on the screen.
#[derive(Debug, Default)]
pub(crate) struct Beats {
    pub(crate) capture: Beat,
    pub(crate) track: Beat,
    pub(crate) edit: Beat,
    pub(crate) main: Beat,
    /// Different pictures shown.
    pub(crate) shown: Beat,
}

impl Beats {
    fn threads(&self) -> [(&'static str, u64); 4] {
        [
            ("capture", self.capture.count()),
            ("track", self.track.count()),
            ("edit", self.edit.count()),
            ("main", self.main.count()),
        ]
    }
}

/// Decides whether the watchdog may be fed.
#[derive(Default)]
struct Pulse {
    before: [u64; 4],
}

impl Pulse {
    /// Names of the threads without a round since the last feeding; when there are none, this is one.
    fn silent(&mut self, beats: &Beats) -> Vec<&'static str> {
        let threads = beats.threads();
        let pairs = threads.iter().zip(&self.before);
        let silent = pairs.filter(|((_, now), before)| now == *before);
        let silent: Vec<_> = silent.map(|((name, _), _)| *name).collect();
        if silent.is_empty() {
            self.before = threads.map(|(_, count)| count);
        }
        silent
    }
}

/// Tells the service manager, if there is one; ends with the value.
pub(crate) struct Notifier {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Notifier {
    /// Says so when the first picture is on the screen, and from then on feeds the watchdog while
    /// `beats` go on. Without a service manager (`NOTIFY_SOCKET`) nothing is done.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the system gives no thread.
    pub(crate) fn start(beats: Arc<Beats>) -> Result<Self, EdgeError> {
        let ends = Arc::new(AtomicBool::new(false));
        let wanted = std::env::var_os("NOTIFY_SOCKET").is_some();
        let thread = wanted.then(|| spawn(beats, Arc::clone(&ends)));
        Ok(Self {
            ends,
            thread: thread.transpose()?,
        })
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            say(&[NotifyState::Stopping]);
            thread.thread().unpark();
            // A panic of this thread has been printed already and harms nothing else.
            let _ = thread.join();
        }
    }
}

/// Time between two looks whether the first picture is there.
const FIRST_PICTURE: Duration = Duration::from_millis(50);

fn spawn(beats: Arc<Beats>, ends: Arc<AtomicBool>) -> Result<JoinHandle<()>, EdgeError> {
    let limit = sd_notify::watchdog_enabled();
    let work = move || {
        while beats.shown.count() == 0 && !ends.load(Ordering::Relaxed) {
            thread::park_timeout(FIRST_PICTURE);
        }
        if ends.load(Ordering::Relaxed) {
            return;
        }
        say(&[NotifyState::Ready]);
        if let Some(limit) = limit {
            feed(&beats, limit, &ends);
        }
    };
    thread::Builder::new()
        .name("watchdog".into())
        .spawn(work)
        .map_err(|error| EdgeError::Internal(format!("no thread: {error}")))
}

/// Feeds the watchdog, which bites after `limit`, until `ends`.
fn feed(beats: &Beats, limit: Duration, ends: &AtomicBool) {
    let mut pulse = Pulse::default();
    let (mut fed, mut warned) = (Instant::now(), false);
    while !ends.load(Ordering::Relaxed) {
        let silent = pulse.silent(beats);
        if silent.is_empty() {
            say(&[NotifyState::Watchdog]);
            (fed, warned) = (Instant::now(), false);
        } else if !warned && fed.elapsed() > limit / 2 {
            let (silent, seconds) = (silent.join(" and "), fed.elapsed().as_secs());
            log::error!("no progress for {seconds} s: {silent}; the watchdog is not fed");
            warned = true;
        }
        thread::park_timeout(limit / 6);
    }
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        log::warn!("the service manager cannot be told: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silent_thread_is_named_and_keeps_the_watchdog_hungry_until_it_goes_on() {
        let (beats, mut pulse) = (Beats::default(), Pulse::default());
        let all = [&beats.capture, &beats.track, &beats.edit, &beats.main];
        all.iter().for_each(|beat| beat.tick());
        assert!(pulse.silent(&beats).is_empty());
        let but_edit = [&beats.capture, &beats.track, &beats.main];
        but_edit.iter().for_each(|beat| beat.tick());
        assert_eq!(pulse.silent(&beats), ["edit"]);
        beats.capture.tick();
        assert_eq!(pulse.silent(&beats), ["edit"]);
        beats.edit.tick();
        assert!(pulse.silent(&beats).is_empty());
        assert_eq!(pulse.silent(&beats), ["capture", "track", "edit", "main"]);
    }
}
