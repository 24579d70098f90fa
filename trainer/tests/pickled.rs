//! Writes what `torch.save` writes: a pickle and the tensors' bytes, in a zip file or, as before PyTorch 1.6, one
//! behind the other.

use std::{fs::File, io::Write, path::Path};
use tch::Tensor;
use trainer::weights::Weights;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// `torch.save({key: state dictionary, …}, path)`; the entries under an empty key go to the top. Tensors are kept
/// with the strides they have.
pub fn save(path: &Path, dictionaries: &[(&str, &Weights)]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let Written { pickle, storages } = written(dictionaries);
    for (key, values) in storages.iter().enumerate() {
        zip.start_file(format!("archive/data/{key}"), stored)
            .unwrap();
        zip.write_all(&bytes(values)).unwrap();
    }
    zip.start_file("archive/data.pkl", stored).unwrap();
    zip.write_all(&pickle).unwrap();
    zip.finish().unwrap();
}

/// The same in the format before PyTorch 1.6.
pub fn save_legacy(path: &Path, dictionaries: &[(&str, &Weights)]) {
    let Written { pickle, storages } = written(dictionaries);
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.");
    file.extend(b"\x80\x02}q\x00X\x0d\0\0\0little_endianq\x01\x88s.");
    file.extend(pickle);
    file.extend(b"\x80\x02](");
    for key in 0..storages.len() {
        text(&mut file, &key.to_string());
    }
    file.extend(b"e.");
    for values in &storages {
        file.extend((values.len() as u64).to_le_bytes());
        file.extend(bytes(values));
    }
    std::fs::write(path, file).unwrap();
}

/// A pickle, and the numbers outside of it.
struct Written {
    pickle: Vec<u8>,
    storages: Vec<Vec<f32>>,
}

fn written(dictionaries: &[(&str, &Weights)]) -> Written {
    // Protocol 2, an empty dictionary, a mark behind which its items follow.
    let mut pickle = b"\x80\x02}(".to_vec();
    let mut storages = Vec::new();
    for (key, tensors) in dictionaries {
        if !key.is_empty() {
            text(&mut pickle, key);
            pickle.extend(b"}(");
        }
        for (name, tensor) in *tensors {
            let tensor = tensor.detach();
            let values = memory(&tensor);
            text(&mut pickle, name);
            rebuilt(
                &mut pickle,
                &tensor,
                &storages.len().to_string(),
                values.len(),
            );
            storages.push(values);
        }
        if !key.is_empty() {
            // The items go into the dictionary.
            pickle.push(b'u');
        }
    }
    pickle.extend(b"u.");
    Written { pickle, storages }
}

/// A tensor's numbers in the order of memory.
fn memory(tensor: &Tensor) -> Vec<f32> {
    let sides = tensor.size().into_iter().zip(tensor.stride());
    let last: i64 = sides.map(|(side, stride)| (side - 1) * stride).sum();
    Vec::try_from(tensor.as_strided([last + 1], [1], 0)).unwrap()
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// `_rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())`.
fn rebuilt(pickle: &mut Vec<u8>, tensor: &Tensor, storage: &str, elements: usize) {
    pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(pickle, "storage");
    pickle.extend(b"ctorch\nFloatStorage\n");
    text(pickle, storage);
    text(pickle, "cpu");
    integer(pickle, elements as i64);
    // The tuple names a storage outside of the pickle.
    pickle.extend(b"tQ");
    integer(pickle, 0);
    for numbers in [tensor.size(), tensor.stride()] {
        pickle.push(b'(');
        numbers.iter().for_each(|&number| integer(pickle, number));
        pickle.push(b't');
    }
    pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
}

fn text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.as_bytes());
}

fn integer(pickle: &mut Vec<u8>, number: i64) {
    pickle.push(b'J');
    pickle.extend((number as i32).to_le_bytes());
}
