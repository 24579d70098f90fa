//! What became of every graph, for people.

use crate::{graph::Cost, rewrite::Step};
use model_spec::Fidelity;
use std::fmt;

/// What became of one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphReport {
    /// File inside the bundle.
    pub file: String,
    /// Cost of the plain graph.
    pub plain: Cost,
    /// Cost of the graph in the bundle.
    pub rewritten: Cost,
    /// Size of the file in bytes.
    pub bytes: usize,
    /// Convolutions in 8-bit integers.
    pub quantised: usize,
    /// What the rewrites did, if that was asked for.
    pub explanation: Option<Explanation>,
}

/// What the rewrites did to one graph. Sizes take an encoding of the whole graph each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Size of the plain graph as ONNX, in bytes.
    pub plain_bytes: usize,
    /// What each rewrite made of it, in order.
    pub steps: Vec<Step>,
}

fn millions(count: u64) -> f64 {
    count as f64 / 1e6
}

impl fmt::Display for GraphReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {:.2} M multiply-adds ({:.2} M before rewriting), {:.3} M parameters, {:.2} MB",
            self.file,
            millions(self.rewritten.multiply_adds),
            millions(self.plain.multiply_adds),
            millions(self.rewritten.parameters),
            millions(self.bytes as u64),
        )?;
        if self.quantised > 0 {
            write!(f, ", {} convolutions in 8-bit integers", self.quantised)?;
        }
        Ok(())
    }
}

impl GraphReport {
    /// A table of what each rewrite did: places, multiply-adds, parameters and bytes behind it; empty
    /// without an explanation.
    #[must_use]
    pub fn explained(&self) -> String {
        let Some(Explanation { plain_bytes, steps }) = &self.explanation else {
            return String::new();
        };
        let line = |name: &str, places: &str, cost: Cost, bytes: usize| {
            format!(
                "  {name:<20} {places:>6} {:>14.2} {:>12.3} {:>9.2}\n",
                millions(cost.multiply_adds),
                millions(cost.parameters),
                millions(bytes as u64)
            )
        };
        let mut text = format!(
            "{}\n  {:<20} {:>6} {:>14} {:>12} {:>9}\n",
            self.file, "rewrite", "places", "M multiply-adds", "M parameters", "MB"
        );
        text += &line("(plain)", "", self.plain, *plain_bytes);
        for step in steps {
            text += &line(step.pass, &step.places.to_string(), step.cost, step.bytes);
        }
        let ratio = self.plain.multiply_adds as f64 / self.rewritten.multiply_adds.max(1) as f64;
        text += &format!("  {ratio:.2} times fewer multiply-adds\n");
        text
    }
}

/// One line for each figure of a precision's loss.
#[must_use]
pub fn of_fidelity(fidelity: &Fidelity) -> Vec<String> {
    let mut lines = vec![
        format!("measured on {}", fidelity.measured_on),
        format!(
            "PSNR against 32-bit floats {:.1} dB",
            fidelity.psnr_decibels
        ),
        format!("largest difference {:.4} of 2", fidelity.max_difference),
        format!(
            "classifier's verdicts changed {:.2} %",
            100.0 * fidelity.verdicts_changed
        ),
    ];
    if fidelity.loss_accepted {
        lines.push("beyond the tolerance of this precision, and accepted by name".into());
    }
    lines
}
