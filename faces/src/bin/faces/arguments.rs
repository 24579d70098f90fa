//! The command line.

use clap::{Args, Parser, Subcommand, value_parser};
use faces::{Attribute, Framing, Style};
use std::path::PathBuf;

/// Portraits with known truth.
#[derive(Debug, Parser)]
#[command(name = "faces", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes a data set of portraits: a folder per domain, counterfactual pairs, and the truth about each.
    #[command(after_help = LAYOUT)]
    Render(Request),
}

const LAYOUT: &str = "\
Every person is drawn once in every domain with all else equal, so pictures with the same name are counterfactual pairs:

  OUT/train/smiling+female/000007.png    and test/, in the layout that trainer reads
  OUT/truth/train/smiling+female/000007.json           all parameters, landmarks, names of the files beside it
  OUT/truth/train/smiling+female/000007.face.png       masks: face, hair, eyes, mouth, glasses, body
  OUT/truth/train/smiling+female/000007.safetensors    where the skin was in the picture with the other smile:
                                                       displacement [2,S,S], skin [1,S,S]";

#[derive(Debug, Args)]
pub(crate) struct Request {
    /// People.
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: u32,
    /// Side of a picture in pixels.
    #[arg(long, default_value_t = 128, value_parser = value_parser!(u32).range(16..=1024))]
    pub(crate) size: u32,
    /// What the domains are made of: some of smile, gender, age, bangs, eyeglasses.
    #[arg(long, value_delimiter = ',', default_value = "smile", value_parser = attribute)]
    pub(crate) attributes: Vec<Attribute>,
    /// Least difference between the two amounts of an attribute in a pair, 0 to 1.
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    pub(crate) apart: f32,
    /// How much of a person is seen: head, or face, from forehead to chin as the mirror's models see it.
    #[arg(long, default_value = "head", value_parser = framing)]
    pub(crate) framing: Framing,
    /// How people look: natural, as in photographs, or drawn, as in animated films.
    #[arg(long, default_value = "natural", value_parser = style)]
    pub(crate) style: Style,
    /// The first person; the following people have the following seeds.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Every how manieth person goes to test/ instead of train/.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(2..=1_000_000))]
    pub(crate) test_every: u32,
    /// Pictures alone, without masks, landmarks and displacements.
    #[arg(long)]
    pub(crate) no_truth: bool,
    /// Threads; as many as the machine has cores, if not given.
    #[arg(long, value_parser = value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,
    /// A new or empty folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

fn framing(name: &str) -> Result<Framing, String> {
    match name {
        "head" => Ok(Framing::Head),
        "face" => Ok(Framing::Face),
        _ => Err("expected head or face".to_owned()),
    }
}

fn style(name: &str) -> Result<Style, String> {
    Style::named(name).ok_or_else(|| {
        let [first, second] = Style::ALL.map(Style::name);
        format!("expected {first} or {second}")
    })
}

fn share(text: &str) -> Result<f32, String> {
    let found: Option<f32> = text.parse().ok();
    found
        .filter(|value| (0.0..=1.0).contains(value))
        .ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

fn attribute(name: &str) -> Result<Attribute, String> {
    Attribute::named(name).ok_or_else(|| {
        let known = Attribute::ALL.map(Attribute::name).join(", ");
        format!("no such attribute; expected one of {known}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{ffi::OsString, os::unix::ffi::OsStringExt};

    /// A call, a word per line.
    const CALL: &str = "faces\nrender\n--count=9\n--size\n64\n--attributes=smile,age\n--seed\n3\n--test-every=4\n\
                        --no-truth\n--threads=2\n--style=drawn\n--out\nfaces";

    #[test]
    fn damaged_command_lines_are_refused_or_parsed() {
        fuzz::check("faces-call", &[CALL], |call| {
            let words = call.split(|byte| *byte == b'\n');
            let words = words.map(|word| OsString::from_vec(word.to_vec()));
            if let Err(error) = Arguments::try_parse_from(words) {
                // What would be printed.
                drop(error.to_string());
            }
        });
    }
}
