//! Damaged weights, tables, packs, settings and pictures: errors that say something, and never a panic.

use crate::{pickled, small};
use image::{DynamicImage, ImageFormat};
use std::{fs, io::Cursor};
use tch::{Device, Kind, Tensor};
use trainer::{
    cli::Cli,
    config::Config,
    data::{deduce::deduce, layout::detect, pack, picture},
    weights::{self, Weights},
};

#[test]
fn damaged_weights_of_every_format_are_refused_or_read() {
    let _alone = small::alone();
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("weights");
    let ones = |sides: &[i64]| Tensor::ones(sides, (Kind::Float, Device::Cpu));
    let tensors = Weights::from([("a".into(), ones(&[2, 3])), ("b".into(), ones(&[4]))]);
    let mut seeds = Vec::new();
    for save in [pickled::save, pickled::save_legacy] {
        save(&path, &[("generator", &tensors), ("style", &tensors)]);
        seeds.push(fs::read(&path).unwrap());
    }
    let named: Vec<_> = tensors.iter().collect();
    Tensor::write_safetensors(&named, &path).unwrap();
    seeds.push(fs::read(&path).unwrap());
    fuzz::check("weights", &seeds, |input| {
        fs::write(&path, input).unwrap();
        let _ = weights::read(&path);
        let _ = weights::pickle::read(&path, Some("generator"));
    });
}

/// Calls, a word per line.
const CALLS: [&str; 6] = [
    "trainer\nfit\n--config\na.toml\n--data\nfaces\n--out=run\n--set\nschedule.steps=5\n--device=cuda:1\n--resume",
    "trainer\nedit\n--checkpoint=c\n--input\na.png\n--sweep=smile=-1..1.5\n--frames\n7\n--out=a.gif",
    "trainer\nimport\nnets.ckpt\n--out=c\n--attributes=smile:neutral/smiling\n--framing=1.66,0,-0.094\n--w-hpf=1",
    "trainer\nbench\n--config=a.toml\n--variants=plain,all\n--minutes=0.5\n--rounds\n3",
    "trainer\njudge\n--data=d\n--config=c\n--network=plain\n--size=64\n--out=j\n--confusions\na.png",
    "trainer\ncompare\n--pairs\na\nb\n--data=d\n--config=c\n--judge=j\n--judge-split=train\n--judge-steps=9",
];

#[test]
fn damaged_command_lines_are_refused_or_parsed() {
    use clap::{CommandFactory, FromArgMatches};
    use std::{cell::RefCell, ffi::OsString, os::unix::ffi::OsStringExt};
    // Building it costs more than a call.
    let command = RefCell::new(Cli::command());
    fuzz::check("trainer-call", &CALLS, |call| {
        let words = call.split(|byte| *byte == b'\n');
        let words = words.map(|word| OsString::from_vec(word.to_vec()));
        match command.borrow_mut().try_get_matches_from_mut(words) {
            Ok(matches) => drop(Cli::from_arg_matches(&matches)),
            // What would be printed.
            Err(error) => drop(error.to_string()),
        }
    });
}

#[test]
fn damaged_attribute_tables_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let data = folder.path().join("celeba");
    crate::layouts::celeba(&data, "img_align_celeba", "list_attr_celeba.txt", 6);
    let partition = "0.png 0\n1.png 0\n2.png 1\n3.png 2\n4.png 0\n5.png 2\n";
    let table = fs::read(data.join("list_attr_celeba.txt")).unwrap();
    let csv = String::from_utf8_lossy(&table)
        .lines()
        .skip(1)
        .fold(String::new(), |text, line| {
            text + &line.split_whitespace().collect::<Vec<_>>().join(",") + "\r\n"
        });
    // Attributes, and behind a zero the parts.
    let seeds = [table, csv.into_bytes()]
        .map(|table| [&table, "\0".as_bytes(), partition.as_bytes()].concat());
    let attributes = trainer::config::attributes::parse("Smiling,Male").unwrap();
    fuzz::check("celeba-tables", &seeds, |input| {
        let mut parts = input.splitn(2, |byte| *byte == 0);
        for name in ["list_attr_celeba.txt", "list_eval_partition.txt"] {
            fs::write(data.join(name), parts.next().unwrap_or_default()).unwrap();
        }
        let _ = deduce(&data);
        if let Ok(layout) = detect(&data) {
            for split in [trainer::data::Split::Train, trainer::data::Split::Test] {
                let _ = trainer::data::Listing::open(&data, layout, split, &attributes);
            }
        }
    });
}

#[test]
fn damaged_packs_are_refused_or_read() {
    let _alone = small::alone();
    let folder = fuzz::folder().unwrap();
    let (data, path) = (
        small::data(&folder.path().join("data")),
        folder.path().join("pack.safetensors"),
    );
    let config = small::config(&[]);
    pack::pack(&data, &path, &config.architecture, &config.attributes).unwrap();
    let seed = fs::read(&path).unwrap();
    // Another inode each time: the former one is still mapped.
    let damaged = folder.path().join("damaged.safetensors");
    fuzz::check("pack", &[seed], |input| {
        let _ = fs::remove_file(&damaged);
        fs::write(&damaged, input).unwrap();
        let _ = deduce(&damaged);
        let rendering = trainer::data::Rendering {
            faces_per_domain: 1,
            seed: 1,
        };
        let _ = trainer::data::DataSet::open(
            &damaged,
            &config.architecture,
            &config.attributes,
            rendering,
        );
    });
}

#[test]
fn damaged_settings_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("settings.toml");
    let names = [
        "smile.toml",
        "smile-64.toml",
        "synthetic-64.toml",
        "celeba-hq-256.toml",
    ];
    let seeds = names.map(|name| fs::read(small::configs().join(name)).unwrap());
    fuzz::check("settings", &seeds, |input| {
        fs::write(&path, input).unwrap();
        let _ = Config::load(&path, &[]);
    });
}

#[test]
fn damaged_pictures_of_every_format_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("picture");
    let face = DynamicImage::ImageRgb8(faces::training_face(3, 1.0, 24));
    let formats = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ];
    let seeds: Vec<Vec<u8>> = formats
        .into_iter()
        .map(|format| {
            let mut bytes = Cursor::new(Vec::new());
            face.write_to(&mut bytes, format).unwrap();
            bytes.into_inner()
        })
        .collect();
    fuzz::check("picture", &seeds, |input| {
        fs::write(&path, input).unwrap();
        let _ = picture::read_square(&path);
    });
}

#[test]
fn a_jpeg_of_odd_sampling_is_refused_by_its_factors() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("picture");
    let face = DynamicImage::ImageRgb8(faces::training_face(3, 1.0, 24));
    let mut bytes = Cursor::new(Vec::new());
    face.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let mut bytes = bytes.into_inner();
    fs::write(&path, &bytes).unwrap();
    picture::read_square(&path).unwrap();
    let header = bytes.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    for (channel, factors) in [0x11, 0x43, 0x43].into_iter().enumerate() {
        bytes[header + 11 + 3 * channel] = factors;
    }
    fs::write(&path, &bytes).unwrap();
    let error = picture::read_square(&path).unwrap_err().to_string();
    assert!(error.contains("sampled 1x1, 4x3, 4x3"), "{error}");
}
