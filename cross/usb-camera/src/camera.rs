//! The camera behind the descriptors: negotiation, pictures cut into payloads, plugging and unplugging.

use crate::{
    descriptors::{self, MJPG, PAYLOAD, frame_bytes, intervals},
    pictures::{Pictures, SIZES},
    usbip::{self, Request, Transfer},
};
use anyhow::{Context, Result};
use std::{
    collections::VecDeque,
    fs, io,
    net::Shutdown,
    os::{fd::AsRawFd, unix::net::UnixStream},
    thread,
    time::{Duration, Instant},
};

const ATTACH: &str = "/sys/devices/platform/vhci_hcd.0/attach";
/// Any number that no other device has.
const FIRST_DEVICE_ID: u32 = 0x1_0002;
const HIGH_SPEED: u32 = 3;
/// Longest time that the kernel needs to let go of a port.
const RELEASE: Duration = Duration::from_secs(20);

/// What the driver asks for, and what is committed to in the end.
#[derive(Clone, Copy)]
struct Mode {
    format: u8,
    frame: u8,
    interval: u32,
}

impl Mode {
    fn parse(data: &[u8]) -> Option<Self> {
        let wanted = u32::from_le_bytes(*data.get(4..)?.first_chunk()?);
        let format = data[2].clamp(MJPG, MJPG + 1);
        let frame = data[3].clamp(1, SIZES.len() as u8);
        let intervals = intervals(format, usize::from(frame) - 1);
        let slower = intervals.iter().find(|&&interval| interval >= wanted);
        let interval = *slower.or(intervals.last())?;
        Some(Self {
            format,
            frame,
            interval,
        })
    }

    /// Index into [`SIZES`].
    fn size(self) -> usize {
        usize::from(self.frame) - 1
    }

    /// The probe and commit control (26 bytes).
    fn bytes(self) -> Vec<u8> {
        let mut bytes = vec![1, 0, self.format, self.frame];
        bytes.extend(self.interval.to_le_bytes());
        bytes.extend([0; 10]);
        bytes.extend(frame_bytes(SIZES[self.size()]).to_le_bytes());
        bytes.extend(PAYLOAD.to_le_bytes());
        bytes
    }
}

struct Plug {
    socket: UnixStream,
    probe: Mode,
    committed: Mode,
    waiting: VecDeque<(u32, usize)>,
    payloads: VecDeque<Vec<u8>>,
    due: Instant,
    frame_bit: u8,
    said: bool,
}

/// The webcam.
pub struct Camera<'a> {
    pictures: &'a Pictures,
    port: u8,
    serial: &'a str,
    plug: Option<Plug>,
    shown: usize,
    /// Whether no pictures are sent.
    pub frozen: bool,
    /// Whether only the first half of every JPEG is sent.
    pub truncated: bool,
}

impl<'a> Camera<'a> {
    /// A camera that is not plugged in, for a port of the virtual controller.
    pub fn new(pictures: &'a Pictures, port: u8, serial: &'a str) -> Self {
        Self {
            pictures,
            port,
            serial,
            plug: None,
            shown: 0,
            frozen: false,
            truncated: false,
        }
    }

    /// Plugs it into the virtual controller; nothing happens when it is already there.
    pub fn plug(&mut self) -> Result<()> {
        if self.plug.is_some() {
            return Ok(());
        }
        let (socket, kernel) = UnixStream::pair().context("socket pair")?;
        let (port, device) = (self.port, FIRST_DEVICE_ID + u32::from(self.port));
        let text = format!("{port} {} {device} {HIGH_SPEED}", kernel.as_raw_fd());
        attach(&text).with_context(|| {
            format!("{ATTACH}: cannot plug in; is the module vhci_hcd loaded, and is this root?")
        })?;
        let mode = Mode {
            format: MJPG,
            frame: 1,
            interval: intervals(MJPG, 0)[0],
        };
        self.plug = Some(Plug {
            socket,
            probe: mode,
            committed: mode,
            waiting: VecDeque::new(),
            payloads: VecDeque::new(),
            due: Instant::now(),
            frame_bit: 0,
            said: false,
        });
        println!("plugged");
        Ok(())
    }

    /// Pulls it out.
    pub fn unplug(&mut self) {
        if let Some(plug) = self.plug.take() {
            // The kernel may have hung up already.
            let _ = plug.socket.shutdown(Shutdown::Both);
            println!("unplugged");
        }
    }

    /// Where requests arrive.
    pub fn socket(&self) -> Option<&UnixStream> {
        self.plug.as_ref().map(|plug| &plug.socket)
    }

    /// Handles one request.
    pub fn receive(&mut self) {
        let serial = self.serial;
        let received = self.plug.as_mut().map(|plug| plug.receive(serial));
        self.unplug_on_error(received);
    }

    /// Sends what is due.
    pub fn send_due(&mut self) {
        let (pictures, frozen, truncated) = (self.pictures, self.frozen, self.truncated);
        let shown = &mut self.shown;
        let sent = self.plug.as_mut().map(|plug| {
            if !frozen && plug.wants_picture() {
                plug.cut(pictures, *shown, truncated);
                *shown += 1;
            }
            plug.send()
        });
        self.unplug_on_error(sent);
    }

    fn unplug_on_error(&mut self, result: Option<io::Result<()>>) {
        if let Some(Err(error)) = result {
            eprintln!("the kernel hung up: {error}");
            self.unplug();
        }
    }
}

/// Waits as long as the kernel still clears away what was in this port before.
fn attach(text: &str) -> io::Result<()> {
    let deadline = Instant::now() + RELEASE;
    loop {
        match fs::write(ATTACH, text) {
            Err(error)
                if error.kind() == io::ErrorKind::ResourceBusy && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

impl Plug {
    fn receive(&mut self, serial: &str) -> io::Result<()> {
        match usbip::read(&mut self.socket)? {
            Request::Cancel { sequence, victim } => {
                let place = self
                    .waiting
                    .iter()
                    .position(|(waiting, _)| *waiting == victim);
                let waited = place.and_then(|place| self.waiting.remove(place)).is_some();
                if self.waiting.is_empty() {
                    // The stream was stopped: the rest of the picture is not wanted either.
                    self.payloads.clear();
                    self.said = false;
                }
                usbip::reply_cancelled(&mut self.socket, sequence, waited)
            }
            Request::Transfer(transfer) if transfer.endpoint == 0 => {
                self.control(&transfer, serial)
            }
            Request::Transfer(transfer) => {
                self.waiting.push_back((transfer.sequence, transfer.length));
                Ok(())
            }
        }
    }

    fn control(&mut self, transfer: &Transfer, serial: &str) -> io::Result<()> {
        let (sequence, socket) = (transfer.sequence, &self.socket);
        let mut socket = socket.try_clone()?;
        match self.answer(&transfer.setup, &transfer.data, serial) {
            None => usbip::reply(&mut socket, sequence, usbip::STALL, 0, &[]),
            Some(mut answer) if transfer.is_in => {
                let wanted = u16::from_le_bytes([transfer.setup[6], transfer.setup[7]]);
                answer.truncate(usize::from(wanted));
                usbip::reply(&mut socket, sequence, 0, answer.len(), &answer)
            }
            Some(_) => usbip::reply(&mut socket, sequence, 0, transfer.length, &[]),
        }
    }

    /// Answers a control request; none refuses it.
    fn answer(&mut self, setup: &[u8; 8], data: &[u8], serial: &str) -> Option<Vec<u8>> {
        let [kind, request, low, high, interface, ..] = *setup;
        match (kind & 0x60, request) {
            (0, 0x06) => match high {
                1 => Some(descriptors::device()),
                2 => Some(descriptors::configuration()),
                3 => Some(descriptors::string(low, serial)),
                _ => None,
            },
            (0, 0x00) => Some(vec![0, 0]), // status
            (0, 0x08) => Some(vec![1]),    // configuration
            (0, 0x0a) => Some(vec![0]),    // interface
            (0, _) => Some(Vec::new()),
            (0x20, request) if interface == 1 => self.negotiate(high, request, data),
            _ => None,
        }
    }

    /// The probe (1) and commit (2) controls of the streaming interface.
    fn negotiate(&mut self, control: u8, request: u8, data: &[u8]) -> Option<Vec<u8>> {
        const SET_CURRENT: u8 = 0x01;
        const GET_LENGTH: u8 = 0x85;
        const GET_INFORMATION: u8 = 0x86;
        match (control, request) {
            (1, SET_CURRENT) => self.probe = Mode::parse(data)?,
            (2, SET_CURRENT) => self.committed = Mode::parse(data)?,
            (1, 0x81..=0x83 | 0x87) => return Some(self.probe.bytes()),
            (2, 0x81) => return Some(self.committed.bytes()),
            (_, GET_LENGTH) => return Some(vec![26, 0]),
            (_, GET_INFORMATION) => return Some(vec![3]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn wants_picture(&self) -> bool {
        self.payloads.is_empty() && !self.waiting.is_empty() && Instant::now() >= self.due
    }

    /// Cuts a picture into payloads, each with its two-byte header.
    fn cut(&mut self, pictures: &Pictures, index: usize, truncated: bool) {
        const END_OF_HEADER: u8 = 0x80;
        const END_OF_FRAME: u8 = 0x02;
        let mode = self.committed;
        let is_jpeg = mode.format == MJPG;
        let mut bytes = pictures.get(is_jpeg, mode.size(), index);
        if truncated {
            bytes = &bytes[..bytes.len() / 2];
        }
        self.frame_bit ^= 1;
        let head = END_OF_HEADER | self.frame_bit;
        let room = PAYLOAD as usize - 2;
        let last = bytes.len().div_ceil(room) - 1;
        for (number, part) in bytes.chunks(room).enumerate() {
            let flags = if number == last {
                head | END_OF_FRAME
            } else {
                head
            };
            self.payloads.push_back([&[2, flags], part].concat());
        }
        if bytes.len().is_multiple_of(room) {
            // A bulk transfer ends with a short packet.
            self.payloads.push_back(vec![2, head | END_OF_FRAME]);
        }
        let interval = Duration::from_nanos(u64::from(mode.interval) * 100);
        self.due = (self.due + interval).max(Instant::now());
        if !std::mem::replace(&mut self.said, true) {
            let [width, height] = SIZES[mode.size()];
            let format = if is_jpeg { "MJPG" } else { "YUYV" };
            println!("streaming {width}x{height} {format}");
        }
    }

    fn send(&mut self) -> io::Result<()> {
        while !self.payloads.is_empty() {
            let Some((sequence, room)) = self.waiting.pop_front() else {
                break;
            };
            let Some(mut payload) = self.payloads.pop_front() else {
                break;
            };
            payload.truncate(room);
            usbip::reply(&mut self.socket, sequence, 0, payload.len(), &payload)?;
        }
        Ok(())
    }
}
