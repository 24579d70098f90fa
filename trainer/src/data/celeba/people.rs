//! Who is on which picture: CelebA's `identity_CelebA.txt`.

use super::{Names, Pictures, Split, files::Files, partition, table::Table, text};
use crate::error::TrainError;
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

/// The pictures of every person, by the name that the table has for the person.
pub(in crate::data) type People = BTreeMap<String, Vec<PathBuf>>;

/// Lists the pictures of `split` by person, each person's sorted by the table of attributes.
///
/// # Errors
/// [`TrainError::Data`] where there is no table of people, or one that is malformed or does not know a picture.
pub(in crate::data) fn people(
    data: &Path,
    names: &Names,
    split: Split,
) -> Result<People, TrainError> {
    let found = Files::find(data, names)?;
    let wrong = |path: &Path, reason: String| TrainError::Data {
        path: path.into(),
        reason,
    };
    let Some(path) = &found.people else {
        let name = names.people.unwrap_or("a table of people");
        return Err(wrong(
            data,
            format!(
                "no {name} (.txt or .csv) here or in a folder below: nothing says who is on which picture"
            ),
        ));
    };
    let persons = read(path)?;
    let table = Table::read(&found.annotation)?;
    let pictures = Pictures::match_up(&table, &found)?;
    let partition = partition(data, names, &found, &pictures)?;
    let mut people = People::new();
    for (index, picture) in pictures.of_rows.iter().enumerate() {
        let Some(picture) = picture else {
            continue;
        };
        if partition.split(index, &picture.stem) != Some(split) {
            continue;
        }
        let person = persons.get(&picture.stem).ok_or_else(|| {
            wrong(
                path,
                format!(
                    "found no row for {}, expected one per picture",
                    picture.name
                ),
            )
        })?;
        let path = found.pictures.join(&picture.name);
        people.entry(person.clone()).or_default().push(path);
    }
    Ok(people)
}

/// Reads a row per picture, its name and who is on it: persons by the pictures' stems.
fn read(path: &Path) -> Result<HashMap<String, String>, TrainError> {
    let table = text::read(path)?;
    let mut persons = HashMap::new();
    for (position, (number, line)) in text::lines(&table).enumerate() {
        match text::cells(line).as_slice() {
            // In a heading the second cell is a word, e.g. `image_id,identity`.
            [name, person] if person.parse::<u64>().is_ok() => {
                let before = persons.insert(text::stem(name), (*person).to_owned());
                if before.is_some_and(|before| before != *person) {
                    return Err(TrainError::Data {
                        path: path.into(),
                        reason: format!("line {number}: {name} is listed twice, as two people"),
                    });
                }
            }
            _ if position == 0 => {}
            _ => {
                return Err(TrainError::Data {
                    path: path.into(),
                    reason: format!(
                        "line {number}: found {line:?}, expected a picture and the number of a person"
                    ),
                });
            }
        }
    }
    Ok(persons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::celeba::CELEBA;
    use std::fs;

    #[test]
    fn damaged_tables_of_people_are_refused_or_read() {
        let folder = fuzz::folder().unwrap();
        let data = folder.path();
        fs::create_dir(data.join("img_align_celeba")).unwrap();
        let names = ["0.png", "1.png", "2.png"];
        let mut attributes = "3\nSmiling Male\n".to_owned();
        for name in names {
            // Their names are all that is asked for.
            fs::write(data.join("img_align_celeba").join(name), "").unwrap();
            attributes += &format!("{name} 1 -1\n");
        }
        fs::write(data.join("list_attr_celeba.txt"), attributes).unwrap();
        let partition = "0.png 0\n1.png 0\n2.png 2\n";
        fs::write(data.join("list_eval_partition.txt"), partition).unwrap();
        let seeds = [
            "0.png 7\n1.png 7\n2.png 9\n",
            "image_id,identity\r\n0.png,7\r\n",
        ];
        let table = data.join("identity_CelebA.txt");
        fs::write(&table, seeds[0]).unwrap();
        let found = people(data, &CELEBA, Split::Train).expect("the seed is valid");
        assert_eq!(found.len(), 1);
        fuzz::check("people-table", &seeds, |input| {
            fs::write(&table, input).unwrap();
            let _ = people(data, &CELEBA, Split::Train);
        });
    }
}
