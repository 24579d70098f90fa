//! Damaged pictures and films: errors that say something, and never a panic.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::{
    Next, Source,
    decode::{
        jpeg::JpegReader,
        pixel_format::{self, FORMATS},
        raw::{self, Colour, Rows},
    },
    video::Video,
};
use crate::picture::frame::Frame;
use jpeg_encoder::{ColorType, Encoder};
use std::{cell::RefCell, fs};

/// Pictures without and with tables of their own, restart markers and several scans.
fn jpegs() -> Vec<Vec<u8>> {
    let pixels: Vec<u8> = (0..3 * 40 * 24).map(|i| (i * 7 % 256) as u8).collect();
    let encoded = |change: &dyn Fn(&mut Encoder<&mut Vec<u8>>)| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 80);
        change(&mut encoder);
        encoder.encode(&pixels, 40, 24, ColorType::Rgb).unwrap();
        bytes
    };
    vec![
        encoded(&|_| {}),
        encoded(&|encoder| encoder.set_optimized_huffman_tables(true)),
        encoded(&|encoder| encoder.set_progressive(true)),
        encoded(&|encoder| encoder.set_restart_interval(2)),
    ]
}

#[test]
fn damaged_jpegs_are_refused_or_decoded() {
    let seeds = jpegs();
    let state = RefCell::new((JpegReader::default(), Frame::default()));
    fuzz::check("mjpg", &seeds, |input| {
        let (reader, frame) = &mut *state.borrow_mut();
        let _ = reader.decode(input, frame);
    });
}

#[test]
fn a_jpeg_of_any_sampling_is_refused_or_decoded() {
    let noise: Vec<u8> = (0..3 * 27 * 13_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut jpeg = Vec::new();
    let encoder = Encoder::new(&mut jpeg, 95);
    encoder.encode(&noise, 27, 13, ColorType::Rgb).unwrap();
    let header = jpeg.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    let (mut reader, mut frame) = (JpegReader::default(), Frame::default());
    let (mut decoded, mut refused) = (0, 0);
    let factors = || (0x11..=0x44_u8).filter(|it| (1..=4).contains(&(it & 15)));
    for first in factors() {
        for second in factors() {
            for third in factors() {
                for (channel, factor) in [first, second, third].into_iter().enumerate() {
                    jpeg[header + 11 + 3 * channel] = factor;
                }
                match reader.decode(&jpeg, &mut frame) {
                    Ok(()) => decoded += 1,
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(decoded >= 1 && refused > 3000, "{decoded} {refused}");
}

#[test]
fn damaged_raw_pictures_of_any_length_and_stride_are_refused_or_decoded() {
    // Number of the format, width, height and stride, and then the picture.
    let seeds: Vec<Vec<u8>> = (0..FORMATS.len() as u8)
        .map(|format| [vec![format, 8, 6, 16], vec![100; 16 * 6 * 2]].concat())
        .collect();
    fuzz::check("raw-picture", &seeds, |input| {
        let Some(([format, width, height, stride], bytes)) = input.split_first_chunk() else {
            return;
        };
        let rows = Rows {
            size: [width, height].map(|side| usize::from(side % 24)),
            stride: usize::from(stride % 128),
        };
        let format = FORMATS[usize::from(*format) % FORMATS.len()];
        if !pixel_format::is_jpeg(format) {
            let mut frame = Frame::default();
            // As they come, and as many as there may be.
            for length in [bytes.len(), 8 * 128 * 24] {
                let bytes: Vec<u8> = bytes.iter().copied().cycle().take(length).collect();
                let _ = raw::decode(&bytes, format, rows, Colour::default(), &mut frame);
            }
        }
    });
}

#[test]
fn damaged_films_are_refused_or_played() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("film");
    let jpegs = jpegs();
    let mut seeds = vec![jpegs.concat()];
    for colour in ["420jpeg", "422", "444", "mono"] {
        let mut film =
            format!("YUV4MPEG2 W8 H4 F25:1 Ip A1:1 C{colour} XCOLORRANGE=FULL\n").into_bytes();
        for _ in 0..3 {
            film.extend_from_slice(b"FRAME\n");
            film.extend_from_slice(&[100; 8 * 4 * 3]);
        }
        seeds.push(film);
    }
    fuzz::check("film", &seeds, |input| {
        fs::write(&path, input).unwrap();
        if let Ok(mut film) = Video::open(&path, false) {
            let mut frame = Frame::default();
            while let Ok(Next::Frame | Next::Skipped(_)) = film.next(&mut frame) {}
        }
    });
}
