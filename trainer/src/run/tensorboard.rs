//! TensorBoard event files: scalars and pictures by step.
//!
//! A file is a sequence of records (length, its masked CRC-32C, a protocol-buffers `Event`, its masked
//! CRC-32C); only the few fields that scalars and pictures need are declared here.

use crate::error::TrainError;
use image::{ImageFormat, RgbImage};
use prost::Message;
use std::{
    fs::{self, File},
    io::{Cursor, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// TensorFlow's `Event`.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// Training step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// `brain.Event:2` in the first event of a file.
    #[prost(string, optional, tag = "3")]
    pub file_version: Option<String>,
    /// Values.
    #[prost(message, optional, tag = "5")]
    pub summary: Option<Summary>,
    /// In the second event of a file.
    #[prost(message, optional, tag = "7")]
    pub session_log: Option<SessionLog>,
}

/// TensorFlow's `SessionLog`.
#[derive(Clone, PartialEq, Message)]
pub struct SessionLog {
    /// What happened to the run.
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// The run starts or resumes: TensorBoard drops what it has read of this step and later ones.
const SESSION_START: i32 = 1;

/// TensorFlow's `Summary`.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    /// Values.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Value>,
}

/// TensorFlow's `Summary.Value`.
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    /// Name; what stands before `/` groups charts.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// A scalar.
    #[prost(float, optional, tag = "2")]
    pub simple_value: Option<f32>,
    /// A picture.
    #[prost(message, optional, tag = "4")]
    pub image: Option<Picture>,
}

/// TensorFlow's `Summary.Image`.
#[derive(Clone, PartialEq, Message)]
pub struct Picture {
    /// Pixels.
    #[prost(int32, tag = "1")]
    pub height: i32,
    /// Pixels.
    #[prost(int32, tag = "2")]
    pub width: i32,
    /// 3 = RGB.
    #[prost(int32, tag = "3")]
    pub colorspace: i32,
    /// PNG.
    #[prost(bytes = "vec", tag = "4")]
    pub encoded_image_string: Vec<u8>,
}

/// Appends events to one file of a run.
#[derive(Debug)]
pub struct EventWriter {
    path: PathBuf,
    file: File,
    /// Time of the newest event, which none after it precedes.
    newest: f64,
}

impl EventWriter {
    /// Starts a new file in `folder` after `last_step`, which orders the files of a run that was resumed;
    /// TensorBoard drops what an earlier file holds of later steps.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn create(folder: &Path, last_step: u64) -> Result<Self, TrainError> {
        fs::create_dir_all(folder).map_err(|e| TrainError::io(folder, e))?;
        // TensorBoard reads files in the order of their names and expects time to pass: where the clock was
        // set back, a resumed run goes on from the newest time there.
        let newest = now().max(after_all(folder));
        let seconds = newest as u64;
        let path = folder.join(format!(
            "events.out.tfevents.{seconds:010}.trainer.{}.{last_step}",
            std::process::id()
        ));
        let file = File::create_new(&path).map_err(|e| TrainError::io(&path, e))?;
        let mut writer = Self { path, file, newest };
        writer.append(&Event {
            wall_time: newest,
            step: last_step as i64,
            file_version: Some("brain.Event:2".into()),
            ..Event::default()
        })?;
        writer.append(&Event {
            wall_time: newest,
            step: last_step as i64 + 1,
            session_log: Some(SessionLog {
                status: SESSION_START,
            }),
            ..Event::default()
        })?;
        Ok(writer)
    }

    /// Adds scalars under `group/name`.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn scalars<'a>(
        &mut self,
        step: u64,
        group: &str,
        figures: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<(), TrainError> {
        let value = figures.into_iter().map(|(name, value)| Value {
            tag: format!("{group}/{name}"),
            simple_value: Some(value as f32),
            image: None,
        });
        self.summary(step, value.collect())
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn picture(&mut self, step: u64, tag: &str, picture: &RgbImage) -> Result<(), TrainError> {
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|e| TrainError::io(&self.path, std::io::Error::other(e)))?;
        let value = Value {
            tag: tag.into(),
            simple_value: None,
            image: Some(Picture {
                height: picture.height() as i32,
                width: picture.width() as i32,
                colorspace: 3,
                encoded_image_string: png.into_inner(),
            }),
        };
        self.summary(step, vec![value])
    }

    fn summary(&mut self, step: u64, value: Vec<Value>) -> Result<(), TrainError> {
        let wall_time = self.time();
        self.append(&Event {
            wall_time,
            step: step as i64,
            summary: Some(Summary { value }),
            ..Event::default()
        })
    }

    /// Now, or the time of the event before where the clock was set back meanwhile.
    fn time(&mut self) -> f64 {
        self.newest = self.newest.max(now());
        self.newest
    }

    fn append(&mut self, event: &Event) -> Result<(), TrainError> {
        let data = event.encode_to_vec();
        let length = (data.len() as u64).to_le_bytes();
        let mut record = Vec::with_capacity(data.len() + 16);
        record.extend(length);
        record.extend(masked_crc(&length).to_le_bytes());
        record.extend(&data);
        record.extend(masked_crc(&data).to_le_bytes());
        // One write per record, so that a reader rarely meets half of one.
        self.file
            .write_all(&record)
            .map_err(|e| TrainError::io(&self.path, e))
    }
}

/// CRC-32C, rotated and shifted as the record format wants it.
#[must_use]
pub fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xA282_EAD8)
}

/// A second after every event file in `folder` was named or last written; 0 where there is none.
fn after_all(folder: &Path) -> f64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let times = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let named: f64 = name.split('.').nth(3)?.parse().ok()?;
        let modified = entry.metadata().and_then(|data| data.modified()).ok();
        let written = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let written = written.map_or(0.0, |time| time.as_secs_f64());
        Some(named.max(written).ceil() + 1.0)
    });
    times.fold(0.0, f64::max)
}

fn now() -> f64 {
    // A clock before 1970 would only misplace the chart.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |time| time.as_secs_f64())
}
