//! What a data set says about itself: its attributes and, if it is a pack, the form of its pictures.

use super::{Layout, Split, folder, layout, pack};
use crate::{config::attributes::parse, error::TrainError};
use model_spec::{Attribute, AttributeSet, ColourMode};
use std::path::Path;

/// What is to be known to look at a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Deduced {
    /// Attributes, in the order of the domain bits.
    pub attributes: AttributeSet,
    /// Side of the pictures in pixels, and their colour, where the data has them in one form only.
    pub form: Option<(usize, ColourMode)>,
}

/// Strengths offered to a user; of no importance to pictures.
const STRENGTH_RANGE: [f32; 2] = [-1.0, 1.5];

/// Reads the attributes off the domain folders, a pack's notes, or for procedural faces takes the smile.
///
/// # Errors
/// [`TrainError::Usage`] where the data does not say, as tables of many attributes do not.
pub fn deduce(data: &Path) -> Result<Deduced, TrainError> {
    let unknown = |reason: String| {
        TrainError::Usage(format!(
            "{}: {reason}; give --attributes or --config",
            data.display()
        ))
    };
    let (names, form) = match layout::detect(data)? {
        Layout::Synthetic => {
            return Ok(Deduced {
                attributes: parse("smile:neutral/smiling")?,
                form: None,
            });
        }
        Layout::Packed => {
            let notes = pack::notes(data)?;
            (notes.domains, Some(notes.form))
        }
        Layout::Folders => {
            let root = folder::split_folder(data, Split::Train);
            let folders = root.map_or_else(Vec::new, |root| folder::subfolders(&root));
            let folders = folders
                .iter()
                .filter(|folder| folder::holds_pictures(folder));
            let names = folders.map(|folder| folder::file_name(folder).to_lowercase());
            let mut names: Vec<String> = names.collect();
            // What is not there is the `off` value.
            names.sort_by_key(|name| !(name.starts_with("no-") || name.starts_with("not-")));
            (names, None)
        }
        found @ (Layout::CelebA | Layout::CelebAMaskHq) => {
            return Err(unknown(format!("{found} has many attributes")));
        }
    };
    let attributes = of_domains(&names).ok_or_else(|| {
        let found = folder::few(&names);
        unknown(format!(
            "found domains {found}, expected one for every combination of two values each, e.g. neutral and \
             smiling"
        ))
    })?;
    Ok(Deduced { attributes, form })
}

/// The attributes whose values make these domains, e.g. `neutral`, `smiling`; or with two attributes
/// `neutral+female`, `smiling+female`, `neutral+male`, `smiling+male`.
fn of_domains(names: &[String]) -> Option<AttributeSet> {
    let domains: Vec<Vec<&str>> = names.iter().map(|name| name.split('+').collect()).collect();
    let count = domains.first()?.len();
    let is_whole = count < 16 && names.len() == 1 << count;
    if !is_whole || domains.iter().any(|values| values.len() != count) {
        return None;
    }
    let attributes = (0..count).map(|position| {
        let mut values: Vec<&str> = Vec::new();
        for domain in &domains {
            if !values.contains(&domain[position]) {
                values.push(domain[position]);
            }
        }
        let [off, on] = values[..] else { return None };
        Some(Attribute {
            name: on.into(),
            label: on.into(),
            off: off.into(),
            on: on.into(),
            strength_range: STRENGTH_RANGE,
        })
    });
    AttributeSet::new(attributes.collect::<Option<_>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_give_their_attributes_if_every_combination_is_there() {
        let names = |text: &str| -> Vec<String> { text.split(' ').map(Into::into).collect() };
        let two = of_domains(&names("neutral smiling")).unwrap();
        assert_eq!(two.domain_names(), ["neutral", "smiling"]);
        let four = names("neutral+female smiling+female neutral+male smiling+male");
        assert_eq!(of_domains(&four).unwrap().domain_names(), four);
        for wrong in ["neutral", "a b c", "a+b a+c", "a+b a+c d+b e+c"] {
            assert_eq!(of_domains(&names(wrong)), None, "{wrong}");
        }
    }
}
