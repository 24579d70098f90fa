//! The messages between the kernel's virtual USB controller and a device (Linux, usbip protocol):
//! 48-byte big-endian headers, then data.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
};

/// `-EPIPE`: the device refuses a request.
pub const STALL: i32 = -32;
const CONNECTION_RESET: i32 = -104;
const SUBMIT: u32 = 1;
const UNLINK: u32 = 2;
const SUBMIT_REPLY: u32 = 3;
const UNLINK_REPLY: u32 = 4;

/// What the controller wants.
pub enum Request {
    /// A transfer.
    Transfer(Transfer),
    /// An earlier transfer is not wanted any more.
    Cancel {
        /// Number of this request.
        sequence: u32,
        /// Number of the transfer.
        victim: u32,
    },
}

/// One transfer.
pub struct Transfer {
    /// Number of this request.
    pub sequence: u32,
    /// Endpoint; 0 is the control endpoint.
    pub endpoint: u32,
    /// Whether data goes to the controller.
    pub is_in: bool,
    /// Bytes that fit, or that came.
    pub length: usize,
    /// Setup packet of a control transfer.
    pub setup: [u8; 8],
    /// Data of a transfer to the device.
    pub data: Vec<u8>,
}

/// Reads the next request.
pub fn read(socket: &mut UnixStream) -> io::Result<Request> {
    let mut header = [0; 48];
    socket.read_exact(&mut header)?;
    let (words, _) = header.as_chunks::<4>();
    let word = |index: usize| u32::from_be_bytes(words[index]);
    let sequence = word(1);
    match word(0) {
        UNLINK => Ok(Request::Cancel {
            sequence,
            victim: word(5),
        }),
        SUBMIT => {
            let (is_in, length) = (word(3) == 1, word(6) as usize);
            let mut data = vec![0; if is_in { 0 } else { length }];
            socket.read_exact(&mut data)?;
            let mut setup = [0; 8];
            setup.copy_from_slice(&header[40..]);
            Ok(Request::Transfer(Transfer {
                sequence,
                endpoint: word(4),
                is_in,
                length,
                setup,
                data,
            }))
        }
        other => Err(io::Error::other(format!("unknown usbip command {other}"))),
    }
}

/// Answers a transfer: `status` 0 or a negative error, and the bytes that were moved.
pub fn reply(
    socket: &mut UnixStream,
    sequence: u32,
    status: i32,
    moved: usize,
    data: &[u8],
) -> io::Result<()> {
    write(socket, SUBMIT_REPLY, sequence, status, moved as u32, data)
}

/// Answers a cancellation; whether the transfer was still waiting decides its status.
pub fn reply_cancelled(socket: &mut UnixStream, sequence: u32, waited: bool) -> io::Result<()> {
    let status = if waited { CONNECTION_RESET } else { 0 };
    write(socket, UNLINK_REPLY, sequence, status, 0, &[])
}

fn write(
    socket: &mut UnixStream,
    command: u32,
    sequence: u32,
    status: i32,
    moved: u32,
    data: &[u8],
) -> io::Result<()> {
    let words = [
        command,
        sequence,
        0,
        0,
        0,
        status as u32,
        moved,
        0,
        0,
        0,
        0,
        0,
    ];
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.extend_from_slice(data);
    socket.write_all(&bytes)
}
