//! Groups of two ranks, each on a thread of this process. NCCL's place is taken by `nccl/stand_in.c`, which has its
//! functions for main memory: no test of this program has run on a GPU.

use super::{
    Facts, Group, Launch,
    group::Engine,
    nccl::{self, Nccl},
    store::{Store, StoreAddress},
};
use crate::error::TrainError;
use std::{
    ffi::CString,
    fs,
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};
use tch::{Device, Kind, Tensor};

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn launch(rank: usize, port: u16, store_is_served: bool) -> Launch {
    Launch {
        rank,
        ranks: 2,
        local_rank: rank,
        local_ranks: Some(2),
        host: "127.0.0.1".into(),
        port,
        store_is_served,
        meeting: "test".into(),
    }
}

/// What both ranks return of `work`, connected by Gloo.
fn on_both<T: Send + 'static>(port: u16, store_is_served: bool, work: fn(&Group) -> T) -> [T; 2] {
    on_both_over(|| Engine::Gloo, port, store_is_served, work)
}

fn on_both_over<T: Send + 'static>(
    engine: impl Fn() -> Engine,
    port: u16,
    store_is_served: bool,
    work: fn(&Group) -> T,
) -> [T; 2] {
    [0, 1]
        .map(|rank| {
            let engine = engine();
            thread::spawn(move || {
                let stop = Arc::new(AtomicBool::new(false));
                let launch = launch(rank, port, store_is_served);
                let group = Group::join_over(engine, launch, &stop).unwrap();
                let found = work(&group);
                group.leave(Ok(())).unwrap();
                found
            })
        })
        .map(|thread| thread.join().unwrap())
}

/// The stand-in for NCCL, compiled into `folder`, without the functions named in `lacks`.
fn stand_in(folder: &Path, lacks: &[&str]) -> CString {
    let library = folder.join(format!("libnccl-{}.so.2", lacks.len()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ranks/nccl/stand_in.c");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source);
    compiler.args(lacks.iter().map(|name| format!("-D{name}=another_name")));
    assert!(compiler.status().unwrap().success());
    CString::new(library.to_str().unwrap()).unwrap()
}

#[test]
fn two_ranks_average_share_and_agree() {
    average_share_and_agree(|| Engine::Gloo);
}

#[test]
fn two_ranks_average_share_and_agree_by_the_functions_of_nccl() {
    let temporary = tempfile::tempdir().unwrap();
    let library = nccl::Library::open(&stand_in(temporary.path(), &[])).unwrap();
    // The device whose tensors it reaches is the CPU here: all that is averaged and shared goes through it.
    average_share_and_agree(|| Engine::Nccl(library, Device::Cpu));
}

fn average_share_and_agree(engine: impl Fn() -> Engine) {
    let found = on_both_over(engine, free_port(), false, |group| {
        let own = group.rank() as f32;
        let rows = group.rows(8).unwrap();
        assert!(group.rows(7).is_err());
        // x^2 of the mean x of both, 0.5: its gradient is 2 * 0.5 times that of this rank's x.
        let x = Tensor::from(own).set_requires_grad(true);
        let square = group.mean(x.shallow_clone()).square();
        let slope = Tensor::run_backward(&[&square], &[&x], false, false).remove(0);
        let gradients = vec![
            Tensor::new(),
            Tensor::from_slice2(&[[own, 1.0], [2.0, 3.0 * own]]),
        ];
        let averaged = group.averaged(gradients);
        assert!(!averaged[0].defined());
        let averaged = Vec::<f32>::try_from(averaged[1].reshape([-1])).unwrap();
        let of_first = Tensor::from_slice(&[own + 5.0, own]);
        group.broadcast([of_first.shallow_clone()]).unwrap();
        (
            rows,
            [square.double_value(&[]), slope.double_value(&[])],
            averaged,
            Vec::<f32>::try_from(of_first).unwrap(),
            group.number_of_first(7 + group.rank() as u64).unwrap(),
            [
                group.any(group.rank() == 1).unwrap(),
                group.any(false).unwrap(),
            ],
            group.mean_figures(vec![1.0, f64::from(own)]).unwrap(),
        )
    });
    let [(first_rows, ..), (second_rows, ..)] = &found;
    assert_eq!((first_rows.clone(), second_rows.clone()), (0..4, 4..8));
    for (_, mean, averaged, of_first, number, any, figures) in found {
        assert_eq!(mean, [0.25, 1.0]);
        assert_eq!(averaged, [0.5, 1.0, 2.0, 1.5]);
        assert_eq!(of_first, [5.0, 0.0]);
        assert_eq!(number, 7);
        assert_eq!(any, [true, false]);
        assert_eq!(figures, [1.0, 0.5]);
    }
}

#[test]
fn ranks_meet_at_a_store_that_their_launcher_serves() {
    let port = free_port();
    let address = StoreAddress {
        host: "127.0.0.1".into(),
        port,
        prefix: "launcher".into(),
        timeout: Duration::from_mins(1),
    };
    let _served = Store::open(&address, true).unwrap();
    let found = on_both(port, true, |group| group.any(group.leads()).unwrap());
    assert_eq!(found, [true, true]);
}

#[test]
fn a_rank_with_other_settings_is_named_and_the_other_hears_of_it() {
    let port = free_port();
    let messages = [0, 1]
        .map(|rank| {
            thread::spawn(move || {
                let stop = Arc::new(AtomicBool::new(false));
                let group =
                    Group::join(Some(launch(rank, port, false)), Device::Cpu, &stop).unwrap();
                let facts = Facts::new([("settings", format!("seed = {rank}"))]);
                let ended = group.check_same("settings", &facts);
                group.leave(ended).unwrap_err()
            })
        })
        .map(|thread| thread.join().unwrap());
    assert!(matches!(messages[1], TrainError::Usage(_)));
    let [first, second] = messages.map(|error| error.to_string());
    assert!(
        second.contains("rank 1 has seed = 1, rank 0 has seed = 0"),
        "{second}"
    );
    assert!(
        first.contains("rank 1 of 2 ended") && first.contains(&second),
        "{first}"
    );
}

/// Both ranks of NCCL's stand-in, in a group of their own.
fn nccl_on_both<T: Send + 'static>(work: fn(&Nccl, &Path, usize) -> T) -> [T; 2] {
    let temporary = tempfile::tempdir().unwrap();
    let library = nccl::Library::open(&stand_in(temporary.path(), &[])).unwrap();
    let id = nccl::unique_id(&library).unwrap();
    let end = id.iter().position(|&byte| byte == 0).unwrap();
    let folder = Path::new(std::str::from_utf8(&id[..end]).unwrap()).to_owned();
    let found = [0, 1]
        .map(|rank| {
            let (id, folder) = (id.clone(), folder.clone());
            thread::spawn(move || {
                let nccl = Nccl::join(library, &id, rank, 2, Device::Cpu).unwrap();
                work(&nccl, &folder, rank)
            })
        })
        .map(|thread| thread.join().unwrap());
    fs::remove_dir_all(folder).unwrap();
    found
}

#[test]
fn nccl_gets_every_kind_of_tensor_in_one_order_and_copies_that_of_rank_0() {
    let found = nccl_on_both(|nccl, _, rank| {
        let own = rank as i64 + 1;
        let kinds = [Kind::Float, Kind::Double, Kind::Int64];
        kinds.map(|kind| {
            let mut sum = (Tensor::arange(5, (kind, Device::Cpu)) * own).to_kind(kind);
            let mut copy = sum.copy();
            nccl.sum(&mut sum).unwrap();
            nccl.broadcast(&mut copy).unwrap();
            nccl.check().unwrap();
            [sum, copy].map(|t| Vec::<f64>::try_from(t.to_kind(Kind::Double)).unwrap())
        })
    });
    for of_rank in found {
        for [sum, copy] in of_rank {
            assert_eq!(sum, [0.0, 3.0, 6.0, 9.0, 12.0]);
            assert_eq!(copy, [0.0, 1.0, 2.0, 3.0, 4.0]);
        }
    }
}

#[test]
fn what_nccl_cannot_do_is_said_in_its_own_words() {
    let found = nccl_on_both(|nccl, folder, rank| {
        let spread = |size| Tensor::zeros([size, 2], tch::kind::FLOAT_CPU).select(1, 0);
        let refused = nccl.sum(&mut spread(3)).unwrap_err();
        let kind = Tensor::zeros([2], (Kind::Uint8, Device::Cpu));
        let other_kind = nccl.sum(&mut { kind }).unwrap_err();
        // Sizes that differ never meet.
        let mut uneven = Tensor::zeros([rank as i64 + 1], tch::kind::FLOAT_CPU);
        let alone = nccl.sum(&mut uneven).unwrap_err();
        fs::write(folder.join("fault"), "").unwrap();
        let on_device = nccl.check().unwrap_err();
        let communicator = nccl.communicator();
        communicator.abort();
        communicator.abort();
        let parted = nccl.sum(&mut Tensor::zeros([2], tch::kind::FLOAT_CPU));
        [refused, other_kind, alone, on_device, parted.unwrap_err()]
    });
    for [refused, other_kind, alone, on_device, parted] in found {
        assert!(refused.contains("expected a contiguous one"), "{refused}");
        assert!(
            other_kind.contains("found a tensor of Uint8"),
            "{other_kind}"
        );
        assert!(
            alone.starts_with("ncclAllReduce: no answer from a rank (ncclResult_t 2)"),
            "{alone}"
        );
        assert!(on_device.starts_with("NCCL: no answer"), "{on_device}");
        assert_eq!(parted, "the ranks have parted");
    }
}

#[test]
fn nccl_that_is_missing_or_of_another_kind_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    let reason = nccl::Library::open(c"/nowhere/libnccl.so.2").unwrap_err();
    assert!(reason.contains("libnccl.so.2: cannot open"), "{reason}");
    let old = stand_in(temporary.path(), &["ncclCommAbort"]);
    let reason = nccl::Library::open(&old).unwrap_err();
    assert!(reason.ends_with("has no ncclCommAbort"), "{reason}");
    if nccl::Library::open(nccl::LIBRARY).is_ok() {
        return;
    }
    // A group on a GPU says it before it meets anybody.
    let stop = Arc::new(AtomicBool::new(false));
    let launch = launch(1, free_port(), false);
    let error = Group::join(Some(launch), Device::Cuda(0), &stop).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("rank 1 of 2: ranks on GPUs need NCCL"),
        "{text}"
    );
}
