//! A USB webcam in user space: the kernel sees a UVC 1.0 camera on its virtual USB controller
//! (`vhci_hcd`, reached as usbip does), so that its own `uvcvideo` driver serves it.
//!
//! Commands come line by line on standard input: `plug`, `unplug`, `freeze`, `truncate`, `go`, `quit`.
//! Events go line by line to standard output: `plugged`, `streaming WIDTHxHEIGHT FORMAT`, `unplugged`.

mod camera;
mod descriptors;
mod pictures;
mod usbip;

use anyhow::{Context, Result};
use camera::Camera;
use clap::Parser;
use pictures::Pictures;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    io::{self, BufRead, BufReader},
    path::PathBuf,
};

/// A USB webcam in user space.
#[derive(Parser)]
enum Arguments {
    /// Draw the pictures to show into a folder
    Draw {
        /// The folder
        folder: PathBuf,
    },
    /// Be a webcam that shows them; needs root and the kernel module vhci_hcd
    Run {
        /// Where they were drawn
        folder: PathBuf,
        /// Port of the virtual controller
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..8))]
        port: u8,
        /// Serial number, by which udev tells webcams of a kind apart
        #[arg(long, default_value = "1")]
        serial: String,
    },
}

/// Longest wait; the next picture may be due before anything arrives.
const TICK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 4_000_000,
};

fn main() -> Result<()> {
    match Arguments::parse() {
        Arguments::Draw { folder } => pictures::draw(&folder),
        Arguments::Run {
            folder,
            port,
            serial,
        } => {
            let pictures = Pictures::read(&folder)?;
            run(Camera::new(&pictures, port, &serial))
        }
    }
}

/// Is plugged in and serves until the commands end.
fn run(mut camera: Camera<'_>) -> Result<()> {
    camera.plug()?;
    let (stdin, mut commands) = (io::stdin(), Commands::default());
    loop {
        let told = {
            let mut sources = vec![PollFd::new(&stdin, PollFlags::IN)];
            sources.extend(
                camera
                    .socket()
                    .map(|socket| PollFd::new(socket, PollFlags::IN)),
            );
            poll(&mut sources, Some(&TICK)).context("poll")?;
            let ready: Vec<bool> = sources.iter().map(|fd| !fd.revents().is_empty()).collect();
            if ready.get(1) == Some(&true) {
                camera.receive();
            }
            ready[0]
        };
        camera.send_due();
        if !told {
            continue;
        }
        let Some(lines) = commands.read()? else {
            return Ok(());
        };
        for line in lines {
            match line.as_str() {
                "plug" => camera.plug()?,
                "unplug" => camera.unplug(),
                "freeze" => camera.frozen = true,
                "truncate" => camera.truncated = true,
                "go" => (camera.frozen, camera.truncated) = (false, false),
                "quit" => return Ok(()),
                other => anyhow::bail!(
                    "unknown command {other:?}; expected plug, unplug, freeze, truncate, go or quit"
                ),
            }
        }
    }
}

/// Whole lines out of what has arrived so far.
#[derive(Default)]
struct Commands {
    pending: Vec<u8>,
}

impl Commands {
    /// Lines that are complete; none at the end of the input.
    fn read(&mut self) -> Result<Option<Vec<String>>> {
        let mut bytes = [0; 256];
        // Not through a buffer: poll(2) knows nothing of what lies in one.
        let count = rustix::io::read(io::stdin(), &mut bytes).context("standard input")?;
        if count == 0 {
            return Ok(None);
        }
        self.pending.extend_from_slice(&bytes[..count]);
        let whole = self.pending.iter().rposition(|&byte| byte == b'\n');
        let rest = self.pending.split_off(whole.map_or(0, |end| end + 1));
        let lines = BufReader::new(&self.pending[..]).lines();
        let lines: Result<Vec<String>, _> = lines.collect();
        self.pending = rest;
        Ok(Some(lines?))
    }
}
