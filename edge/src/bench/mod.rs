//! `edge bench`: what every frame costs on this machine, and how steady the edit is.

mod cost;
mod lag;
mod picture;
mod steadiness;

pub(crate) use cost::Cost;
pub(crate) use lag::Lag;
pub(crate) use steadiness::{Liveliness, Steadiness};

use crate::{
    error::EdgeError,
    inference::{
        model::Model, provider::ProviderRequest, provider_report::ProviderReport, runtime::Runtime,
    },
    present::written,
};
use model_spec::Bundle;
use serde::Serialize;
use std::{fmt, path::Path};

/// A model on this machine, to be measured.
pub(crate) struct Machine {
    model: Model,
    provider: ProviderReport,
    bundle: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measured {
    /// Name of the bundle.
    pub(crate) bundle: String,
    /// What computed.
    pub(crate) provider: ProviderReport,
    /// Cost of a frame.
    pub(crate) cost: Cost,
    /// A still, noisy face, under every way to edit it.
    pub(crate) steadiness: Vec<Steadiness>,
    /// The demo take, under every way to edit it.
    pub(crate) liveliness: Vec<Liveliness>,
    /// What a display that does not wait costs.
    pub(crate) lag: Vec<Lag>,
}

impl Machine {
    /// Opens the bundle.
    ///
    /// # Errors
    /// Those of [`Model::open`].
    pub(crate) fn open(
        folder: &Path,
        request: &ProviderRequest,
        library: Option<&Path>,
    ) -> Result<Self, EdgeError> {
        let bundle = Bundle::open(folder)?;
        let runtime = Runtime::load(library)?;
        let model = Model::open(&bundle, &runtime, request, &mut |step| log::info!("{step}"))?;
        Ok(Self {
            provider: ProviderReport::new(request.choice, &model, runtime.library()),
            bundle: bundle.manifest().name.clone(),
            model,
        })
    }

    /// Measures the cost of `frames` frames, and if `all`, how steady the edit is and what lag costs.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn measure(self, frames: u64, all: bool) -> Result<Measured, EdgeError> {
        let (cost, mut model) = cost::measure(self.model, frames)?;
        let mut measured = Measured {
            bundle: self.bundle,
            provider: self.provider,
            cost,
            steadiness: Vec::new(),
            liveliness: Vec::new(),
            lag: Vec::new(),
        };
        if all {
            (measured.steadiness, model) = steadiness::still(model)?;
            (measured.liveliness, model) = steadiness::moving(model)?;
            measured.lag = lag::measure(model)?;
        }
        Ok(measured)
    }
}

impl Measured {
    /// Writes the JSON form.
    ///
    /// # Errors
    /// [`EdgeError::File`].
    pub(crate) fn save(&self, path: &Path) -> Result<(), EdgeError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| EdgeError::Internal(error.to_string()))?;
        Ok(output::write(path, (text + "\n").as_bytes(), Self::is_own)?)
    }

    /// Accepts a file that [`Measured::save`] wrote.
    pub(crate) fn is_own(path: &Path) -> Result<(), String> {
        written::json(path, &["bundle", "cost", "steadiness"])
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, precision) = (self.provider.running, self.provider.precision);
        let (label, precision) = (provider.label(), precision.name());
        writeln!(out, "bundle     {}", self.bundle)?;
        writeln!(out, "provider   {label}, {precision}\n")?;
        write!(out, "{}", self.cost)?;
        if !self.steadiness.is_empty() {
            let noise = steadiness::NOISE;
            writeln!(
                out,
                "\na still face under camera noise of {noise:.1}: standard deviation of the edit over time, \
                 in bytes\n{:<12} {:<10} {:>6} {:>12} {:>8} {:>10} {:>12}",
                "face", "heads", "every", "mean |edit|", "edit", "noise", "edit/noise"
            )?;
        }
        for row in &self.steadiness {
            writeln!(out, "{row}")?;
        }
        if !self.liveliness.is_empty() {
            writeln!(
                out,
                "\nthe demo take: change of the edit from frame to frame, in bytes\n{:<10} {:>6} {:>8} {:>8} {:>8}",
                "heads", "every", "mean", "p99", "largest"
            )?;
        }
        for row in &self.liveliness {
            writeln!(out, "{row}")?;
        }
        if !self.lag.is_empty() {
            writeln!(
                out,
                "\nan edit some frames late against the frame's own, over the crop, in bytes\n{:<8} {:>12} {:>10} {:>14} {:>10}",
                "frames", "mean error", "p95", "left in place", "no edit"
            )?;
        }
        for row in &self.lag {
            writeln!(out, "{row}")?;
        }
        Ok(())
    }
}
