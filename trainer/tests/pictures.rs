//! Picture files of every kind, and broken ones.

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage, codecs::jpeg::JpegEncoder};
use model_spec::ColourMode;
use std::{
    fs,
    path::{Path, PathBuf},
};
use trainer::{
    data::{
        decode::{self, Report},
        picture::{self, PictureError},
    },
    error::TrainError,
};

/// Left half red, right half blue; a green row on top.
fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if y < 8 {
            image::Rgb([0, 255, 0])
        } else if x < width / 2 {
            image::Rgb([255, 0, 0])
        } else {
            image::Rgb([0, 0, 255])
        }
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(picture)
        .unwrap();
    bytes
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Whether two colours are the same but for a lossy format's errors.
fn is_like(found: image::Rgb<u8>, expected: [u8; 3]) -> bool {
    let pairs = found.0.into_iter().zip(expected);
    pairs.into_iter().all(|(a, b)| a.abs_diff(b) < 40)
}

#[test]
fn grey_and_16_bit_pictures_become_8_bit_rgb() {
    let temporary = tempfile::tempdir().unwrap();
    let grey = temporary.path().join("grey.png");
    GrayImage::from_pixel(9, 9, image::Luma([77]))
        .save(&grey)
        .unwrap();
    assert_eq!(
        picture::read_square(&grey).unwrap().get_pixel(4, 4).0,
        [77; 3]
    );
    let deep = temporary.path().join("deep.png");
    DynamicImage::ImageRgb8(pattern(40, 40))
        .into_rgb16()
        .save(&deep)
        .unwrap();
    assert_eq!(picture::read_square(&deep).unwrap(), pattern(40, 40));
    let bytes = picture::read_square(&grey).unwrap();
    assert_eq!(picture::planar(&bytes, ColourMode::Luma), vec![77; 81]);
}

#[test]
fn cmyk_jpegs_have_their_colours() {
    let temporary = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let cmyk: Vec<u8> = pattern(32, 32)
        .pixels()
        .flat_map(|p| [255 - p.0[0], 255 - p.0[1], 255 - p.0[2], 0])
        .collect();
    jpeg_encoder::Encoder::new(&mut bytes, 95)
        .encode(&cmyk, 32, 32, jpeg_encoder::ColorType::Cmyk)
        .unwrap();
    let path = written(temporary.path(), "cmyk.jpg", &bytes);
    let rgb = picture::read_square(&path).unwrap();
    assert!(
        is_like(*rgb.get_pixel(4, 20), [255, 0, 0]),
        "{:?}",
        rgb.get_pixel(4, 20)
    );
    assert!(
        is_like(*rgb.get_pixel(28, 20), [0, 0, 255]),
        "{:?}",
        rgb.get_pixel(28, 20)
    );
}

#[test]
fn pictures_are_turned_upright_by_their_exif_tag() {
    let temporary = tempfile::tempdir().unwrap();
    let plain = jpeg(&pattern(32, 32));
    // Orientation 3: the camera was held upside down.
    let tag = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0];
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend(tag);
    exif.extend([0; 4]);
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend((exif.len() as u16 + 2).to_be_bytes());
    bytes.extend(&exif);
    bytes.extend(&plain[2..]);
    let turned = picture::read_square(&written(temporary.path(), "turned.jpg", &bytes)).unwrap();
    assert!(is_like(*turned.get_pixel(16, 29), [0, 255, 0]));
    assert!(is_like(*turned.get_pixel(4, 10), [0, 0, 255]));
}

#[test]
fn truncated_and_empty_files_are_unreadable_and_say_why() {
    let temporary = tempfile::tempdir().unwrap();
    let bytes = jpeg(&pattern(64, 64));
    let half = written(temporary.path(), "half.jpg", &bytes[..bytes.len() * 2 / 3]);
    let message = picture::read_square(&half).unwrap_err().to_string();
    assert!(message.contains("truncated"), "{message}");
    let mut png = std::io::Cursor::new(Vec::new());
    pattern(64, 64)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let png = png.into_inner();
    let half = written(temporary.path(), "half.png", &png[..png.len() / 2]);
    assert!(picture::read_square(&half).is_err());
    let empty = written(temporary.path(), "empty.jpg", &[]);
    assert_eq!(
        picture::read_square(&empty).unwrap_err().to_string(),
        "zero bytes"
    );
}

#[test]
fn pictures_that_are_not_square_are_cut_and_counted_once() {
    let temporary = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (0..4)
        .map(|i| {
            let path = temporary.path().join(format!("{i}.png"));
            pattern(40 + 20 * (i % 2), 40).save(&path).unwrap();
            path
        })
        .chain([written(temporary.path(), "empty.png", &[])])
        .collect();
    let config = crate::small::config(&[]);
    let mut report = Report::default();
    let decoded = decode::decode(&files, &config.architecture, &mut report).unwrap();
    assert_eq!(decoded.iter().flatten().count(), 4);
    assert!(decoded[4].is_none());
    assert_eq!(report.cropped, 2);
    assert_eq!(report.sizes[&(60, 40)], 2);
    assert_eq!(report.unreadable, [(files[4].clone(), "zero bytes".into())]);
}

#[test]
fn a_picture_that_cannot_be_read_now_ends_the_work_with_its_name() {
    let temporary = tempfile::tempdir().unwrap();
    let config = crate::small::config(&[]);
    let whole = temporary.path().join("whole.png");
    pattern(40, 40).save(&whole).unwrap();
    // A folder opens, and fails when it is read; a link leads nowhere.
    let folder = temporary.path().join("folder.png");
    fs::create_dir(&folder).unwrap();
    let link = temporary.path().join("link.png");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    for unreadable in [folder, link] {
        let error = picture::read_square(&unreadable).unwrap_err();
        assert!(matches!(error, PictureError::Io(_)), "{error}");
        let files = [whole.clone(), unreadable.clone(), whole.clone()];
        let mut report = Report::default();
        let error = decode::decode(&files, &config.architecture, &mut report).unwrap_err();
        assert!(matches!(&error, TrainError::Io { path, .. } if *path == unreadable));
        assert!(report.unreadable.is_empty());
    }
}

#[test]
fn webp_bmp_and_tiff_are_read() {
    let temporary = tempfile::tempdir().unwrap();
    for ending in ["webp", "bmp", "tiff"] {
        // By what is in the file, not by its name.
        for name in [format!("a.{ending}"), format!("{ending}.jpg")] {
            let path = temporary.path().join(name);
            let format = ImageFormat::from_extension(ending).unwrap();
            pattern(40, 40).save_with_format(&path, format).unwrap();
            assert_eq!(picture::read_square(&path).unwrap(), pattern(40, 40));
        }
    }
}

/// A chunk of a PNG file, with its checksum.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let checked: Vec<u8> = kind.iter().chain(data).copied().collect();
    let mut crc = !0_u32;
    for byte in &checked {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 * (crc & 1));
        }
    }
    let mut bytes = (data.len() as u32).to_be_bytes().to_vec();
    bytes.extend(checked);
    bytes.extend((!crc).to_be_bytes());
    bytes
}

#[test]
fn a_huge_picture_is_refused_by_its_header() {
    let temporary = tempfile::tempdir().unwrap();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = 30_000_u32.to_be_bytes();
    let header: Vec<u8> = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    png.extend(chunk(*b"IHDR", &header));
    png.extend(chunk(*b"IDAT", &[]));
    let path = written(temporary.path(), "huge.png", &png);
    let message = picture::read_square(&path).unwrap_err().to_string();
    assert!(message.contains("30000 x 30000 pixels"), "{message}");
    assert!(message.contains("at most"), "{message}");
}

#[test]
fn files_that_are_taken_for_pictures_say_what_they_are() {
    let temporary = tempfile::tempdir().unwrap();
    let cases: [(&[u8], &str); 4] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"GIF89a", "GIF"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"<!DOCTYPE html>", "web page"),
    ];
    for (bytes, expected) in cases {
        let path = written(temporary.path(), "a.jpg", bytes);
        let message = picture::read_square(&path).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}
