//! One attribute of the faces of one domain, moved to its other value.

use model_spec::AttributeSet;

/// Names of every attribute's move from every domain, `smiling+female_to_neutral+female`, as figures have them.
pub(crate) fn paths(attributes: &AttributeSet) -> Vec<String> {
    let domains = 0..attributes.domain_count();
    let directions = domains.flat_map(|source| {
        let moves = 0..attributes.len();
        moves.map(move |attribute| Direction::new(attributes, source, attribute).path)
    });
    directions.collect()
}

/// One attribute of the faces of one domain, moved to its other value.
#[derive(Debug)]
pub(super) struct Direction<'a> {
    /// Domain of the faces.
    pub source: usize,
    /// Domain that they are moved to.
    pub target: usize,
    /// Number of the attribute.
    pub attribute: usize,
    /// The attribute's name.
    pub name: &'a str,
    /// 1 towards the `on` value, -1 towards the other.
    pub sign: f32,
    /// Names of both domains.
    pub domains: [String; 2],
    /// Them in figures, `smiling+female_to_neutral+female`.
    pub path: String,
    /// Names of both values, `smiling_to_neutral`.
    pub values: String,
}

impl<'a> Direction<'a> {
    /// `attribute` of the faces of domain `source`.
    pub fn new(attributes: &'a AttributeSet, source: usize, attribute: usize) -> Self {
        let target = source ^ (1 << attribute);
        let of = &attributes.as_slice()[attribute];
        let on = AttributeSet::is_on(source, attribute);
        let [from, to] = if on {
            [&of.on, &of.off]
        } else {
            [&of.off, &of.on]
        };
        let domains = [source, target].map(|domain| attributes.domain_name(domain));
        Self {
            source,
            target,
            attribute,
            name: &of.name,
            sign: if on { -1.0 } else { 1.0 },
            path: domains.join("_to_"),
            domains,
            values: format!("{from}_to_{to}"),
        }
    }
}
