//! `edge check`: is the bundle whole, and does this machine compute what the trainer computed?

use crate::{
    error::EdgeError,
    inference::{
        model::Model,
        parity::{Parity, Sample},
        provider::{Provider, ProviderRequest},
        provider_report::ProviderReport,
        runtime::Runtime,
    },
    track::mouth,
};
use model_spec::Bundle;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// What is known of the bundle's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    /// The public key that was named made it.
    Verified,
    /// There is one, and no key was named to check it with.
    Unchecked,
    None,
}

/// Result of a check.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// The bundle's name.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) digest: String,
    /// Whether it is signed.
    pub(crate) signature: Signature,
    /// The file without which the mirror cannot tell that a mouth is covered.
    pub(crate) blind_for_want_of: Option<&'static str>,
    /// What computed.
    pub(crate) provider: ProviderReport,
    /// Faces in the parity sample.
    pub(crate) faces: usize,
    /// Largest difference of every output.
    pub(crate) outputs: Vec<Parity>,
}

/// Faces of the parity sample that every start runs: enough to see a wrong engine or precision.
const QUICK_FACES: usize = 2;

/// Opens the bundle (digests, graphs' inputs and outputs) and runs its parity sample. `progress`
/// hears of steps that may take long.
///
/// # Errors
/// Whatever makes the bundle unusable here. Outputs that differ are no error here, but in [`refuse`].
pub(crate) fn check(
    folder: &Path,
    request: &ProviderRequest,
    library: Option<&Path>,
    public_key: Option<&Path>,
    progress: &mut dyn FnMut(&str),
) -> Result<Check, EdgeError> {
    let bundle = Bundle::open(folder)?;
    let signature = match public_key {
        Some(key) => {
            bundle.verify(key)?;
            Signature::Verified
        }
        None if bundle.is_signed() => Signature::Unchecked,
        None => Signature::None,
    };
    let runtime = Runtime::load(library)?;
    let mut model = Model::open(&bundle, &runtime, request, progress)?;
    let sample = Sample::load(&bundle)?;
    let provider = ProviderReport::new(request.choice, &model, runtime.library());
    Ok(Check {
        name: bundle.manifest().name.clone(),
        folder: folder.into(),
        digest: bundle.digest().into(),
        signature,
        blind_for_want_of: mouth::missing_file(bundle.manifest()),
        provider,
        faces: sample.faces,
        outputs: sample.compare(&mut model, sample.faces)?,
    })
}

/// Runs the begin of the parity sample, as every start of the mirror does.
///
/// # Errors
/// [`EdgeError::Parity`] when the provider computes something else than the trainer.
pub(crate) fn quick(bundle: &Bundle, model: &mut Model) -> Result<(), EdgeError> {
    let outputs = Sample::load(bundle)?.compare(model, QUICK_FACES)?;
    refuse(&outputs, model.provider())
}

/// An error when outputs are too far from the trainer's.
///
/// # Errors
/// [`EdgeError::Parity`].
pub(crate) fn refuse(outputs: &[Parity], provider: Provider) -> Result<(), EdgeError> {
    let failed: Vec<&str> = outputs
        .iter()
        .filter(|output| !output.holds())
        .map(|output| output.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(EdgeError::Parity(format!(
        "{} differ from the trainer's beyond tolerance on {provider}; this bundle must not be shown \
         with this provider (`edge check` tells by how much)",
        failed.join(", ")
    )))
}

impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        writeln!(out, "bundle     {} in {folder}", self.name)?;
        writeln!(
            out,
            "digest     {}: every file is as it was exported",
            self.digest
        )?;
        let signature = match self.signature {
            Signature::Verified => "made with the named key",
            Signature::Unchecked => "not checked: no --public-key was named",
            Signature::None => "none",
        };
        writeln!(out, "signature  {signature}")?;
        writeln!(
            out,
            "graphs     inputs and outputs are what the manifest says"
        )?;
        match self.blind_for_want_of {
            None => writeln!(out, "mouths     the edit fades while one is covered")?,
            Some(file) => writeln!(
                out,
                "mouths     no {file}: the edit does not fade while one is covered"
            )?,
        }
        writeln!(out, "provider   {}", self.provider.running.label())?;
        for failure in &self.provider.failures {
            let reason = failure.reason.lines().next().unwrap_or_default();
            writeln!(out, "           not {}: {reason}", failure.provider.label())?;
        }
        writeln!(out, "library    {}", self.provider.library)?;
        writeln!(
            out,
            "\n{:<24} {:>12} {:>12}   parity of {} faces",
            "output", "max|diff|", "allowed", self.faces
        )?;
        for output in &self.outputs {
            let (name, difference, allowed) = (output.name, output.max_difference, output.allowed);
            let verdict = if output.holds() { "ok" } else { "TOO FAR" };
            writeln!(
                out,
                "{name:<24} {difference:>12.2e} {allowed:>12.2e}   {verdict}"
            )?;
        }
        Ok(())
    }
}
