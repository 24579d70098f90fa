//! Data folders of every layout, and what is said about wrong ones.

use crate::small::SIZE;
use std::{fmt::Write, fs, path::Path};
use tch::{Kind, Tensor};
use trainer::{
    config::{AttributeSettings, Targets, attributes},
    data::{DataSet, Layout, Listing, Rendering, Sampler, Split, layout::detect, pack},
    error::TrainError,
};

/// CelebA's layout: `count` pictures and a table in which picture `i` smiles if `i` is odd, is male if
/// `i / 2` is, and has its mouth open if `i / 2` is a multiple of 4.
pub fn celeba(folder: &Path, pictures: &str, table: &str, count: usize) {
    let target = folder.join(pictures);
    fs::create_dir_all(&target).unwrap();
    let mut text = format!("{count}\nBald Male Smiling Mouth_Slightly_Open\n");
    for i in 0..count {
        let face = faces::training_face(i as u64, (i % 2) as f32, SIZE);
        face.save(target.join(format!("{i}.png"))).unwrap();
        let value = |on: bool| if on { "1" } else { "-1" };
        let (male, smiling) = (value(i / 2 % 2 == 1), value(i % 2 == 1));
        let open = value(i / 2 % 4 == 0);
        writeln!(text, "{i}.png  -1 {male}  {smiling} {open}").unwrap();
    }
    fs::write(folder.join(table), text).unwrap();
}

pub fn celeba_hq(folder: &Path, count: usize) {
    celeba(
        folder,
        "CelebA-HQ-img",
        "CelebAMask-HQ-attribute-anno.txt",
        count,
    );
}

pub fn numbers(listing: &Listing, domain: usize) -> Vec<usize> {
    let stem = |path: &std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().parse();
    let numbers = listing.files[domain].iter().map(|path| stem(path).unwrap());
    numbers.collect()
}

fn error_of(data: &Path, names: &str) -> TrainError {
    let attributes = attributes::parse(names).unwrap();
    let layout = detect(data).unwrap();
    Listing::open(data, layout, Split::Train, &attributes).unwrap_err()
}

#[test]
fn celeba_mask_hq_rows_become_domains_and_every_fifteenth_is_for_testing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path();
    celeba_hq(data, 40);
    let layout = detect(data).unwrap();
    assert_eq!(layout, Layout::CelebAMaskHq);
    let attributes = attributes::parse("Smiling,gender:female/male").unwrap();
    let train = Listing::open(data, layout, Split::Train, &attributes).unwrap();
    assert_eq!(numbers(&train, 0), [4, 8, 12, 16, 20, 24, 28, 32, 36]);
    assert_eq!(numbers(&train, 3), [3, 7, 11, 19, 23, 27, 31, 35, 39]);
    let smiling = attributes::parse("Smiling").unwrap();
    let test = Listing::open(data, layout, Split::Test, &smiling).unwrap();
    assert_eq!(
        (numbers(&test, 0), numbers(&test, 1)),
        (vec![0, 30], vec![15])
    );
    // A column can also be the attribute's other value.
    let female = attributes::parse("gender:male/female").unwrap();
    let train = Listing::open(data, layout, Split::Train, &female).unwrap();
    assert!(numbers(&train, 1).contains(&4) && numbers(&train, 0).contains(&2));
}

#[test]
fn celeba_is_split_by_its_partition_file() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path();
    celeba(data, "img_align_celeba", "list_attr_celeba.txt", 9);
    let rows = (0..9).map(|i| format!("{i}.png {}\n", i % 3));
    fs::write(
        data.join("list_eval_partition.txt"),
        rows.collect::<String>(),
    )
    .unwrap();
    let attributes = attributes::parse("Smiling").unwrap();
    let open = |split| Listing::open(data, detect(data).unwrap(), split, &attributes).unwrap();
    let (train, test) = (open(Split::Train), open(Split::Test));
    assert_eq!(
        (numbers(&train, 0), numbers(&train, 1)),
        (vec![0, 6], vec![3])
    );
    assert_eq!(
        (numbers(&test, 0), numbers(&test, 1)),
        (vec![2, 8], vec![5])
    );
}

/// Attributes as a settings file has them.
fn smiling_settings(more: &str) -> AttributeSettings {
    let text = format!(
        "attributes = [{{ name = 'smiling', label = 'Smile', off = 'neutral', on = 'smiling', \
         strength_range = [-1, 1.5], {more} }}]"
    );
    let mut table: toml::Table = text.parse().unwrap();
    table.remove("attributes").unwrap().try_into().unwrap()
}

#[test]
fn training_pictures_with_a_column_set_are_no_examples_of_one_value() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path();
    celeba_hq(data, 32);
    let all = smiling_settings("");
    let fewer = smiling_settings("off_without = ['bald', 'MALE']");
    let open = |settings: &AttributeSettings, split| {
        Listing::open(data, Layout::CelebAMaskHq, split, settings).unwrap()
    };
    let (before, after) = (open(&all, Split::Train), open(&fewer, Split::Train));
    // Even pictures are neutral, and male where i / 2 is odd.
    let (mut expected, others) = numbers(&before, 0)
        .into_iter()
        .partition::<Vec<_>, _>(|i| i / 2 % 2 == 0);
    assert_eq!(after.examples, [expected.len(), before.files[1].len()]);
    assert!(!others.is_empty());
    expected.extend(others);
    assert_eq!(numbers(&after, 0), expected);
    assert_eq!(after.files[1], before.files[1]);
    let (before, after) = (open(&all, Split::Test), open(&fewer, Split::Test));
    assert!(after.files == before.files && after.examples == before.examples);

    let fewer = smiling_settings("on_without = ['Male']");
    let after = open(&fewer, Split::Train);
    let examples = &numbers(&after, 1)[..after.examples[1]];
    assert!(examples.iter().all(|i| i / 2 % 2 == 0));
    // What is written down reads back.
    let text = toml::to_string(&std::collections::BTreeMap::from([("a", &fewer)])).unwrap();
    let mut read: toml::Table = text.parse().unwrap();
    let read: AttributeSettings = read.remove("a").unwrap().try_into().unwrap();
    assert_eq!(read, fewer);
}

/// Faces that are no examples are edited like others; the discriminator does not learn from them.
#[test]
fn a_batch_says_which_faces_are_examples_also_from_a_pack() {
    let temporary = tempfile::tempdir().unwrap();
    celeba_hq(temporary.path(), 32);
    let packed = temporary.path().join("faces.safetensors");
    let config = crate::small::config(&[]);
    let settings = smiling_settings("off_without = ['male']");
    pack::pack(temporary.path(), &packed, &config.architecture, &settings).unwrap();
    let none = Rendering {
        faces_per_domain: 0,
        seed: 0,
    };
    let batches = [temporary.path(), &packed].map(|data| {
        let data = DataSet::open(data, &config.architecture, &settings, none).unwrap();
        let sampler = Sampler {
            augmentation: trainer::config::Augmentation::default(),
            real: data.train,
            synthetic: None,
            twins: None,
            targets: Targets::Other,
            seed: 1,
        };
        sampler.host_batch(1, 2000)
    });
    let [files, pack] = &batches;
    assert_eq!(files.examples, pack.examples);
    assert_eq!(files.bytes, pack.bytes);
    let share = |t: Tensor| t.to_kind(Kind::Double).mean(Kind::Double).double_value(&[]);
    // Half of the neutral faces are male, and half of the batch is neutral.
    let examples = share(files.examples.shallow_clone());
    assert!((examples - 0.75).abs() < 0.05, "{examples}");
    let smiling_alone = share(files.source.eq(1) * (1.0 - &files.examples));
    assert_eq!(smiling_alone, 0.0);
}

#[test]
fn only_columns_that_the_data_has_tell_examples() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path();
    celeba_hq(data, 16);
    let wrong = smiling_settings("off_without = ['Mail']");
    let error = Listing::open(data, Layout::CelebAMaskHq, Split::Train, &wrong).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("attributes[0].off_without"), "{message}");
    assert!(message.contains("did you mean Male?"), "{message}");
    let folders = tempfile::tempdir().unwrap();
    crate::small::data(folders.path());
    let error = Listing::open(folders.path(), Layout::Folders, Split::Train, &wrong).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("attributes[0].off_without"), "{message}");
    assert!(message.contains("no table of annotations"), "{message}");
}

#[test]
fn a_pack_says_what_is_no_example_in_it() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    celeba_hq(temporary.path(), 32);
    let packed = temporary.path().join("faces.safetensors");
    let config = crate::small::config(&[]);
    let (all, fewer) = (
        smiling_settings(""),
        smiling_settings("off_without = ['male']"),
    );
    let none = Rendering {
        faces_per_domain: 0,
        seed: 0,
    };
    let open = |settings| DataSet::open(&packed, &config.architecture, settings, none);
    pack::pack(temporary.path(), &packed, &config.architecture, &all).unwrap();
    let message = open(&fewer).unwrap_err().to_string();
    assert!(message.contains("no_examples: found nothing"), "{message}");
    pack::pack(temporary.path(), &packed, &config.architecture, &fewer).unwrap();
    assert_eq!(open(&fewer).unwrap().train.domains(), 2);
    // An evaluation knows nothing of the settings, and takes the pack as it is.
    assert_eq!(open(&all).unwrap().train.domains(), 2);
}

#[test]
fn a_wrong_attribute_name_lists_the_known_and_the_nearest() {
    let temporary = tempfile::tempdir().unwrap();
    celeba_hq(temporary.path(), 16);
    let error = error_of(temporary.path(), "Smilling");
    assert!(error.is_usage());
    let message = error.to_string();
    assert!(message.contains("did you mean Smiling?"), "{message}");
    assert!(message.contains("Bald, Male, Smiling"), "{message}");
    let error = attributes::parse("smile,moustache").unwrap();
    let error = trainer::data::synthetic::check(&error).unwrap_err();
    assert!(
        error.to_string().contains("smile, glasses, beard"),
        "{error}"
    );
}

#[test]
fn a_table_that_disagrees_with_its_folder_gives_counts_and_first_names() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path();
    celeba_hq(data, 16);
    fs::rename(
        data.join("CelebA-HQ-img/3.png"),
        data.join("CelebA-HQ-img/stray.png"),
    )
    .unwrap();
    fs::remove_file(data.join("CelebA-HQ-img/5.png")).unwrap();
    let message = error_of(data, "Smiling").to_string();
    assert!(message.contains("lists 16 pictures"), "{message}");
    assert!(message.contains("holds 15"), "{message}");
    assert!(message.contains("only listed: 3.png, 5.png"), "{message}");
    assert!(
        message.contains("only in the folder: stray.png"),
        "{message}"
    );
    let table = data.join("CelebAMask-HQ-attribute-anno.txt");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen("16", "17", 1)).unwrap();
    let message = error_of(data, "Smiling").to_string();
    assert!(
        message.contains("says 17 pictures, but 16 rows"),
        "{message}"
    );
}

#[test]
fn an_empty_combination_of_values_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    celeba_hq(temporary.path(), 16);
    let message = error_of(temporary.path(), "Bald,Smiling").to_string();
    assert!(message.contains("\"bald+not-smiling\""), "{message}");
    assert!(message.contains("use fewer attributes"), "{message}");
}

#[test]
fn an_unknown_layout_says_what_is_there_and_what_is_expected() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("notes.txt"), "").unwrap();
    let message = detect(temporary.path()).unwrap_err().to_string();
    assert!(message.contains("found notes.txt"), "{message}");
    assert!(message.contains("train/ and test/"), "{message}");
    assert!(message.contains("img_align_celeba"), "{message}");
}

#[test]
fn procedural_faces_come_in_every_combination_of_their_attributes() {
    let config = crate::small::config(&[]);
    let attributes = attributes::parse("smile,glasses,mouth-open").unwrap();
    let open = || {
        DataSet::open(
            "synthetic".as_ref(),
            &config.architecture,
            &attributes,
            Rendering {
                faces_per_domain: 3,
                seed: 5,
            },
        )
    };
    let (data, again) = (open().unwrap(), open().unwrap());
    assert_eq!(data.train.domains(), 8);
    assert_eq!(data.train.bytes(23), again.train.bytes(23));
    // Other people, also for small seeds: streams of domains lie side by side.
    let test = data.test.unwrap();
    let difference = |a: &[u8], b: &[u8]| {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() / a.len() as u64
    };
    for i in 0..24 {
        for j in 0..24 {
            let found = difference(data.train.bytes(i), test.bytes(j));
            assert!(found > 2, "training face {i} is test face {j}");
        }
    }
}

#[test]
fn batches_draw_every_domain_evenly_and_targets_as_the_settings_say() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = crate::small::data(temporary.path());
    // Three faces smile and one does not.
    for seed in 1..3 {
        fs::remove_file(folder.join(format!("train/neutral/{seed}.png"))).unwrap();
    }
    let config = crate::small::config(&[]);
    let none = Rendering {
        faces_per_domain: 0,
        seed: 0,
    };
    let data = DataSet::open(&folder, &config.architecture, &config.attributes, none).unwrap();
    for (targets, kept) in [(Targets::Any, 0.5), (Targets::Other, 0.0)] {
        let sampler = Sampler {
            augmentation: trainer::config::Augmentation::default(),
            real: data.train.clone(),
            synthetic: None,
            twins: None,
            targets,
            seed: 1,
        };
        let batch = sampler.host_batch(1, 2000);
        let share = |t: Tensor| t.to_kind(Kind::Double).mean(Kind::Double).double_value(&[]);
        let smiling = share(batch.source.shallow_clone());
        assert!((smiling - 0.5).abs() < 0.04, "{smiling}");
        let same = share(batch.source.eq_tensor(&batch.target));
        assert!((same - kept).abs() < 0.04, "{targets:?}: {same}");
    }
}
