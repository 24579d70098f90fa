//! Smoothing over time: exponential averages and a switch with hysteresis.

/// Exponential average of several values at once.
#[derive(Debug, Clone)]
pub(crate) struct Average {
    /// Seconds after which a step has been followed by 63 %.
    time_constant: f64,
    values: Vec<f32>,
}

impl Average {
    /// An average that follows within about `time_constant` seconds; 0 follows at once.
    #[must_use]
    pub(crate) fn new(time_constant: f64) -> Self {
        Self {
            time_constant,
            values: Vec::new(),
        }
    }

    /// Follows `sample`, `seconds` after the one before. The first one is taken as it is.
    pub(crate) fn follow(&mut self, sample: &[f32], seconds: f64) -> &[f32] {
        if self.values.len() != sample.len() || self.time_constant <= 0.0 {
            self.values.clear();
            self.values.extend_from_slice(sample);
        } else {
            let part = (1.0 - (-seconds.max(0.0) / self.time_constant).exp()) as f32;
            for (value, sample) in self.values.iter_mut().zip(sample) {
                *value += part * (sample - *value);
            }
        }
        &self.values
    }
}

/// Probability of a logit.
#[must_use]
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// A switch that ignores small changes around the middle.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hysteresis(Option<bool>);

impl Hysteresis {
    const ON: f32 = 0.65;
    const OFF: f32 = 0.35;

    /// Whether a probability counts as on, given the answer before.
    pub(crate) fn decide(&mut self, probability: f32) -> bool {
        let on = match self.0 {
            None => probability > 0.5,
            Some(true) => probability > Self::OFF,
            Some(false) => probability > Self::ON,
        };
        self.0 = Some(on);
        on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wavering_probability_does_not_flicker() {
        let mut switch = Hysteresis::default();
        assert!(!switch.decide(0.45));
        let wavering = [0.55, 0.45, 0.62, 0.4];
        assert!(wavering.iter().all(|&p| !switch.decide(p)));
        assert!(switch.decide(0.7));
        assert!(wavering.iter().all(|&p| switch.decide(p)));
        assert!(!switch.decide(0.3));
    }

    #[test]
    fn an_average_follows_63_percent_within_its_time_constant_at_any_frame_rate() {
        for steps in [1, 10, 100] {
            let mut average = Average::new(0.2);
            let mut value = average.follow(&[0.0], 0.0)[0];
            for _ in 0..steps {
                value = average.follow(&[1.0], 0.2 / f64::from(steps))[0];
            }
            assert!((value - 0.632).abs() < 1e-3);
        }
    }
}
