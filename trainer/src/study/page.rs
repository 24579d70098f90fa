//! The page of a study: one file that needs no network.

use super::{FACTS, Face, PAGE, StudyFacts, json};
use crate::{
    data::picture,
    error::TrainError,
    evaluation::{Pairs, Side},
};
use image::RgbImage;
use model_spec::digest;
use output::OutputFolder;
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Side of the pictures on the page, in pixels.
const SIDE: usize = 256;
/// Quality of its JPEGs, 1 to 100.
const QUALITY: u8 = 92;
/// Where the page's template takes the study.
const PLACE: &str = "{{study}}";
const TEMPLATE: &str = include_str!("page.html");

/// The arguments of `trainer study`.
#[derive(Debug, Clone)]
pub(crate) struct StudyRequest {
    /// The methods to compare.
    pub methods: Vec<Method>,
    /// Faces per direction, drawn from those that every method has.
    pub faces: usize,
    /// Draws the faces and their order.
    pub seed: u64,
    /// Folder for the page.
    pub out: PathBuf,
}

/// A method and its edits.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// Its name in the report; raters do not see it.
    pub name: String,
    /// `FOLDER/DOMAIN/before/NAME` and `FOLDER/DOMAIN/after/NAME`, as of `trainer compare`.
    pub folder: PathBuf,
}

/// What the page's script reads.
#[derive(Serialize)]
struct Content<'a> {
    facts: &'a StudyFacts,
    /// For every face the untouched picture, then one per method: data URLs.
    pictures: Vec<Vec<String>>,
}

/// Writes `index.html` and `study.json`; returns the facts.
///
/// # Errors
/// [`TrainError::Usage`] for methods that are fewer than two or share a name, [`TrainError::Data`] for folders without
/// pairs, methods without a common face and those that edited other pictures, [`TrainError::Output`] for a folder that
/// holds anything else.
pub(crate) fn make(request: &StudyRequest) -> Result<StudyFacts, TrainError> {
    let names: BTreeSet<&str> = request.methods.iter().map(|m| m.name.as_str()).collect();
    if names.len() < request.methods.len() || names.len() < 2 || names.contains("") {
        return Err(TrainError::Usage(format!(
            "--methods: found {}, expected at least two methods of different names, NAME=DIR,NAME=DIR",
            request
                .methods
                .iter()
                .map(|m| m.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )));
    }
    let folder = OutputFolder::create(&request.out, is_own)?;
    let mut random = Pcg64Mcg::seed_from_u64(request.seed);
    let domains = domains(&request.methods[0].folder)?;
    let mut asked = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        let pairs = request
            .methods
            .iter()
            .map(|m| Pairs::list(&m.folder, domain));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let mut common: Vec<&String> = pairs[0].names.iter().collect();
        common.retain(|name| pairs.iter().all(|of| of.names.contains(name)));
        if common.is_empty() {
            return Err(TrainError::Data {
                path: request.methods[0].folder.join(domain),
                reason: "found no picture that every method has, expected common file names".into(),
            });
        }
        common.shuffle(&mut random);
        for name in common.into_iter().take(request.faces) {
            let face = Face {
                name: name.clone(),
                from: domain.clone(),
                to: domains[1 - index].clone(),
            };
            let before = pairs[0].picture(name, Side::Before)?;
            for (of, method) in pairs.iter().zip(&request.methods).skip(1) {
                if of.picture(name, Side::Before)? != before {
                    return Err(other_face(
                        &method.folder,
                        domain,
                        name,
                        &request.methods[0],
                    ));
                }
            }
            let mut pictures = vec![url(&before)?];
            for of in &pairs {
                pictures.push(url(&of.picture(name, Side::After)?)?);
            }
            asked.push((face, pictures));
        }
    }
    asked.shuffle(&mut random);
    let (faces, pictures): (Vec<Face>, Vec<Vec<String>>) = asked.into_iter().unzip();
    let methods = request.methods.iter().map(|m| m.name.clone()).collect();
    let mut facts = StudyFacts {
        study: String::new(),
        methods,
        faces,
    };
    facts.study = digest::of_bytes((json(&facts) + &json(&pictures)).as_bytes());
    // Nothing in a script element may look like its end.
    let content = json(&Content {
        facts: &facts,
        pictures,
    })
    .replace('<', "\\u003c");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).map_err(|error| TrainError::io(&path, error))
    };
    write(FACTS, json(&facts) + "\n")?;
    write(PAGE, TEMPLATE.replace(PLACE, &content))?;
    folder.finish(FACTS)?;
    Ok(facts)
}

/// The error about a method that edited another picture than the first, which is the one that raters see.
fn other_face(folder: &Path, domain: &str, name: &str, first: &Method) -> TrainError {
    TrainError::Data {
        path: Pairs::before_in(&folder.join(domain)),
        reason: format!(
            "{name:?} is not the picture of {}, expected the same untouched pictures for all methods: raters see one",
            Pairs::before_in(&first.folder.join(domain)).display()
        ),
    }
}

/// Folders with pairs in `folder`, one for each direction.
fn domains(folder: &Path) -> Result<[String; 2], TrainError> {
    let entries = fs::read_dir(folder).map_err(|error| TrainError::io(folder, error))?;
    let entries = entries.collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| TrainError::io(folder, error))?;
    let with_pairs = entries.iter().filter(|entry| Pairs::are_in(&entry.path()));
    let mut names: Vec<String> = with_pairs
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    <[String; 2]>::try_from(names).map_err(|names| TrainError::Data {
        path: folder.into(),
        reason: format!(
            "found {} folders with before/ and after/ ({}), expected two, one for each direction of the edit",
            names.len(),
            names.join(", ")
        ),
    })
}

fn url(picture: &RgbImage) -> Result<String, TrainError> {
    let small = picture::resized(picture, SIDE);
    picture::data_url(&small, QUALITY).map_err(|error| TrainError::Data {
        path: PAGE.into(),
        reason: error.to_string(),
    })
}

/// Accepts a study of an earlier time, without answers beside it.
fn is_own(folder: &Path) -> Result<Vec<String>, String> {
    StudyFacts::read(&folder.join(FACTS)).map_err(|error| error.to_string())?;
    Ok([FACTS, PAGE].map(String::from).to_vec())
}
