//! The table of attributes: a row per picture, a column per attribute.

use super::text;
use crate::{config::attributes::nearest, data::folder::is_picture_name, error::TrainError};
use model_spec::Attribute;
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

/// A table in memory.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    /// Names of the columns of values.
    attributes: Vec<String>,
    /// In the table's order.
    pub rows: Vec<Row>,
}

/// What is known of one picture.
#[derive(Debug)]
pub(super) struct Row {
    /// The picture's name, as it stands in the table.
    pub name: String,
    /// Value of every column; `None` for what is no number from -1 to 1.
    values: Vec<Option<i8>>,
    /// Line in the file, from 1 on.
    line: usize,
}

/// Where an attribute stands in a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    position: usize,
    /// Whether 1 is the attribute's `on` value.
    on: bool,
}

impl Column {
    /// Whether the attribute has its `on` value in `row`.
    pub(super) fn is_on(self, row: &Row) -> bool {
        (row.values[self.position] == Some(1)) == self.on
    }
}

impl Table {
    /// Reads the form of CelebA (a count, the attributes' names, rows), the same without the count, or a
    /// table with a heading for the pictures' column, too.
    pub(super) fn read(path: &Path) -> Result<Self, TrainError> {
        let text = text::read(path)?;
        let wrong = |line: usize, reason: String| TrainError::Data {
            path: path.into(),
            reason: format!("line {line}: {reason}"),
        };
        let mut lines = text::lines(&text).peekable();
        let count: Option<usize> = lines.peek().and_then(|(_, line)| line.parse().ok());
        if count.is_some() {
            lines.next();
        }
        let (line, heading) = lines.next().unwrap_or((1, ""));
        let heading = text::cells(heading);
        if heading.is_empty() || heading.iter().any(|cell| is_picture_name(cell)) {
            let found = heading.join(" ");
            return Err(wrong(
                line,
                format!("found {found:?}, expected the attributes' names"),
            ));
        }
        let mut columns = HashMap::new();
        for (position, name) in heading.iter().enumerate() {
            // Columns without a name are nobody's.
            if !name.is_empty()
                && let Some(before) = columns.insert(name.to_lowercase(), position)
            {
                let (first, second) = (before + 1, position + 1);
                return Err(wrong(
                    line,
                    format!(
                        "names {first} and {second} are both {name}, expected every column once"
                    ),
                ));
            }
        }
        let (mut rows, mut names) = (Vec::new(), HashSet::new());
        // Columns before the first attribute: the picture's name, seldom a running number before it.
        let mut first = None;
        for (line, row) in lines {
            let cells = text::cells(row);
            let first = *first.get_or_insert_with(|| {
                1 + cells.iter().position(|c| is_picture_name(c)).unwrap_or(0)
            });
            // The picture's column may have a heading.
            let expected = [heading.len(), heading.len() + 1];
            if !expected.contains(&cells.len()) || cells.len() <= first {
                return Err(wrong(
                    line,
                    format!(
                        "found {} cells, expected a picture and {} values",
                        cells.len(),
                        heading.len()
                    ),
                ));
            }
            if rows
                .first()
                .is_some_and(|row: &Row| row.values.len() != cells.len() - first)
            {
                return Err(wrong(
                    line,
                    format!("found {} cells, unlike the rows before", cells.len()),
                ));
            }
            let name = cells[first - 1].to_owned();
            if !names.insert(name.clone()) {
                return Err(wrong(line, format!("{name} is listed twice")));
            }
            let values = cells[first..].iter().map(|cell| value(cell)).collect();
            rows.push(Row { name, values, line });
        }
        if let Some(count) = count
            && rows.len() != count
        {
            return Err(wrong(
                1,
                format!("says {count} pictures, but {} rows follow", rows.len()),
            ));
        }
        let columns = rows
            .first()
            .map_or(heading.len(), |row: &Row| row.values.len());
        Ok(Self {
            path: path.into(),
            attributes: heading[heading.len() - columns.min(heading.len())..]
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            rows,
        })
    }

    /// Column of an attribute, and whether 1 in it is the attribute's `on` value.
    ///
    /// The column is the one called like the attribute or its `on` value, letter case aside; one
    /// called like its `off` value counts the other way round (`off = "male", on = "female"`).
    pub(super) fn column(&self, attribute: &Attribute) -> Result<Column, TrainError> {
        let on = self
            .position(&attribute.name)
            .or_else(|| self.position(&attribute.on));
        let found = on.map(|position| Column { position, on: true });
        let found = found.or_else(|| {
            let position = self.position(&attribute.off)?;
            Some(Column {
                position,
                on: false,
            })
        });
        let column = found.ok_or_else(|| self.no_column("attributes", &attribute.name))?;
        self.has_two_values(column.position)?;
        Ok(column)
    }

    /// The column that `setting` names, which need not be an attribute of the model.
    pub(super) fn named(&self, setting: &str, name: &str) -> Result<Column, TrainError> {
        let position = self
            .position(name)
            .ok_or_else(|| self.no_column(setting, name))?;
        self.has_two_values(position)?;
        Ok(Column { position, on: true })
    }

    /// Column called `name`, letter case aside.
    fn position(&self, name: &str) -> Option<usize> {
        let mut names = self.attributes.iter();
        names.position(|column| column.eq_ignore_ascii_case(name))
    }

    /// Refuses a column that holds anything but 1 and -1, or 1 and 0.
    fn has_two_values(&self, position: usize) -> Result<(), TrainError> {
        let name = &self.attributes[position];
        let wrong = |reason: String| TrainError::Data {
            path: self.path.clone(),
            reason,
        };
        let mut first_of: [Option<usize>; 3] = [None; 3];
        for row in &self.rows {
            let value = row.values[position]
                .ok_or_else(|| wrong(format!("line {}: {name}: expected 1 or -1", row.line)))?;
            first_of[(value + 1) as usize].get_or_insert(row.line);
        }
        match first_of {
            [Some(off), Some(unknown), _] => Err(wrong(format!(
                "{name}: found -1 (line {off}) and 0 (line {unknown}), expected two values, 1 and -1 or 1 \
                 and 0. An attribute has two values: remove the rows that have neither, or give the third \
                 value a column of its own"
            ))),
            _ => Ok(()),
        }
    }

    /// The error about a column that `setting` names and the table does not have.
    fn no_column(&self, setting: &str, name: &str) -> TrainError {
        let names = self.attributes.iter().map(String::as_str);
        let hint =
            nearest(name, names).map_or(String::new(), |name| format!("; did you mean {name}?"));
        TrainError::Usage(format!(
            "{}: {setting}: no attribute {name:?}{hint} Known: {}",
            self.path.display(),
            self.attributes.join(", ")
        ))
    }
}

fn value(cell: &str) -> Option<i8> {
    match cell.to_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" => Some(1),
        "-1" | "-1.0" => Some(-1),
        "0" | "0.0" | "false" | "no" => Some(0),
        _ => None,
    }
}
