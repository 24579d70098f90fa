//! `--record`: the mirror picture into a file, with the edited mark on it.
//!
//! A thread of its own encodes and writes; like everywhere, one slot holds the newest picture, so a
//! slow disk costs pictures of the recording and never those of the screen.

use crate::{
    error::EdgeError,
    handoff::{
        mailbox::{Receiver, Sender, Taken, mailbox},
        pool::Pool,
        sync::{
            mpsc,
            thread::{self, JoinHandle},
        },
    },
    overlay::output::stamp::Stamp,
    present::{
        avi::{AviWriter, RATE},
        sink::{MirrorPicture, Sink},
    },
};
use jpeg_encoder::{ColorType, Encoder};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

/// JPEG quality, in percent.
const QUALITY: u8 = 88;
/// Pictures in flight at most: being filled, in the mailbox, being encoded.
const PICTURES_IN_FLIGHT: usize = 3;
/// Longest wait of the thread before it looks whether to end.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where to record, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JPEGs in an AVI file, in real time.
    Avi,
    /// JPEGs one after the other, which `--source` reads.
    Mjpeg,
}

impl FromStr for Recording {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        let form = match path.extension().and_then(|ending| ending.to_str()) {
            Some("avi") => Form::Avi,
            Some("mjpeg") => Form::Mjpeg,
            _ => return Err("expected a file name ending in .avi or .mjpeg".into()),
        };
        Ok(Self { path, form })
    }
}

#[derive(Default)]
struct Picture {
    rgb: Vec<u8>,
    size: [usize; 2],
    edited: bool,
    seconds: f64,
}

/// A recording that runs.
pub(crate) struct Recorder {
    pictures: Sender<Arc<Picture>>,
    pool: Pool<Picture>,
    start: Instant,
    path: PathBuf,
    ended: mpsc::Receiver<Result<u64, EdgeError>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Makes the file and starts the thread.
    ///
    /// # Errors
    /// [`EdgeError::File`], also when the file is there already: recordings are not overwritten.
    pub(crate) fn start(recording: &Recording, stamp: Stamp) -> Result<Self, EdgeError> {
        let path = recording.path.clone();
        let file = File::create_new(&path).map_err(|error| EdgeError::file(&path, error))?;
        let (pictures, to_encode) = mailbox();
        let (sender, ended) = mpsc::channel();
        let worker = Worker {
            pictures: to_encode,
            stamp,
            rgb: Vec::new(),
            jpeg: Vec::new(),
        };
        let (form, named) = (recording.form, path.clone());
        let work = move || {
            let written = worker.run(form, BufWriter::new(file));
            // A mirror that ended meanwhile has its own reasons.
            let _ = sender.send(written.map_err(|error| EdgeError::file(named, error)));
        };
        let thread = thread::Builder::new().name("record".into()).spawn(work);
        let thread = thread.map_err(|error| EdgeError::Internal(format!("no thread: {error}")))?;
        log::info!("recording to {}", path.display());
        Ok(Self {
            pictures,
            pool: Pool::new(PICTURES_IN_FLIGHT),
            start: Instant::now(),
            path,
            ended,
            thread: Some(thread),
        })
    }
}

impl Sink for Recorder {
    /// Hands the picture to the thread. What goes wrong there is told by [`Sink::failure`].
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        let seconds = self.start.elapsed().as_secs_f64();
        let filled = self.pool.fill(|copy| {
            copy.rgb.clear();
            copy.rgb.extend_from_slice(picture.rgb);
            (copy.size, copy.edited, copy.seconds) = (picture.size, picture.edited, seconds);
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok((copy, ())) = filled;
        self.pictures.put(copy);
        Ok(())
    }

    /// A recording that cannot go on must not take the mirror with it.
    fn failure(&mut self) -> Option<EdgeError> {
        match self.ended.try_recv() {
            Ok(Err(error)) => Some(error),
            Ok(Ok(_)) | Err(_) => None,
        }
    }
}

impl Drop for Recorder {
    /// Writes what is left.
    fn drop(&mut self) {
        self.pictures.close();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed.
            let _ = thread.join();
        }
        match self.ended.try_recv() {
            Ok(Ok(pictures)) => log::info!("{}: {pictures} pictures", self.path.display()),
            Ok(Err(error)) => log::warn!("recording: {error}"),
            Err(_) => {}
        }
    }
}

struct Worker {
    pictures: Receiver<Arc<Picture>>,
    stamp: Stamp,
    rgb: Vec<u8>,
    jpeg: Vec<u8>,
}

impl Worker {
    fn run(mut self, form: Form, out: BufWriter<File>) -> io::Result<u64> {
        let mut pictures = 0;
        match form {
            Form::Mjpeg => {
                let mut out = out;
                while let Some(picture) = self.next() {
                    self.encode(&picture)?;
                    out.write_all(&self.jpeg)?;
                    pictures += 1;
                }
                out.flush()?;
            }
            Form::Avi => {
                let Some(first) = self.next() else {
                    return Ok(0);
                };
                let mut avi = AviWriter::new(out, first.size.map(|side| side as u32))?;
                let mut next = Some(first);
                while let Some(picture) = next {
                    self.append(&picture, &mut avi)?;
                    pictures += 1;
                    next = self.next();
                }
                avi.finish()?;
            }
        }
        Ok(pictures)
    }

    fn append(
        &mut self,
        picture: &Picture,
        avi: &mut AviWriter<BufWriter<File>>,
    ) -> io::Result<()> {
        if avi.is_full() {
            return Err(io::Error::other("the file is as large as AVI allows, 2 GB"));
        }
        let slot = (picture.seconds * f64::from(RATE)) as u64;
        while avi.slots() < slot {
            avi.write(&[])?;
        }
        self.encode(picture)?;
        avi.write(&self.jpeg)
    }

    fn next(&self) -> Option<Arc<Picture>> {
        loop {
            match self.pictures.take(PATIENCE) {
                Taken::Value(picture) => return Some(picture),
                Taken::Nothing => {}
                Taken::Closed => return None,
            }
        }
    }

    fn encode(&mut self, picture: &Picture) -> io::Result<()> {
        self.rgb.clear();
        self.rgb.extend_from_slice(&picture.rgb);
        if picture.edited {
            self.stamp.apply(&mut self.rgb, picture.size);
        }
        let [width, height] = picture.size.map(|side| side as u16);
        self.jpeg.clear();
        Encoder::new(&mut self.jpeg, QUALITY)
            .encode(&self.rgb, width, height, ColorType::Rgb)
            .map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        overlay::{language::labels::Labels, widget::text::Text},
        picture::frame::Frame,
    };

    fn record(name: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let recording: Recording = path.display().to_string().parse().unwrap();
        let labels = Labels::shipped().unwrap().remove(0);
        let stamp = Stamp::new(Text::new().unwrap(), &labels);
        let mut recorder = Recorder::start(&recording, stamp).unwrap();
        for _ in 0..5 {
            let picture = MirrorPicture {
                frame: &Frame::default(),
                edit: None,
                rgb: &[90; 320 * 240 * 3],
                size: [320, 240],
                edited: true,
            };
            recorder.put(&picture).unwrap();
            thread::sleep(Duration::from_millis(60));
        }
        drop(recorder);
        let stamp = Stamp::new(Text::new().unwrap(), &labels);
        let again = Recorder::start(&recording, stamp).err().unwrap();
        assert!(again.to_string().contains(name), "{again}");
        std::fs::read(path).unwrap()
    }

    #[test]
    fn a_recording_holds_marked_jpegs_and_is_never_overwritten() {
        for name in ["take.mjpeg", "take.avi"] {
            let bytes = record(name);
            let starts = bytes.windows(3).enumerate();
            let mut starts = starts.filter(|(_, window)| *window == [0xff, 0xd8, 0xff]);
            let (first, _) = starts.next().expect("a JPEG");
            assert!(starts.next().is_some(), "{name}: a second JPEG");
            let picture = image::load_from_memory(&bytes[first..])
                .unwrap()
                .into_rgb8();
            assert_eq!(picture.dimensions(), (320, 240));
            let marked = picture.pixels().filter(|pixel| pixel.0[2] > 200).count();
            assert!(marked > 200, "{name}: {marked} pixels of the mark");
            let grey = picture.get_pixel(20, 200).0;
            assert!(grey.iter().all(|value| value.abs_diff(90) < 4), "{grey:?}");
        }
    }

    #[test]
    fn other_endings_are_refused() {
        for name in ["take.mp4", "take", ".avi"] {
            assert!(name.parse::<Recording>().is_err(), "{name}");
        }
    }
}
