//! Batches prepared ahead on their own thread, so that a step never waits for memory or disk.

use super::{Batch, Covers, Sampler, Truth, augment, sampler::HostBatch};
use crate::{device::page_locked, error::TrainError, ranks::Group};
use std::{
    sync::mpsc::{Receiver, sync_channel},
    thread,
};
use tch::{Device, Kind, Tensor};

/// Batches prepared ahead.
const AHEAD: usize = 2;

/// The batches of a sampler, step by step.
#[derive(Debug)]
pub(crate) struct Loader {
    batches: Receiver<HostBatch>,
    device: Device,
    pinned: bool,
    group: Group,
}

impl Loader {
    /// Starts with the batch of `first_step`, of which this rank of `group` takes its rows. `pinned` batches
    /// (page-locked memory) are copied to a GPU while it still works on the step before.
    ///
    /// # Errors
    /// [`TrainError::Io`] when no thread can be started, [`TrainError::Usage`] when the ranks do not divide the batch.
    pub(crate) fn start(
        sampler: Sampler,
        first_step: u64,
        batch_size: usize,
        device: Device,
        pinned: bool,
        group: Group,
    ) -> Result<Self, TrainError> {
        let rows = group.rows(batch_size)?;
        let pinned = pinned && device != Device::Cpu;
        let (sender, batches) = sync_channel(AHEAD);
        let work = move || {
            for step in first_step.. {
                let batch = sampler.host_rows(step, batch_size, rows.clone());
                let batch = if pinned { batch.pinned(device) } else { batch };
                // The receiver is gone once the run is over.
                if sender.send(batch).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("loader".into())
            .spawn(work)
            .map_err(|e| TrainError::io("loader thread".as_ref(), e))?;
        Ok(Self {
            batches,
            device,
            pinned,
            group,
        })
    }

    /// The next step's batch on the device: augmented faces, their domains, and their targets.
    ///
    /// # Errors
    /// [`TrainError::Data`] when the loader's thread has ended.
    pub(crate) fn next_batch(&self) -> Result<Batch, TrainError> {
        let host = self.batches.recv().map_err(|_| TrainError::Data {
            path: "loader".into(),
            reason: "the loader's thread has ended; its message is above".into(),
        })?;
        Ok(Batch {
            group: self.group.clone(),
            ..host.on(self.device, self.pinned)
        })
    }
}

impl HostBatch {
    fn pinned(self, device: Device) -> Self {
        Self {
            bytes: page_locked(&self.bytes, device),
            source: page_locked(&self.source, device),
            target: page_locked(&self.target, device),
            examples: page_locked(&self.examples, device),
            whole: self.whole.map(|whole| page_locked(&whole, device)),
            maps: self.maps,
            light: self.light,
            covers: self.covers,
            twins: self.twins,
        }
    }

    /// The batch on `device`, augmented there.
    #[must_use]
    pub(crate) fn on(&self, device: Device, non_blocking: bool) -> Batch {
        let to = |t: &Tensor, kind: Kind| t.to_device_(device, kind, non_blocking, false);
        let images = super::unit_from_bytes(&to(&self.bytes, Kind::Uint8));
        let as_seen =
            |images: &Tensor| augment::relight(augment::apply(images, &self.maps), &self.light);
        let covers = self.covers.as_ref().map(|covers| {
            let (coverage, expressive) = covers.tensors(device);
            Covers {
                coverage: augment::apply(&coverage, &self.maps),
                expressive,
            }
        });
        let truth = self.twins.as_ref().map(|twins| {
            let images = super::unit_from_bytes(&to(&twins.bytes, Kind::Uint8));
            let (displacement, skin) = augment::apply_to_fields(&twins.fields, &self.maps, device);
            let skin = match &covers {
                Some(covers) => {
                    let side = skin.size()[3];
                    skin * (1.0 - covers.coverage.adaptive_avg_pool2d([side, side]))
                }
                None => skin,
            };
            Truth {
                x: as_seen(&images),
                displacement,
                skin,
            }
        });
        Batch {
            x: as_seen(&images),
            source: to(&self.source, Kind::Int64),
            target: to(&self.target, Kind::Int64),
            examples: to(&self.examples, Kind::Float),
            whole: self.whole.as_ref().map(|whole| to(whole, Kind::Float)),
            masks: None,
            covers,
            truth,
            group: Group::alone(),
        }
    }
}
