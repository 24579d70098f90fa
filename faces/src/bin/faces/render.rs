//! Draws people in every domain.

use crate::arguments::Request;
use crate::error::RenderError;
use crate::file::{Named, file, write_picture, write_truth};
use faces::{Attribute, Displacement, Portrait, Shot, portrait_framed};
use output::OutputFolder;
use std::fmt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What was written, and how fast faces were drawn.
pub(crate) struct Summary {
    people: u32,
    pictures: usize,
    /// What a picture took on one core, without the files: half of them less, and the one in ten that other
    /// programs on the machine disturbed least.
    median: Duration,
    undisturbed: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |time: Duration| 1.0 / time.as_secs_f64().max(1e-9);
        write!(
            f,
            "{} people, {} pictures; a core drew {:.0} faces per second (median; undisturbed: {:.0})",
            self.people,
            self.pictures,
            rate(self.median),
            rate(self.undisturbed)
        )
    }
}

/// A combination of attributes.
struct Domain {
    name: String,
    on: Vec<bool>,
}

pub(crate) fn render(request: &Request) -> Result<Summary, RenderError> {
    check(request)?;
    let folder = OutputFolder::create(&request.out, |_| {
        Err("a folder with something in it".to_owned())
    })?;
    let domains = domains(&request.attributes);
    let root = folder.path();
    for split in ["train", "test"] {
        for domain in &domains {
            for base in [root.join(split), root.join("truth").join(split)] {
                if request.no_truth && base.starts_with(root.join("truth")) {
                    continue;
                }
                let path = base.join(&domain.name);
                std::fs::create_dir_all(&path).map_err(file(&path))?;
            }
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    let threads = request.threads.unwrap_or(cores).min(request.count);
    let next = AtomicU32::new(0);
    let failure = Mutex::new(None);
    let times = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= request.count {
                        break;
                    }
                    match draw(request, root, &domains, index) {
                        Ok(taken) => lock(&times).extend(taken),
                        Err(error) => {
                            lock(&failure).get_or_insert(error);
                            next.store(request.count, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = lock(&failure).take() {
        return Err(error);
    }
    folder.finish("train")?;
    let mut times = lock(&times);
    times.sort_unstable();
    Ok(Summary {
        people: request.count,
        pictures: times.len(),
        median: times[times.len() / 2],
        undisturbed: times[times.len() / 10],
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn check(request: &Request) -> Result<(), RenderError> {
    for (i, attribute) in request.attributes.iter().enumerate() {
        if request.attributes[..i].contains(attribute) {
            return Err(RenderError::Twice(*attribute));
        }
    }
    if request.test_every > request.count {
        return Err(RenderError::NoTest {
            found: request.test_every,
            count: request.count,
        });
    }
    let most = u64::MAX - u64::from(request.count);
    if request.seed > most {
        return Err(RenderError::Seeds {
            found: request.seed,
            most,
            count: request.count,
        });
    }
    Ok(())
}

/// All combinations; those without the first attribute come first, so that a smile follows its neutral picture.
fn domains(attributes: &[Attribute]) -> Vec<Domain> {
    (0..1_usize << attributes.len())
        .map(|bits| {
            let count = attributes.len();
            let on: Vec<bool> = (0..count)
                .map(|i| bits >> (count - 1 - i) & 1 == 1)
                .collect();
            let names: Vec<&str> = attributes
                .iter()
                .zip(&on)
                .map(|(attribute, on)| attribute.domains()[usize::from(*on)])
                .collect();
            Domain {
                name: names.join("+"),
                on,
            }
        })
        .collect()
}

/// The person in a domain: the drawn amount where it belongs there, else its mirror image around one half. Both are
/// moved towards 0 and 1 until they differ by `apart`.
fn in_domain(person: &Portrait, attributes: &[Attribute], apart: f32, domain: &Domain) -> Portrait {
    let mut shown = *person;
    for (attribute, on) in attributes.iter().zip(&domain.on) {
        let amount = attribute.of(&person.attributes);
        let from_end = amount.min(1.0 - amount) * (1.0 - apart);
        let there = if *on { 1.0 - from_end } else { from_end };
        attribute.set(&mut shown.attributes, there);
    }
    shown
}

/// Draws and writes one person in every domain; the time each picture took to draw.
fn draw(
    request: &Request,
    root: &Path,
    domains: &[Domain],
    index: u32,
) -> Result<Vec<Duration>, RenderError> {
    let seed = request.seed + u64::from(index);
    let person = Portrait {
        style: request.style,
        ..portrait_framed(seed, request.size, request.framing)
    };
    let split = if index % request.test_every == request.test_every - 1 {
        "test"
    } else {
        "train"
    };
    let mut times = Vec::new();
    let mut shots: Vec<(String, Shot)> = Vec::new();
    for domain in domains {
        let shown = in_domain(&person, &request.attributes, request.apart, domain);
        let start = Instant::now();
        let shot = shown.shoot();
        times.push(start.elapsed());
        let picture = format!("{split}/{}/{index:06}.png", domain.name);
        write_picture(&root.join(&picture), &shot.picture)?;
        shots.push((picture, shot));
    }
    if request.no_truth {
        return Ok(times);
    }
    let smile = request
        .attributes
        .iter()
        .position(|attribute| *attribute == Attribute::Smile);
    for (i, (picture, shot)) in shots.iter().enumerate() {
        let domain = &domains[i];
        // The twin with the other smile has all other bits equal.
        let twin = smile.map(|at| &shots[i ^ 1 << (domain.on.len() - 1 - at)]);
        let moved: Option<(&str, Displacement)> = twin.and_then(|(from, twin)| {
            let field = shot.displacement(twin).ok()?;
            Some((from.as_str(), field))
        });
        let named = Named {
            seed,
            domain: &domain.name,
            picture,
            moved: moved.as_ref().map(|(from, field)| (*from, field)),
        };
        let stem = root.join("truth").join(picture).with_extension("");
        write_truth(&stem, shot, &named)?;
    }
    Ok(times)
}
