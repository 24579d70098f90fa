//! A file of weights, whichever program wrote it: names first, numbers where they are wanted.

use super::{
    RenameTable, Weights, check_finite,
    pickle::{PickledFile, TensorRecord},
    stranger,
};
use crate::error::TrainError;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use tch::{Kind, Tensor};

/// A file of PyTorch or safetensors.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    tensors: BTreeMap<String, Held>,
    pickled: Option<PickledFile>,
}

#[derive(Debug)]
enum Held {
    Number(Tensor),
    Record(TensorRecord),
}

impl Source {
    /// Opens a file; its content, not its name, says what it is.
    ///
    /// # Errors
    /// [`TrainError::Io`]; [`TrainError::Weights`] saying what the file is when it holds no weights.
    pub fn open(path: &Path) -> Result<Self, TrainError> {
        let wrong = |reason: String| TrainError::Weights {
            path: path.into(),
            reason,
        };
        if path.is_dir() {
            let expected = "a file of `torch.save` or safetensors";
            return Err(wrong(format!("found a folder, expected {expected}")));
        }
        let (tensors, pickled) = if is_safetensors(path)? {
            let damaged = |e: tch::TchError| {
                wrong(format!(
                    "found a safetensors file that is cut off or damaged: {e}"
                ))
            };
            let tensors = Tensor::read_safetensors(path).map_err(damaged)?;
            let fractions = tensors
                .into_iter()
                .filter(|(_, tensor)| tensor.is_floating_point())
                .map(|(name, tensor)| (name, Held::Number(tensor.to_kind(Kind::Float))));
            (fractions.collect(), None)
        } else {
            let file = PickledFile::open(path)?;
            let records = file.tensors.iter();
            let records =
                records.map(|(name, record)| (name.clone(), Held::Record(record.clone())));
            (records.collect(), Some(file))
        };
        let source = Self {
            path: path.into(),
            tensors,
            pickled,
        };
        if source
            .pickled
            .as_ref()
            .is_some_and(|file| file.has_optimiser)
            && !source.has_networks()
        {
            return Err(wrong(
                "found the state of an optimiser, expected weights: the training's other files have them \
                 (StarGAN v2's and the official code's end in _nets_ema.ckpt)"
                    .into(),
            ));
        }
        if source.tensors.is_empty() {
            return Err(wrong(
                "found no tensors of fractions, expected weights".into(),
            ));
        }
        Ok(source)
    }

    /// Whether any tensor is of something else than an optimiser.
    fn has_networks(&self) -> bool {
        let of_optimiser = |name: &String| name.split('.').any(|part| part == "state");
        !self.tensors.keys().all(of_optimiser)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every tensor's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Whether any tensor's name starts with `prefix`.
    #[must_use]
    pub fn has(&self, prefix: &str) -> bool {
        self.names().any(|name| name.starts_with(prefix))
    }

    /// What the names start with, and of how many tensors.
    #[must_use]
    pub(crate) fn parts(&self) -> BTreeMap<&str, usize> {
        let mut parts = BTreeMap::new();
        for name in self.names() {
            *parts
                .entry(name.split('.').next().unwrap_or(name))
                .or_default() += 1;
        }
        parts
    }

    /// Renames the tensors.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the table's line.
    pub fn rename(&mut self, table: &RenameTable) -> Result<(), TrainError> {
        let renamed = table.renamed(self.tensors.keys())?;
        let tensors = std::mem::take(&mut self.tensors).into_values();
        self.tensors = renamed
            .into_iter()
            .zip(tensors)
            .filter_map(|(name, tensor)| Some((name?, tensor)))
            .collect();
        Ok(())
    }

    /// Takes off what stands before the names of `network` (`state_dict.generator.…`), and keeps only what stands
    /// behind it. Of several, the one with the averaged weights (`ema`) is meant.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the candidates where that leaves more than one.
    pub fn unwrap(&mut self, network: &str) -> Result<(), TrainError> {
        let start = format!("{network}.");
        if self.has(&start) {
            return Ok(());
        }
        let inner = format!(".{start}");
        let wrappers: BTreeSet<&str> = self
            .names()
            .filter_map(|name| Some(name.split_once(&inner)?.0))
            .collect();
        let averaged: Vec<&str> = wrappers
            .iter()
            .copied()
            .filter(|name| name.contains("ema"))
            .collect();
        let all: Vec<&str> = wrappers.into_iter().collect();
        let wrapper = match (&all[..], &averaged[..]) {
            ([], _) => return Ok(()),
            ([one], _) | (_, [one]) => format!("{one}."),
            _ => {
                return Err(TrainError::Weights {
                    path: self.path.clone(),
                    reason: format!(
                        "found {network} {} times ({}), expected once: choose with --map",
                        all.len(),
                        all.join(", ")
                    ),
                });
            }
        };
        let tensors = std::mem::take(&mut self.tensors).into_iter();
        self.tensors = tensors
            .filter_map(|(name, tensor)| Some((name.strip_prefix(&wrapper)?.to_owned(), tensor)))
            .collect();
        Ok(())
    }

    /// The tensors whose names start with `prefix`, under what follows it, as 32-bit floats.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming a tensor that is not in the file as described, or not finite.
    pub fn read(&self, prefix: &str) -> Result<Weights, TrainError> {
        let mut weights = Weights::new();
        for (name, held) in &self.tensors {
            let Some(rest) = name.strip_prefix(prefix) else {
                continue;
            };
            let tensor = match (held, &self.pickled) {
                (Held::Record(record), Some(file)) => {
                    file.numbers(record).map_err(|reason| TrainError::Weights {
                        path: self.path.clone(),
                        reason: format!("{name}: {reason}"),
                    })?
                }
                (Held::Number(tensor), _) => tensor.shallow_clone(),
                (Held::Record(_), None) => continue,
            };
            check_finite(
                &Weights::from([(name.clone(), tensor.shallow_clone())]),
                &self.path,
            )?;
            weights.insert(rest.to_owned(), tensor);
        }
        Ok(weights)
    }

    /// The state dictionary of one network: that under the first of `keys` which the file has, or else all of it;
    /// without the `module.` of a run on several GPUs.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub(crate) fn network(&self, keys: &[&str]) -> Result<Weights, TrainError> {
        let prefixes = keys.iter().map(|key| format!("{key}."));
        let prefix = prefixes.into_iter().find(|prefix| self.has(prefix));
        let tensors = self.read(&prefix.unwrap_or_default())?;
        Ok(super::without_prefix(tensors, "module."))
    }
}

/// Whether a file starts as safetensors do: with the length of a JSON header, and that header.
fn is_safetensors(path: &Path) -> Result<bool, TrainError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(|e| TrainError::io(path, e))?;
    file.take(stranger::HEAD)
        .read_to_end(&mut head)
        .map_err(|e| TrainError::io(path, e))?;
    Ok(head.get(8) == Some(&b'{') && head[4..8] == [0; 4])
}
