//! Bounds what reaches the journal: a place in the program that repeats itself is heard a few times a
//! minute, and then only counted.

use log::{Log, Metadata, Record};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Messages that one place in the program may log per [`WINDOW`].
const MESSAGES: u32 = 5;
/// Time after which a place may log again.
const WINDOW: Duration = Duration::from_mins(1);

/// Logs to standard error, as far as `EDGE_LOG` asks for, and at a bounded rate.
pub fn init() {
    let environment = env_logger::Env::new().filter_or("EDGE_LOG", "info,onnxruntime=off");
    let logger = env_logger::Builder::from_env(environment)
        .format_timestamp(None)
        .format_target(false)
        .build();
    log::set_max_level(logger.filter());
    // The first logger of the process is always accepted.
    let _ = log::set_boxed_logger(Box::new(Limited::new(logger)));
}

/// A logger before another one, which bounds the rate of every place in the program.
pub(crate) struct Limited<L> {
    inner: L,
    places: Mutex<HashMap<Place, Bucket>>,
}

/// Module path and line.
type Place = (String, u32);

#[derive(Debug)]
struct Bucket {
    since: Instant,
    messages: u32,
    left_out: u32,
}

/// What to do with a message.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Pass,
    /// Log it, and that this many before it were left out.
    PassAfter(u32),
    Drop,
}

impl Bucket {
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            messages: 0,
            left_out: 0,
        }
    }

    fn judge(&mut self, now: Instant) -> Verdict {
        let mut left_out = 0;
        if now - self.since >= WINDOW {
            left_out = self.left_out;
            *self = Self::new(now);
        }
        if self.messages == MESSAGES {
            self.left_out += 1;
            return Verdict::Drop;
        }
        self.messages += 1;
        match left_out {
            0 => Verdict::Pass,
            count => Verdict::PassAfter(count),
        }
    }
}

impl<L: Log> Limited<L> {
    /// Before `inner`.
    pub(crate) fn new(inner: L) -> Self {
        Self {
            inner,
            places: Mutex::default(),
        }
    }
}

impl<L: Log> Log for Limited<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.inner.enabled(record.metadata()) {
            return;
        }
        let place = (record.target().to_owned(), record.line().unwrap_or(0));
        let verdict = {
            // A panic between two of these lines cannot leave a bucket half written.
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let bucket = places.entry(place).or_insert_with(|| Bucket::new(now));
            bucket.judge(now)
        };
        match verdict {
            Verdict::Drop => {}
            Verdict::Pass => self.inner.log(record),
            Verdict::PassAfter(left_out) => {
                let with_count = format_args!("{} ({left_out} like it left out)", record.args());
                let mut counted = Record::builder();
                counted.metadata(record.metadata().clone());
                counted
                    .module_path(record.module_path())
                    .line(record.line());
                self.inner.log(&counted.args(with_count).build());
            }
        }
    }

    fn flush(&self) {
        self.inner.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::Level;
    use std::sync::Arc;

    #[test]
    fn a_place_that_repeats_itself_is_heard_five_times_and_then_told_how_often_it_was_not() {
        let start = Instant::now();
        let mut bucket = Bucket::new(start);
        let mut judge = |seconds| bucket.judge(start + Duration::from_secs(seconds));
        assert!((0..5).all(|second| judge(second) == Verdict::Pass));
        assert!((5..60).all(|second| judge(second) == Verdict::Drop));
        assert_eq!(judge(60), Verdict::PassAfter(55));
        assert_eq!(judge(61), Verdict::Pass);
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Log for Lines {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.args().to_string());
        }
        fn flush(&self) {}
    }

    #[test]
    fn one_loud_place_does_not_silence_another() {
        let lines = Lines::default();
        let limited = Limited::new(lines.clone());
        let say = |line, text: &str| {
            let mut record = Record::builder();
            record.level(Level::Warn).target("edge").line(Some(line));
            limited.log(&record.args(format_args!("{text}")).build());
        };
        for _ in 0..1000 {
            say(1, "loud");
        }
        say(2, "quiet");
        let lines = lines.0.lock().unwrap();
        assert_eq!(*lines, ["loud", "loud", "loud", "loud", "loud", "quiet"]);
    }
}
