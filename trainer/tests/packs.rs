//! Packed data trains like the folder it was made from.

use crate::small::{config, data, step, train};
use model_spec::checkpoint::TRAINING_FILE;
use std::fs;
use trainer::data::{DataSet, Rendering, inspect, pack};

#[test]
fn a_pack_trains_to_the_same_bytes_as_its_folder() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let packed = temporary.path().join("faces.safetensors");
    let config = config(&["schedule.steps=2"]);
    pack::pack(&folder, &packed, &config.architecture, &config.attributes).unwrap();
    let outs = ["a", "b"].map(|name| temporary.path().join(name));
    train(&folder, &outs[0], config.clone(), false).unwrap();
    train(&packed, &outs[1], config, false).unwrap();
    let read = |i: usize| fs::read(step(&outs[i], 2).join(TRAINING_FILE)).unwrap();
    assert!(read(0) == read(1));
}

#[test]
fn a_damaged_pack_and_one_for_another_model_are_refused() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let packed = temporary.path().join("faces.safetensors");
    let config = config(&[]);
    let (architecture, attributes) = (&config.architecture, &config.attributes);
    pack::pack(&folder, &packed, architecture, attributes).unwrap();
    let larger = model_spec::Architecture {
        image_size: 64,
        ..architecture.clone()
    };
    let message = |architecture| {
        let none = Rendering {
            faces_per_domain: 0,
            seed: 0,
        };
        let opened = DataSet::open(&packed, architecture, attributes, none);
        opened.unwrap_err().to_string()
    };
    // Packed again into its own file.
    pack::pack(&folder, &packed, architecture, attributes).unwrap();
    let text = message(&larger);
    assert!(text.contains("image_size: found 32, expected 64"), "{text}");
    let mut bytes = fs::read(&packed).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&packed, bytes).unwrap();
    let text = message(architecture);
    assert!(text.contains("test.smiling: SHA-256"), "{text}");
    fs::write(&packed, "not a pack").unwrap();
    assert!(message(architecture).contains("trainer pack"));
}

#[test]
fn inspect_prints_counts_sizes_and_unreadable_files_and_writes_a_contact_sheet() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    fs::write(folder.join("train/smiling/0.png"), "").unwrap();
    let sheet = temporary.path().join("sheet.png");
    let config = config(&[]);
    let mut lines = Vec::new();
    inspect::inspect(
        &folder,
        &sheet,
        &config.architecture,
        &config.attributes,
        &mut |line| lines.push(line),
    )
    .unwrap();
    let text = lines.join("\n");
    assert!(text.contains("folder per domain"), "{text}");
    assert!(
        text.contains("train/smiling: 3 pictures, 1 of them unreadable"),
        "{text}"
    );
    assert!(text.contains("size 32x32: 11 pictures"), "{text}");
    assert!(text.contains("0.png: zero bytes"), "{text}");
    let sheet = image::open(sheet).unwrap();
    // Ten faces behind the name of their row, at most "train/neutral".
    assert_eq!((sheet.width(), sheet.height()), (13 * 8 + 4 + 320, 128));
}
