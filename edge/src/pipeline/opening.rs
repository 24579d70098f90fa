//! Opens and checks a model on a thread of its own: building engines can take minutes, and the
//! mirror shows the camera's picture meanwhile.

use crate::{
    error::EdgeError,
    handoff::sync::{mpsc, thread},
    inference::{
        check, model::Model, provider::ProviderRequest, provider_report::ProviderReport,
        release_record::ReleaseRecord, runtime::Runtime,
    },
    pipeline::status::Status,
};
use model_spec::Bundle;
use std::{sync::Arc, time::Duration};

/// What is to be opened, and on what.
pub(crate) struct Wanted {
    pub(crate) bundle: Bundle,
    /// Where the bundle's release is noted once it runs.
    pub(crate) record: Option<ReleaseRecord>,
    pub(crate) runtime: Runtime,
    pub(crate) request: ProviderRequest,
    /// Hears of progress and provider.
    pub(crate) status: Arc<Status>,
}

/// A model on its way.
pub(crate) struct Opening {
    result: mpsc::Receiver<Result<Model, EdgeError>>,
    ready: Option<Model>,
}

/// Longest wait for a model that nobody wants any more: a program that ends while ONNX Runtime computes crashes in
/// its destructors.
const UNWANTED: Duration = Duration::from_secs(5);

impl Opening {
    /// Starts to open the bundle on the first provider of the request that runs it, and to check it with
    /// the first faces of its parity sample.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the system gives no thread.
    pub(crate) fn start(wanted: Wanted) -> Result<Self, EdgeError> {
        let (sender, result) = mpsc::sync_channel(1);
        let open = move || {
            let model = open(&wanted);
            wanted.status.set_preparing(None);
            drop(wanted);
            // A mirror that has ended meanwhile does not want it.
            let _ = sender.send(model);
        };
        thread::Builder::new()
            .name("open".into())
            .spawn(open)
            .map_err(|error| EdgeError::Internal(format!("no thread: {error}")))?;
        Ok(Self::of(result))
    }

    pub(super) fn of(result: mpsc::Receiver<Result<Model, EdgeError>>) -> Self {
        Self {
            result,
            ready: None,
        }
    }

    /// Waits up to `patience` for the model; returns whether it is open.
    ///
    /// # Errors
    /// Why it cannot be opened, or must not be shown.
    pub(crate) fn wait(&mut self, patience: Duration) -> Result<bool, EdgeError> {
        if self.ready.is_none() {
            match self.result.recv_timeout(patience) {
                Ok(model) => self.ready = Some(model?),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(EdgeError::Internal("thread open: ended early".into()));
                }
            }
        }
        Ok(self.ready.is_some())
    }

    /// The model, if it is open.
    pub(crate) fn take(&mut self) -> Option<Model> {
        self.ready.take()
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // The thread's last deed is to send the model, or to let go of the channel.
        let _ = self.result.recv_timeout(UNWANTED);
    }
}

fn open(wanted: &Wanted) -> Result<Model, EdgeError> {
    let Wanted {
        bundle,
        record,
        runtime,
        request,
        status,
    } = wanted;
    let mut model = Model::open(bundle, runtime, request, &mut |step| {
        status.set_preparing(Some(step.to_owned()));
    })?;
    let provider = ProviderReport::new(request.choice, &model, runtime.library());
    check::quick(bundle, &mut model)?;
    if let Some(record) = record {
        record.note(bundle)?;
    }
    let name = &bundle.manifest().name;
    log::info!("bundle {name} on {}", model.provider().label());
    status.set_provider(provider);
    model.for_live_faces(request.source_domain.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_not_wanted_is_waited_for_before_the_program_ends() {
        let (sender, result) = mpsc::sync_channel(1);
        let (said, heard) = mpsc::channel();
        thread::spawn(move || {
            let _sender = sender;
            thread::sleep(Duration::from_millis(150));
            said.send(()).unwrap();
        });
        drop(Opening::of(result));
        assert!(heard.try_recv().is_ok());
    }
}
