//! Writes photos that visitors keep.

use crate::{
    error::EdgeError,
    overlay::{language::labels::Labels, output::photo::Photo},
};
use std::{io, path::PathBuf, sync::mpsc, thread};

/// A photo's path, or why it was not written.
type Written = Result<PathBuf, EdgeError>;

/// Writes photos on threads of their own: disks are slow, and the mirror must go on.
pub(crate) struct PhotoWriter {
    folder: PathBuf,
    sender: mpsc::Sender<Written>,
    receiver: mpsc::Receiver<Written>,
}

impl PhotoWriter {
    /// A writer into `folder`, which is created with the first photo.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            folder,
            sender,
            receiver,
        }
    }

    /// Begins to write a photo.
    ///
    /// # Errors
    /// Why there is no thread for it.
    pub(crate) fn submit(&self, photo: Photo, labels: &Labels) -> Result<(), io::Error> {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let labels = labels.clone();
        let write = move || {
            // If the window has been closed meanwhile, nobody needs the result.
            let _ = sender.send(photo.write(&folder, &labels));
        };
        let thread = thread::Builder::new().name("photo".into()).spawn(write);
        thread.map(drop)
    }

    /// The result of a photo that has been written since the last call, if any.
    pub(crate) fn poll(&self) -> Option<Written> {
        self.receiver.try_recv().ok()
    }
}
