//! Python's pickle machine, for the instructions that tensors and plain containers take. It makes objects of its
//! own and calls nothing.

use super::{
    names::Name,
    object::{Id, Object, StorageRecord, TensorRecord},
};
use std::{collections::HashMap, io::Read, rc::Rc};

/// Longest pickle in bytes; the tensors' numbers lie outside of it, and thousands of tensors take less than one.
const LONGEST: u64 = 64 << 20;
/// Most objects of a pickle.
const MOST_OBJECTS: usize = 1_000_000;
/// Most sides of a tensor.
const MOST_SIDES: usize = 16;

/// The objects of one pickle.
#[derive(Debug, Default)]
pub(crate) struct Pickle {
    objects: Vec<Object>,
    root: Id,
}

impl Pickle {
    /// Reads one pickle from where `source` is, and leaves it behind that pickle's last byte.
    ///
    /// # Errors
    /// What was found and what was expected: a name that is not of tensors and plain containers, an impossible
    /// tensor, an unknown instruction, an end too early. `file_bytes` bounds what a tensor may be.
    pub(crate) fn read(source: &mut impl Read, file_bytes: u64) -> Result<Self, String> {
        let mut machine = Machine {
            source: source.take(LONGEST),
            file_bytes,
            objects: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            copied: 0,
        };
        while !machine.step()? {}
        let root = machine.pop()?;
        Ok(Self {
            objects: machine.objects,
            root,
        })
    }

    /// What the pickle is of.
    pub(crate) fn root(&self) -> &Object {
        self.get(self.root)
    }

    /// Every object.
    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// An object by its position.
    pub(crate) fn get(&self, id: Id) -> &Object {
        self.objects.get(id).unwrap_or(&Object::Plain)
    }
}

struct Machine<R> {
    source: std::io::Take<R>,
    file_bytes: u64,
    objects: Vec<Object>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// Entries of dictionaries made of lists: each list may be named often.
    copied: usize,
}

const TENSOR: &str = "found a tensor made of something else, expected a storage, an offset, sides and strides that \
                      are in this file";

impl<R: Read> Machine<R> {
    /// Carries out one instruction; `true` after the last one.
    fn step(&mut self) -> Result<bool, String> {
        match self.byte()? {
            // Protocol and frame: nothing depends on them.
            0x80 => drop(self.byte()?),
            0x95 => drop(self.bytes::<8>()?),
            b'.' => return Ok(true),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'N' | 0x88 | 0x89 => self.push(Object::Plain)?,
            b'G' => {
                self.bytes::<8>()?;
                self.push(Object::Plain)?;
            }
            b'K' => {
                let number = self.byte()?;
                self.push(Object::Integer(number.into()))?;
            }
            b'M' => {
                let number = u16::from_le_bytes(self.bytes()?);
                self.push(Object::Integer(number.into()))?;
            }
            b'J' => {
                let number = i32::from_le_bytes(self.bytes()?);
                self.push(Object::Integer(number.into()))?;
            }
            0x8a => self.long()?,
            // Python 2's strings, and text.
            b'U' | 0x8c => {
                let length = self.byte()?;
                self.text(length.into())?;
            }
            b'T' | b'X' => {
                let length = u32::from_le_bytes(self.bytes()?);
                self.text(length.into())?;
            }
            0x8d => {
                let length = u64::from_le_bytes(self.bytes()?);
                self.text(length)?;
            }
            b']' => self.push(Object::List(Vec::new()))?,
            b'}' => self.push(Object::Dictionary(Vec::new()))?,
            b')' => self.push(Object::Tuple(Vec::new()))?,
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Object::Tuple(items))?;
            }
            count @ 0x85..=0x87 => {
                let from = self.stack.len().checked_sub(usize::from(count - 0x84));
                let items = self.stack.split_off(from.ok_or("found too few objects")?);
                self.push(Object::Tuple(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.extend_list(vec![item])?;
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.extend_list(items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.extend_dictionary(&[key, value])?;
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.extend_dictionary(&items)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.name(&module, &name)?;
            }
            0x93 => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                self.name(&module, &name)?;
            }
            b'q' => {
                let place = self.byte()?;
                self.memo.insert(place.into(), self.top()?);
            }
            b'r' => {
                let place = u32::from_le_bytes(self.bytes()?);
                self.memo.insert(place, self.top()?);
            }
            0x94 => {
                let place = u32::try_from(self.memo.len()).map_err(|e| e.to_string())?;
                self.memo.insert(place, self.top()?);
            }
            b'h' => {
                let place = self.byte()?;
                self.recall(place.into())?;
            }
            b'j' => {
                let place = u32::from_le_bytes(self.bytes()?);
                self.recall(place)?;
            }
            b'Q' => self.storage()?,
            // `callable(*arguments)`, and `class.__new__(class, *arguments)`.
            b'R' | 0x81 => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                let made = self.called(callable, arguments)?;
                self.stack.push(made);
            }
            // The state of a container, such as the versions of a state dictionary's modules.
            b'b' => drop((self.pop()?, self.top()?)),
            other => {
                return Err(format!(
                    "found the instruction 0x{other:02x}, expected one of tensors and plain containers"
                ));
            }
        }
        Ok(false)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        let ended = |_| "found its end before that of its objects: it was cut off".to_owned();
        self.source.read_exact(&mut bytes).map_err(ended)?;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, String> {
        let [byte] = self.bytes()?;
        Ok(byte)
    }

    fn line(&mut self) -> Result<String, String> {
        const LONGEST_NAME: usize = 512;
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                _ if line.len() == LONGEST_NAME => return Err("found a name without end".into()),
                byte => line.push(byte),
            }
        }
    }

    fn text(&mut self, length: u64) -> Result<(), String> {
        // Grows with what is really there, whatever the length says.
        let mut bytes = Vec::new();
        let read = (&mut self.source).take(length).read_to_end(&mut bytes);
        if read.map_err(|e| e.to_string())? as u64 != length {
            return Err("found its end before that of a text: it was cut off".into());
        }
        self.push(Object::Text(String::from_utf8_lossy(&bytes).into()))
    }

    /// An integer of up to 16 bytes, the lowest first.
    fn long(&mut self) -> Result<(), String> {
        let length = usize::from(self.byte()?);
        if length > 16 {
            return Err(format!(
                "found an integer of {length} bytes, expected at most 16"
            ));
        }
        let mut bytes = [0; 16];
        for byte in &mut bytes[..length] {
            *byte = self.byte()?;
        }
        if length > 0 && bytes[length - 1] >= 0x80 {
            bytes[length..].fill(0xff);
        }
        self.push(Object::Integer(i128::from_le_bytes(bytes)))
    }

    fn push(&mut self, object: Object) -> Result<(), String> {
        if self.objects.len() == MOST_OBJECTS {
            return Err(format!("found more than {MOST_OBJECTS} objects"));
        }
        self.stack.push(self.objects.len());
        self.objects.push(object);
        Ok(())
    }

    fn top(&self) -> Result<Id, String> {
        Ok(*self.stack.last().ok_or("found too few objects")?)
    }

    fn pop(&mut self) -> Result<Id, String> {
        Ok(self.stack.pop().ok_or("found too few objects")?)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().ok_or("found no mark")?;
        if mark > self.stack.len() {
            return Err("found too few objects behind a mark".into());
        }
        Ok(self.stack.split_off(mark))
    }

    fn pop_text(&mut self) -> Result<Rc<str>, String> {
        let id = self.pop()?;
        match &self.objects[id] {
            Object::Text(text) => Ok(Rc::clone(text)),
            _ => Err("found a name that is no text".into()),
        }
    }

    fn extend_list(&mut self, items: Vec<Id>) -> Result<(), String> {
        let list = self.top()?;
        match &mut self.objects[list] {
            Object::List(list) => list.extend(items),
            _ => return Err("found items of something else than a list".into()),
        }
        Ok(())
    }

    /// Keys and values in turn.
    fn extend_dictionary(&mut self, items: &[Id]) -> Result<(), String> {
        let dictionary = self.top()?;
        match (&mut self.objects[dictionary], items.as_chunks()) {
            (Object::Dictionary(entries), (pairs, [])) => entries.extend(pairs),
            (Object::Dictionary(_), _) => return Err("found a key without a value".into()),
            // Attributes of anything else: nothing here depends on them.
            _ => return Err("found entries of something else than a dictionary".into()),
        }
        Ok(())
    }

    fn name(&mut self, module: &str, name: &str) -> Result<(), String> {
        let found = Name::find(module, name).ok_or_else(|| {
            format!("found {module}.{name}, expected nothing but tensors and plain containers")
        })?;
        self.push(Object::Name(found))
    }

    fn recall(&mut self, place: u32) -> Result<(), String> {
        let id = self.memo.get(&place);
        self.stack.push(*id.ok_or("found a reference to nothing")?);
        Ok(())
    }

    fn tuple(&self, id: Id) -> Option<&[Id]> {
        match &self.objects[id] {
            Object::Tuple(items) | Object::List(items) => Some(items),
            _ => None,
        }
    }

    fn count(&self, id: Id) -> Option<u64> {
        match self.objects[id] {
            Object::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// `("storage", class, key, place, elements[, view])` becomes a storage; a view is `(key, start, elements)`.
    fn storage(&mut self) -> Result<(), String> {
        let id = self.pop()?;
        let storage = || {
            let parts = self.tuple(id)?;
            let (Object::Text(what), Object::Name(Name::Storage(element)), Object::Text(key)) = (
                &self.objects[*parts.first()?],
                &self.objects[*parts.get(1)?],
                &self.objects[*parts.get(2)?],
            ) else {
                return None;
            };
            let _ = self.count(*parts.get(4)?)?;
            let view = parts.get(5).and_then(|&view| self.tuple(view));
            let start = match view {
                Some(view) => self.count(*view.get(1)?)?,
                None => 0,
            };
            (&**what == "storage").then(|| StorageRecord {
                element: *element,
                key: Rc::clone(key),
                start,
            })
        };
        let found = storage().ok_or("found an object outside of the pickle, expected a storage")?;
        self.push(Object::Storage(found))
    }

    /// What a call of the allow-list makes.
    fn called(&mut self, callable: Id, arguments: Id) -> Result<Id, String> {
        let Object::Name(mut name) = self.objects[callable] else {
            return Err("found a call of something else than a name".into());
        };
        let mut arguments = arguments;
        if name == Name::FromType {
            let parts = self.tuple(arguments).unwrap_or_default();
            let [callable, _, inner, ..] = *parts else {
                return Err(TENSOR.into());
            };
            // Of a tensor only, or a file could let us call without end.
            if !matches!(self.objects[callable], Object::Name(Name::Tensor)) {
                return Err(TENSOR.into());
            }
            (name, arguments) = (Name::Tensor, inner);
        }
        let parts = self.tuple(arguments).unwrap_or_default();
        let first = parts.first().copied();
        let made = match name {
            Name::Tensor => Object::Tensor(self.tensor(parts).ok_or(TENSOR)?),
            Name::OrderedDict => Object::Dictionary(match first {
                None => Vec::new(),
                Some(pairs) => self.pairs(pairs).ok_or("found a dictionary of no pairs")?,
            }),
            // A parameter is its tensor, a `torch.Size` its tuple.
            Name::Same => return Ok(first.ok_or(TENSOR)?),
            Name::Storage(_) | Name::FromType => return Err(TENSOR.into()),
        };
        self.push(made)?;
        self.pop()
    }

    fn tensor(&self, arguments: &[Id]) -> Option<TensorRecord> {
        let [storage, offset, sides, strides, ..] = *arguments else {
            return None;
        };
        let Object::Storage(storage) = &self.objects[storage] else {
            return None;
        };
        let counts = |id: Id| -> Option<Vec<u64>> {
            let numbers = self.tuple(id).filter(|it| it.len() <= MOST_SIDES)?;
            numbers.iter().map(|&number| self.count(number)).collect()
        };
        let (sides, strides) = (counts(sides)?, counts(strides)?);
        let offset = self.count(offset)?.checked_add(storage.start)?;
        let elements = sides
            .iter()
            .try_fold(1_u64, |all, &side| all.checked_mul(side))?;
        // Every element takes a byte at least.
        let most = sides
            .iter()
            .fold(elements.max(offset), |most, &side| most.max(side));
        let is_in_file = most <= self.file_bytes;
        (is_in_file && sides.len() == strides.len()).then(|| TensorRecord {
            storage: storage.clone(),
            offset,
            sides,
            strides,
        })
    }

    /// Entries of a list of pairs, as Python 2 writes ordered dictionaries.
    fn pairs(&mut self, list: Id) -> Option<Vec<[Id; 2]>> {
        let count = self.tuple(list)?.len();
        self.copied += count;
        if self.copied > MOST_OBJECTS {
            return None;
        }
        let pair = |&pair: &Id| <[Id; 2]>::try_from(self.tuple(pair)?).ok();
        self.tuple(list)?.iter().map(pair).collect()
    }
}
