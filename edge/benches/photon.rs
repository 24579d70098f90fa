//! From motion to photon: how long after a picture leaves the camera it is on the screen.
//!
//! `cargo bench -p edge --bench photon` starts the mirror on a virtual screen (Xvfb) with a preloaded
//! camera of 1280x720 JPEGs at 30 per second. Every picture carries its number as a column of black and
//! white blocks; the camera writes down when it served it, and the frame buffer is looked at every
//! millisecond. The mirror runs the bundle that ships. Arguments: FRAMES [600].

use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use std::{
    collections::HashMap,
    env, fs,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

const SIZE: [u32; 2] = [1280, 720];
const DISPLAY: &str = ":196";
const INTERVAL_MS: f64 = 1000.0 / 30.0;
/// Pictures differ in the lower bits of their number only, so that this many JPEGs are enough.
const PICTURES: u64 = 1 << BITS;
/// Bits of a stamp, from the lowest to the highest.
const BITS: u32 = 6;
/// Blocks of a stamp: white, black, the bits, and their opposites, so that a screen that is being
/// drawn shows no valid stamp.
const BLOCKS: u32 = 2 + 2 * BITS;
/// Upper end of the stamp, side of a block, and distance from both edges of the picture, in pixels.
const STAMP: [u32; 3] = [160, 28, 40];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let frames = env::args().find_map(|word| word.parse().ok());
    let frames: u64 = frames.unwrap_or(600);
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let library = shim(&at("shim.so"))?;
    pictures(folder.path())?;
    let screen = format!("{}x{}x24", SIZE[0], SIZE[1]);
    let frame_buffer = at("screen");
    fs::create_dir(&frame_buffer)?;
    let _server = Ended(
        Command::new("Xvfb")
            .args([
                DISPLAY,
                "-screen",
                "0",
                &screen,
                "-nolisten",
                "tcp",
                "-noreset",
                "-fbdir",
            ])
            .arg(&frame_buffer)
            .stderr(Stdio::null())
            .spawn()?,
    );
    let mut buffer = FrameBuffer::open(&frame_buffer.join("Xvfb_screen0"))?;
    let report = at("report.json");
    let mut mirror = Ended(
        Command::new(env!("CARGO_BIN_EXE_edge"))
            .args([
                "run",
                "--source",
                "camera:/dev/video42",
                "--display",
                "window",
            ])
            .args(["--frames", &frames.to_string(), "--report"])
            .arg(&report)
            .args(
                env::var("PHOTON_ARGS")
                    .unwrap_or_default()
                    .split_whitespace(),
            )
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .env("DISPLAY", DISPLAY)
            .env("LD_PRELOAD", library)
            .env("SHIM_DEVICE", "/dev/video42")
            .env("SHIM_FOLDER", folder.path())
            .env("SHIM_PICTURES", PICTURES.to_string())
            .env("SHIM_FORMAT", "MJPG")
            .env("SHIM_SIZE", format!("{}x{}", SIZE[0], SIZE[1]))
            .env("SHIM_LOG", at("served"))
            .stdout(Stdio::null())
            .spawn()?,
    );
    let patience = Duration::from_secs(30 + frames / 10);
    let seen = watch(&mut buffer, frames, Instant::now() + patience)?;
    let closing = Instant::now();
    Command::new("kill")
        .arg(mirror.0.id().to_string())
        .status()?;
    let ended = mirror.0.wait()?;
    let closing = closing.elapsed();
    let served = served(&at("served"))?;
    print(&served, &seen);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&report)?)?;
    println!(
        "edits      {:.1} per second, first after {:.2} s, {} MB resident",
        report["frames_per_second"].as_f64().unwrap_or(0.0),
        report["seconds_to_first_edit"].as_f64().unwrap_or(f64::NAN),
        report["resident_memory_bytes"].as_u64().unwrap_or(0) / 1_000_000,
    );
    println!(
        "SIGTERM    {ended} after {:.0} ms",
        closing.as_secs_f64() * 1000.0
    );
    Ok(())
}

/// A process that ends with the value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shim(library: &Path) -> Result<PathBuf, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/camera_shim.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-w", "-o"])
        .args([library, &source])
        .arg("-ldl")
        .status()?;
    if built.success() {
        Ok(library.into())
    } else {
        Err("the camera could not be compiled".into())
    }
}

fn is_white(block: u32, number: u64) -> bool {
    let bit = |bit: u32| number >> bit & 1 == 1;
    match block {
        0 => true,
        1 => false,
        block if block < 2 + BITS => bit(block - 2),
        block => !bit(block - 2 - BITS),
    }
}

/// JPEGs of the demo face, stamped at the left and at the right.
fn pictures(folder: &Path) -> Result<(), Failure> {
    let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
    let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
    for number in 0..PICTURES {
        take.render_into(number, &mut rgb);
        let [top, side, edge] = STAMP;
        for block in 0..BLOCKS {
            let white = is_white(block, number);
            for y in top + block * side..top + (block + 1) * side {
                for left in [edge, SIZE[0] - edge - side] {
                    let begin = 3 * (y * SIZE[0] + left) as usize;
                    rgb[begin..begin + 3 * side as usize].fill(if white { 255 } else { 0 });
                }
            }
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 85).encode(
            &rgb,
            SIZE[0],
            SIZE[1],
            ColorType::Rgb8.into(),
        )?;
        fs::write(folder.join(format!("picture{number}")), jpeg)?;
    }
    Ok(())
}

/// The screen's pixels, in the file that Xvfb keeps (X window dump, 32 bits per pixel).
struct FrameBuffer {
    file: fs::File,
    pixels: u64,
    stride: u64,
    /// Scale from a picture pixel to the screen, and what lies left of and above the picture.
    placed: Option<(f64, [f64; 2])>,
}

impl FrameBuffer {
    fn open(path: &Path) -> Result<Self, Failure> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while fs::metadata(path).map_or(0, |data| data.len()) < 4096 {
            if Instant::now() > deadline {
                return Err("Xvfb does not start; is it installed, and the display free?".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        let mut file = fs::File::open(path)?;
        let mut header = [0; 100];
        file.read_exact(&mut header)?;
        let field = |index: usize| {
            let bytes = &header[4 * index..4 * index + 4];
            u64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        Ok(Self {
            file,
            // Header, then a colour map of 12 bytes per entry.
            pixels: field(0) + 12 * field(19),
            stride: field(12),
            placed: None,
        })
    }

    fn brightness(&mut self, x: f64, y: f64) -> Result<u8, Failure> {
        let at = self.pixels + y as u64 * self.stride + 4 * x as u64;
        self.file.seek(SeekFrom::Start(at))?;
        let mut pixel = [0; 4];
        self.file.read_exact(&mut pixel)?;
        Ok(pixel[1]) // green
    }

    /// The number on screen, in the place and at the scale in which a stamp is found.
    fn stamp(&mut self) -> Result<Option<u64>, Failure> {
        // The window is 960x720 at the screen's corner, or covers the screen.
        let places = match self.placed {
            Some(placed) => vec![placed],
            None => vec![
                (1.0, [0.0, 0.0]),
                (0.75, [0.0, 90.0]),
                (0.75, [160.0, 90.0]),
            ],
        };
        for (scale, [left, above]) in places {
            let [top, side, edge] = STAMP.map(f64::from);
            let x = left + scale * (edge + side / 2.0);
            let mut white = [false; BLOCKS as usize];
            for (block, white) in white.iter_mut().enumerate() {
                let y = above + scale * (top + (block as f64 + 0.5) * side);
                *white = self.brightness(x, y)? > 127;
            }
            let bits = white[2..].iter().take(BITS as usize).enumerate();
            let number = bits.map(|(bit, &white)| u64::from(white) << bit).sum();
            if (0..BLOCKS).all(|block| white[block as usize] == is_white(block, number)) {
                self.placed = Some((scale, [left, above]));
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

/// Times at which new pictures were seen, with the number modulo [`PICTURES`].
fn watch(
    buffer: &mut FrameBuffer,
    frames: u64,
    deadline: Instant,
) -> Result<Vec<(u64, i128)>, Failure> {
    let mut seen: Vec<(u64, i128)> = Vec::new();
    let mut last_change = Instant::now();
    while Instant::now() < deadline && (seen.len() as u64) < frames {
        // The source ends after `frames`; what has not come by then was left out.
        if !seen.is_empty() && last_change.elapsed() > Duration::from_secs(3) {
            break;
        }
        // Read twice: the server may be writing.
        if let Some(number) = buffer.stamp()?
            && seen.last().is_none_or(|&(last, _)| last != number)
            && buffer.stamp()? == Some(number)
        {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
            seen.push((number, now.as_nanos() as i128));
            last_change = Instant::now();
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(seen)
}

/// When each picture was served, in nanoseconds.
fn served(path: &Path) -> Result<HashMap<u64, i128>, Failure> {
    let mut served = HashMap::new();
    for line in fs::read_to_string(path)?.lines() {
        let (number, nanoseconds) = line.split_once(' ').ok_or("a broken line")?;
        served.insert(number.parse()?, nanoseconds.parse()?);
    }
    Ok(served)
}

fn print(served: &HashMap<u64, i128>, seen: &[(u64, i128)]) {
    let mut delays = Vec::new();
    let mut numbers = Vec::new();
    let mut last = 0;
    for &(stamp, at) in seen {
        // The newest picture with this stamp that had been served by then.
        let served_then = (0..served.len() as u64).filter(|number| number % PICTURES == stamp);
        let mut newest = served_then.filter(|number| served.get(number).is_some_and(|&t| t <= at));
        let Some(number) = newest.next_back() else {
            continue;
        };
        delays.push((at - served[&number]) as f64 / 1e6);
        numbers.push(number);
        last = last.max(number);
    }
    let in_order = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    delays.sort_by(f64::total_cmp);
    let at = |part: f64| delays[(part * (delays.len() - 1) as f64) as usize];
    if delays.is_empty() {
        println!("no stamped picture was seen");
        return;
    }
    let first = numbers[0];
    let span = last - first + 1;
    println!(
        "shown      {} of {span} pictures from the first one seen (number {first}), {}",
        numbers.len(),
        if in_order { "in order" } else { "NOT in order" }
    );
    let [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1.0].map(at);
    println!(
        "photon     p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, largest {most:.1} ms; \
         two camera intervals are {:.1} ms",
        2.0 * INTERVAL_MS
    );
}
