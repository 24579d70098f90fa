//! Measures what a precision costs, and refuses what costs too much.

use super::{
    chain::Chain,
    faces::{Faces, Parity},
};
use crate::error::{ExportError, Result};
use model_spec::{AttributeSet, Fidelity, GraphKind, Precision, tensor};
use ndarray::{ArrayD, Axis, IxDyn};

/// PSNR given for equal pictures, in decibels, where it would be infinite.
const EQUAL_DECIBELS: f64 = 200.0;
/// Stands for infinity and not-a-number, which JSON cannot hold.
const NOT_FINITE: f64 = 1e6;
/// Other providers and devices round differently from the processor here.
const HEADROOM: f32 = 2.0;

/// Runs every face through both chains, once per attribute, towards its other value.
///
/// # Errors
/// [`ExportError::Runtime`], or [`ExportError::Parity`].
pub(crate) fn measure(
    exact: &mut Chain,
    reduced: &mut Chain,
    attributes: &AttributeSet,
    faces: &Faces,
    parity: &Parity,
) -> Result<Fidelity> {
    let (mut squares, mut count, mut largest) = (0.0, 0_usize, 0.0_f64);
    let (mut verdicts, mut changed) = (0_usize, 0_usize);
    let mut judge = |exact: &[f32], reduced: &[f32]| {
        verdicts += exact.len();
        let pairs = exact.iter().zip(reduced);
        changed += pairs.filter(|(a, b)| (**a > 0.0) != (**b > 0.0)).count();
    };
    for (n, image) in faces.images.iter().enumerate() {
        let logits = exact.logits(image)?;
        judge(&logits, &reduced.logits(image)?);
        let source = faces.domains.get(n).copied();
        let source = source.unwrap_or_else(|| AttributeSet::domain_from_logits(&logits));
        for attribute in 0..attributes.len() {
            let strengths = attributes.towards_other_value(attribute, source);
            let expected = exact.edit(image, source, &strengths)?;
            let found = reduced.edit(image, source, &strengths)?;
            for (a, b) in expected.iter().zip(&found) {
                let difference = f64::from(a - b).abs();
                squares += difference * difference;
                // Not-a-number compares false with everything, and must stay.
                if difference > largest || difference.is_nan() {
                    largest = difference;
                }
            }
            count += expected.len();
            judge(&exact.logits(&expected)?, &reduced.logits(&found)?);
        }
    }
    let mean = squares / count.max(1) as f64;
    let psnr = match mean {
        0.0 => EQUAL_DECIBELS,
        mean => (10.0 * (4.0 / mean).log10()).clamp(-EQUAL_DECIBELS, EQUAL_DECIBELS),
    };
    Ok(Fidelity {
        measured_on: faces.label.clone(),
        psnr_decibels: if psnr.is_nan() { -EQUAL_DECIBELS } else { psnr },
        max_difference: if largest.is_nan() {
            NOT_FINITE
        } else {
            largest.min(NOT_FINITE)
        },
        verdicts_changed: changed as f64 / verdicts.max(1) as f64,
        parity_tolerance: parity_tolerance(reduced, parity)?,
        loss_accepted: false,
    })
}

/// Refuses a loss beyond the precision's tolerance, unless it is accepted by name.
///
/// # Errors
/// [`ExportError::Loss`] with every figure beyond it.
pub(crate) fn judge(
    fidelity: &mut Fidelity,
    precision: Precision,
    accept_loss: bool,
) -> Result<()> {
    let Some(tolerance) = precision.tolerance() else {
        return Ok(());
    };
    let mut reasons = Vec::new();
    if fidelity.max_difference >= NOT_FINITE {
        reasons.push("found edited faces that are no finite numbers".into());
    } else {
        let (found, least) = (fidelity.psnr_decibels, tolerance.psnr_decibels);
        if found < least {
            reasons.push(format!(
                "found {found:.1} dB PSNR, expected at least {least} dB"
            ));
        }
        let (found, most) = (fidelity.max_difference, tolerance.max_difference);
        if found > most {
            reasons.push(format!(
                "found a difference of {found:.4}, expected at most {most}"
            ));
        }
    }
    let found = 100.0 * fidelity.verdicts_changed;
    let most = 100.0 * tolerance.verdicts_changed;
    if found > most {
        reasons.push(format!(
            "found {found:.1} % of the classifier's verdicts changed, expected at most {most} %"
        ));
    }
    fidelity.loss_accepted = !reasons.is_empty();
    if reasons.is_empty() || accept_loss {
        return Ok(());
    }
    Err(ExportError::Loss {
        precision,
        measured_on: fidelity.measured_on.clone(),
        reasons,
    })
}

/// What a device's own check of the parity sample, graph by graph, has to allow.
fn parity_tolerance(reduced: &mut Chain, parity: &Parity) -> Result<f32> {
    let image = parity.array(tensor::IMAGE)?;
    let styles = parity.array(tensor::STYLES)?;
    let style = style_of_source(&styles, &parity.domains()?);
    let style_edited = parity.array(tensor::STYLE_EDITED)?;
    let mut masks = reduced.masks(&image)?;
    for name in [tensor::MASK_FIRST, tensor::MASK_SECOND] {
        match parity.has(name) {
            true => drop(masks.insert(name.into(), parity.array(name)?)),
            // A sample without masks was made without skips, which is masks of 0.
            false => drop(masks.get_mut(name).map(|mask| mask.fill(0.0))),
        }
    }
    let image_only = vec![(tensor::IMAGE, &image)];
    let mut generator = vec![(tensor::IMAGE, &image), (tensor::STYLE, &style_edited)];
    if let (Some(mask_first), Some(mask_second)) = (
        masks.get(tensor::MASK_FIRST),
        masks.get(tensor::MASK_SECOND),
    ) {
        generator.extend([
            (tensor::MASK_FIRST, mask_first),
            (tensor::MASK_SECOND, mask_second),
        ]);
    }
    let runs = [
        (GraphKind::StyleEncoder, image_only.clone()),
        (GraphKind::StyleTransformer, vec![(tensor::STYLE, &style)]),
        (GraphKind::Generator, generator),
        (GraphKind::Classifier, image_only.clone()),
        (GraphKind::FaceMask, image_only),
    ];
    let mut worst = 0.0_f32;
    for (kind, inputs) in runs {
        for (name, found) in reduced.run(kind, &inputs)? {
            if !parity.has(&name) {
                continue;
            }
            let expected = parity.array(&name)?;
            let scale = expected
                .iter()
                .fold(1.0, |most: f32, it| most.max(it.abs()));
            let pairs = found.iter().zip(&expected);
            let difference = pairs.fold(0.0, |most: f32, (a, b)| most.max((a - b).abs()));
            worst = worst.max(difference / scale);
        }
    }
    Ok((HEADROOM * worst).clamp(tensor::PARITY_TOLERANCE, 10.0))
}

/// `[N,d]`: of `styles [N,Y,d]`, each face's code under its own domain.
fn style_of_source(styles: &ArrayD<f32>, domains: &[usize]) -> ArrayD<f32> {
    let dim = styles.len_of(Axis(2));
    ArrayD::from_shape_fn(IxDyn(&[domains.len(), dim]), |at| {
        styles[[at[0], domains[at[0]], at[1]]]
    })
}
