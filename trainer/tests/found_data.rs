//! Data as people have them: read, or named with what to do.

use crate::{
    layouts::{celeba, celeba_hq, numbers},
    small::{SIZE, config, data, train},
};
use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
    process::Command,
};
use trainer::{
    config::attributes,
    data::{Layout, Listing, Split, layout::detect},
};

fn names(text: &str) -> model_spec::AttributeSet {
    attributes::parse(text).unwrap()
}

fn open(data: &Path, split: Split, attributes: &str) -> Result<Listing, String> {
    let layout = detect(data).map_err(|e| e.to_string())?;
    Listing::open(data, layout, split, &names(attributes)).map_err(|e| e.to_string())
}

/// Numbers of the smiling training and test pictures.
fn smiling(data: &Path) -> [Vec<usize>; 2] {
    [Split::Train, Split::Test].map(|split| numbers(&open(data, split, "Smiling").unwrap(), 1))
}

/// CelebA in its usual layout: 32 pictures, every fourth and the one after it for testing.
fn usual(folder: &Path) -> PathBuf {
    celeba(folder, "img_align_celeba", "list_attr_celeba.txt", 32);
    let rows = (0..32).map(|i| format!("{i}.png {}\n", if i % 4 < 2 { 2 } else { 0 }));
    fs::write(
        folder.join("list_eval_partition.txt"),
        rows.collect::<String>(),
    )
    .unwrap();
    folder.into()
}

fn moved(folder: &Path, from: &str, to: &str) {
    let target = folder.join(to);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::rename(folder.join(from), target).unwrap();
}

fn rewritten(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, change(&text)).unwrap();
}

/// Cells separated by `mark`, after `heading` for the pictures' column; without the count.
fn separated(text: &str, mark: &str, heading: &str) -> String {
    let lines = text
        .lines()
        .skip(usize::from(text.lines().next().unwrap().len() < 4));
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(mark));
    format!("{heading}{}\n", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn celeba_as_downloaded_and_as_on_kaggle_is_the_usual_one() {
    let temporary = tempfile::tempdir().unwrap();
    let expected = smiling(&usual(&temporary.path().join("usual")));
    assert!(expected.iter().all(|numbers| !numbers.is_empty()));

    let official = usual(&temporary.path().join("official"));
    moved(&official, "img_align_celeba", "Img/img_align_celeba");
    moved(
        &official,
        "list_attr_celeba.txt",
        "Anno/list_attr_celeba.txt",
    );
    moved(
        &official,
        "list_eval_partition.txt",
        "Eval/list_eval_partition.txt",
    );
    assert_eq!(detect(&official).unwrap(), Layout::CelebA);
    assert_eq!(smiling(&official), expected);

    let kaggle = usual(&temporary.path().join("kaggle"));
    moved(&kaggle, "img_align_celeba", "inner");
    moved(&kaggle, "inner", "img_align_celeba/img_align_celeba");
    for (table, heading) in [
        ("list_attr_celeba", "image_id,"),
        ("list_eval_partition", "image_id,partition\n"),
    ] {
        let text = kaggle.join(format!("{table}.txt"));
        rewritten(&text, |text| separated(text, ",", heading));
        moved(&kaggle, &format!("{table}.txt"), &format!("{table}.csv"));
    }
    assert_eq!(smiling(&kaggle), expected);
}

/// Turns a table into the same in another form.
type Form = fn(&str) -> String;

#[test]
fn tables_come_with_marks_tabs_windows_lines_and_without_a_count() {
    let temporary = tempfile::tempdir().unwrap();
    let expected = smiling(&usual(&temporary.path().join("usual")));
    let forms: [(&str, Form); 7] = [
        ("mark", |text| format!("\u{feff}{text}")),
        ("tabs", |text| separated(text, "\t", "32\n")),
        ("windows", |text| text.replace('\n', "\r\n")),
        ("no-count", |text| separated(text, " ", "")),
        ("semicolons", |text| separated(text, ";", "\u{feff}image;")),
        ("zeroes", |text| text.replace("-1", "0")),
        ("jpg", |text| text.replace(".png", ".jpg")),
    ];
    for (name, form) in forms {
        let data = usual(&temporary.path().join(name));
        rewritten(&data.join("list_attr_celeba.txt"), form);
        assert_eq!(smiling(&data), expected, "{name}");
    }
    let data = usual(&temporary.path().join("wide"));
    let table = data.join("list_attr_celeba.txt");
    let text = fs::read_to_string(&table).unwrap();
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    fs::write(&table, bytes).unwrap();
    assert_eq!(smiling(&data), expected);
}

#[test]
fn a_part_of_the_pictures_is_read_without_what_is_missing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = usual(temporary.path());
    let before = smiling(&data);
    for name in ["3.png", "5.png", "16.png"] {
        fs::remove_file(data.join("img_align_celeba").join(name)).unwrap();
    }
    let expected = before.map(|mut numbers| {
        numbers.retain(|i| ![3, 5, 16].contains(i));
        numbers
    });
    assert_eq!(smiling(&data), expected);
    // Only pictures that the table does not know of are an error.
    for stray in [".DS_Store", "Thumbs.db", "._7.png", "README.txt"] {
        fs::write(data.join("img_align_celeba").join(stray), "x").unwrap();
    }
    assert_eq!(smiling(&data), expected);
}

#[test]
fn without_a_partition_or_its_test_part_every_fifteenth_is_for_testing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = usual(temporary.path());
    let partition = data.join("list_eval_partition.txt");
    fs::remove_file(&partition).unwrap();
    let [train, test] = smiling(&data);
    assert_eq!((train.len(), test), (15, vec![15]));
    let rows = (0..32).map(|i| format!("{i}.png 0\n"));
    fs::write(&partition, rows.collect::<String>()).unwrap();
    assert_eq!(smiling(&data)[1], [15]);
}

#[test]
fn a_partition_that_is_not_whole_is_told_and_one_that_contradicts_itself_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let data = usual(temporary.path());
    let partition = data.join("list_eval_partition.txt");
    rewritten(&partition, |text| {
        let lines = text.split_inclusive('\n');
        let rest = lines.filter(|line| !["3.png 0\n", "6.png 0\n"].contains(line));
        rest.collect()
    });
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_trainer"));
    inspect.arg("inspect").arg("--data").arg(&data);
    inspect.args(["--attributes", "Smiling", "--sheet"]);
    let output = inspect.arg(data.join("sheet.png")).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(
        log.contains("no row for 2 of the pictures there (3.png, 6.png)"),
        "{log}"
    );
    rewritten(&partition, |text| text.to_owned() + "7.png 0\n");
    assert!(open(&data, Split::Train, "Smiling").is_ok());
    rewritten(&partition, |text| text.to_owned() + "7.png 2\n");
    let message = open(&data, Split::Train, "Smiling").unwrap_err();
    assert!(
        message.contains("list_eval_partition.txt: line 32: 7.png is listed twice"),
        "{message}"
    );
}

#[test]
fn a_column_named_twice_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let data = usual(temporary.path());
    let table = data.join("list_attr_celeba.txt");
    rewritten(&table, |text| text.replacen("Bald Male", "smiling Male", 1));
    let message = open(&data, Split::Train, "Male").unwrap_err();
    assert!(
        message.contains("list_attr_celeba.txt: line 2: names 1 and 3 are both Smiling"),
        "{message}"
    );
}

#[test]
fn names_of_pictures_need_not_be_text_and_links_that_lead_nowhere_are_named() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let smiling = folder.join("train/smiling");
    let name = OsStr::from_bytes(b"caf\xe9.png");
    fs::rename(smiling.join("0.png"), smiling.join(name)).unwrap();
    let out = temporary.path().join("run");
    let short = || config(&["schedule.steps=2"]);
    train(&folder, &out, short(), false).unwrap();
    let listing = open(&folder, Split::Train, "smile:neutral/smiling").unwrap();
    assert_eq!(listing.files[1].len(), 3);
    symlink("/nowhere/9.png", smiling.join("9.png")).unwrap();
    symlink("/nowhere", smiling.join("notes")).unwrap();
    let error = train(&folder, &temporary.path().join("other"), short(), false).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("smiling/9.png: No such file"), "{message}");
}

#[test]
fn a_column_of_three_values_says_what_to_do() {
    let temporary = tempfile::tempdir().unwrap();
    let data = usual(temporary.path());
    let table = data.join("list_attr_celeba.txt");
    rewritten(&table, |text| text.replace("7.png  -1", "7.png  0"));
    let message = open(&data, Split::Train, "Bald").unwrap_err();
    assert!(
        message.contains("Bald: found -1 (line 3) and 0"),
        "{message}"
    );
    assert!(message.contains("column of its own"), "{message}");
    // Columns that nobody asked for may hold anything.
    rewritten(&table, |text| text.replace("7.png  0", "7.png  blue"));
    assert!(open(&data, Split::Train, "Smiling").is_ok());
    let message = attributes::parse("hair:black/blond/brown").unwrap_err();
    let message = message.to_string();
    assert!(message.contains("two values"), "{message}");
}

#[test]
fn domain_folders_come_in_any_case_with_strays_and_with_val_for_test() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(temporary.path());
    moved(&folder, "train/neutral", "train/Neutral");
    moved(&folder, "train/smiling", "train/SMILING");
    moved(&folder, "test", "val");
    moved(&folder, "train", "Train");
    for stray in [".DS_Store", "Thumbs.db", "desktop.ini"] {
        fs::write(folder.join("Train/Neutral").join(stray), "x").unwrap();
    }
    for split in [Split::Train, Split::Test] {
        let listing = open(&folder, split, "smile:neutral/smiling").unwrap();
        assert_eq!(
            listing.files.iter().map(Vec::len).collect::<Vec<_>>(),
            [3, 3]
        );
    }
}

#[test]
fn pictures_one_folder_deeper_are_read() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(temporary.path());
    moved(&folder, "train/neutral", "inner");
    moved(&folder, "inner", "train/neutral/sub/deeper");
    let listing = open(&folder, Split::Train, "smile:neutral/smiling").unwrap();
    assert_eq!(numbers(&listing, 0), [0, 1, 2]);
}

#[test]
fn a_folder_too_many_or_too_few_is_named_with_what_was_meant() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("faces"));
    let meant = |data: &Path| {
        let message = detect(data).unwrap_err().to_string();
        assert!(message.contains("did you mean"), "{message}");
        message
    };
    let whole = folder.canonicalize().unwrap();
    let message = meant(&folder.join("train"));
    assert!(
        message.contains(&format!("--data {}?", whole.display())),
        "{message}"
    );
    let message = meant(temporary.path());
    assert!(message.contains("faces?"), "{message}");
    // The domains' folders themselves.
    moved(&folder, "train/neutral", "neutral");
    moved(&folder, "train/smiling", "smiling");
    fs::remove_dir_all(folder.join("train")).unwrap();
    fs::remove_dir_all(folder.join("test")).unwrap();
    assert!(meant(&folder).contains("train/neutral"));
    // CelebA's pictures without its tables.
    let celeba = temporary.path().join("celeba");
    celeba_hq(&celeba, 16);
    assert!(meant(&celeba.join("CelebA-HQ-img")).contains("celeba?"));
}

#[test]
fn a_domain_folder_of_another_name_is_named_with_what_to_do() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(temporary.path());
    moved(&folder, "train/smiling", "train/smile");
    let message = open(&folder, Split::Train, "smile:neutral/smiling").unwrap_err();
    assert!(message.contains("did you mean smile?"), "{message}");
    moved(&folder, "train/smile", "train/xyz");
    moved(&folder, "train/neutral", "train/qqq");
    let message = open(&folder, Split::Train, "smile:neutral/smiling").unwrap_err();
    assert!(message.contains("--attributes smile:qqq/xyz"), "{message}");
    // A third folder is told of, not used.
    let folder = data(&temporary.path().join("third"));
    let laughing = folder.join("train/laughing");
    fs::create_dir(&laughing).unwrap();
    faces::training_face(1, 1.0, SIZE)
        .save(laughing.join("1.png"))
        .unwrap();
    let listing = open(&folder, Split::Train, "smile:neutral/smiling").unwrap();
    assert_eq!(listing.files.iter().map(Vec::len).sum::<usize>(), 6);
}
