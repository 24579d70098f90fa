//! Groups of two ranks, each on a thread of this process.

use super::{
    Facts, Group, Launch,
    store::{Store, StoreAddress},
};
use crate::error::TrainError;
use std::{
    net::TcpListener,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};
use tch::{Device, Tensor};

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

/// What both ranks return of `work`.
fn on_both<T: Send + 'static>(port: u16, store_is_served: bool, work: fn(&Group) -> T) -> [T; 2] {
    [0, 1]
        .map(|rank| {
            thread::spawn(move || {
                let stop = Arc::new(AtomicBool::new(false));
                let launch = launch(rank, port, store_is_served);
                let group = Group::join(Some(launch), Device::Cpu, &stop).unwrap();
                let found = work(&group);
                group.leave(Ok(())).unwrap();
                found
            })
        })
        .map(|thread| thread.join().unwrap())
}

#[test]
fn two_ranks_average_share_and_agree() {
    let found = on_both(free_port(), false, |group| {
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
