//! Writes what `torch.save` writes: a zip file of one pickle and the tensors' bytes.

use std::{fs::File, io::Write, path::Path};
use tch::Tensor;
use trainer::weights::Weights;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// `torch.save({key: state dictionary, …}, path)`; the entries under an empty key go to the top.
pub fn save(path: &Path, dictionaries: &[(&str, &Weights)]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    // Protocol 2, an empty dictionary, a mark behind which its items follow.
    let mut pickle = b"\x80\x02}(".to_vec();
    let mut storages = 0;
    for (key, tensors) in dictionaries {
        if !key.is_empty() {
            text(&mut pickle, key);
            pickle.extend(b"}(");
        }
        for (name, tensor) in *tensors {
            let storage = storages.to_string();
            storages += 1;
            text(&mut pickle, name);
            rebuilt(&mut pickle, tensor, &storage);
            zip.start_file(format!("archive/data/{storage}"), stored)
                .unwrap();
            let values = Vec::<f32>::try_from(tensor.detach().reshape([-1])).unwrap();
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            zip.write_all(&bytes).unwrap();
        }
        if !key.is_empty() {
            // The items go into the dictionary.
            pickle.push(b'u');
        }
    }
    pickle.extend(b"u.");
    zip.start_file("archive/data.pkl", stored).unwrap();
    zip.write_all(&pickle).unwrap();
    zip.finish().unwrap();
}

/// `_rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())`.
fn rebuilt(pickle: &mut Vec<u8>, tensor: &Tensor, storage: &str) {
    pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(pickle, "storage");
    pickle.extend(b"ctorch\nFloatStorage\n");
    text(pickle, storage);
    text(pickle, "cpu");
    integer(pickle, tensor.numel() as i64);
    // The tuple names a storage outside of the pickle.
    pickle.extend(b"tQ");
    integer(pickle, 0);
    for numbers in [tensor.size(), tensor.contiguous().stride()] {
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
