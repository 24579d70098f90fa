//! Which process of how many this is, and where the others are.

use super::launchers::{LAUNCHERS, Launcher, MEETING};
use crate::error::TrainError;
use std::{num::NonZero, thread};

/// Port of rank 0 where the launcher names none, as libtorch's own.
const DEFAULT_PORT: u16 = 29500;

/// What a launcher tells each of its processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Launch {
    /// This process, from 0.
    pub rank: usize,
    /// How many there are, at least 2.
    pub ranks: usize,
    /// This process among those of its machine, from 0: its GPU.
    pub local_rank: usize,
    /// How many there are on this machine, where the launcher tells.
    pub local_ranks: Option<usize>,
    /// Machine of rank 0, where all meet.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the launcher serves the store at that address, as `torchrun` does; else rank 0 does.
    pub store_is_served: bool,
    /// Tells this start from others at the same address.
    pub meeting: String,
}

impl Launch {
    /// Reads the environment; nothing where no launcher started this process, or started it alone.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the variable that is missing or wrong.
    pub(crate) fn read() -> Result<Option<Self>, TrainError> {
        Self::of(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn of(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, TrainError> {
        let told =
            |launcher: &&Launcher| launcher.signs.iter().any(|name| variable(name).is_some());
        let Some(names) = LAUNCHERS.iter().find(told) else {
            return Ok(None);
        };
        let ranks = needed(variable, names.ranks, names.rank)?;
        let rank = needed(variable, names.rank, names.ranks)?;
        if rank >= ranks {
            let expected = format!("less than {}, which is {ranks}", names.ranks);
            return Err(wrong(names.rank, &rank.to_string(), &expected));
        }
        if ranks == 1 {
            return Ok(None);
        }
        let local_ranks: Option<usize> = variable(names.local_ranks).and_then(|n| n.parse().ok());
        let one_machine = local_ranks == Some(ranks);
        let host = match variable("MASTER_ADDR") {
            Some(host) => host,
            None if one_machine => "127.0.0.1".into(),
            None => {
                return Err(TrainError::Usage(format!(
                    "MASTER_ADDR: found nothing, expected the name or address of rank 0's machine, as {} is {ranks}",
                    names.ranks
                )));
            }
        };
        let port = match variable("MASTER_PORT") {
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(wrong("MASTER_PORT", &text, "a port, 1 to 65535")),
            },
            None => DEFAULT_PORT,
        };
        let local_rank = number(variable, names.local_rank)?.unwrap_or(rank);
        if let Some(count) = local_ranks.filter(|&count| local_rank >= count) {
            let expected = format!("less than {}, which is {count}", names.local_ranks);
            return Err(wrong(names.local_rank, &local_rank.to_string(), &expected));
        }
        let meeting: Vec<String> = MEETING.iter().filter_map(|name| variable(name)).collect();
        Ok(Some(Self {
            rank,
            ranks,
            local_rank,
            local_ranks,
            host,
            port,
            store_is_served: variable("TORCHELASTIC_USE_AGENT_STORE").as_deref() == Some("True"),
            meeting: meeting.join("/"),
        }))
    }

    /// Whether all ranks are surely on this machine.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    }

    /// Gives this rank its share of the machine's processors, unless `OMP_NUM_THREADS` says how many threads to use.
    pub(crate) fn share_processors(&self) {
        let all = thread::available_parallelism().map_or(1, NonZero::get);
        if let (Some(ranks), true) = (
            self.local_ranks,
            std::env::var_os("OMP_NUM_THREADS").is_none(),
        ) {
            tch::set_num_threads((all / ranks).max(1) as i32);
        }
    }
}

fn number(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<usize>, TrainError> {
    let Some(text) = variable(name) else {
        return Ok(None);
    };
    let number = text
        .parse()
        .map_err(|_| wrong(name, &text, "a number from 0"))?;
    Ok(Some(number))
}

fn needed(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &str,
    beside: &str,
) -> Result<usize, TrainError> {
    let missing = || {
        TrainError::Usage(format!(
            "{name}: found nothing, expected a number beside {beside}"
        ))
    };
    number(variable, name)?.ok_or_else(missing)
}

fn wrong(name: &str, found: &str, expected: &str) -> TrainError {
    TrainError::Usage(format!("{name}: found {found:?}, expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Launch>, String> {
        let find = |name: &str| {
            let pair = variables.iter().find(|(known, _)| *known == name);
            pair.map(|(_, value)| (*value).to_owned())
        };
        Launch::of(&find).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_launcher_or_in_a_group_of_one_a_process_is_alone() {
        let address = [("MASTER_ADDR", "a"), ("MASTER_PORT", "1")];
        assert_eq!(read(&address), Ok(None));
        assert_eq!(read(&[("RANK", "0"), ("WORLD_SIZE", "1")]), Ok(None));
        let mpi = [("OMPI_COMM_WORLD_RANK", "0"), ("OMPI_COMM_WORLD_SIZE", "1")];
        assert_eq!(read(&mpi), Ok(None));
        // The batch script of a job of four tasks, which starts `trainer` without srun.
        let batch = [
            ("SLURM_PROCID", "0"),
            ("SLURM_LOCALID", "0"),
            ("SLURM_NTASKS", "4"),
        ];
        assert_eq!(read(&batch), Ok(None));
    }

    #[test]
    fn every_launcher_says_the_same_in_its_own_words() {
        let [torchrun, others @ ..] = &LAUNCHERS;
        let variables = |names: &Launcher| {
            let own = [
                (names.rank, "3"),
                (names.ranks, "4"),
                (names.local_rank, "1"),
                (names.local_ranks, "2"),
            ];
            let shared = [("MASTER_ADDR", "node0"), ("MASTER_PORT", "4000")];
            read(&[own.as_slice(), &shared].concat()).unwrap().unwrap()
        };
        let expected = variables(torchrun);
        assert_eq!((expected.rank, expected.ranks), (3, 4));
        assert_eq!((expected.local_rank, expected.local_ranks), (1, Some(2)));
        assert_eq!((expected.host.as_str(), expected.port), ("node0", 4000));
        for names in others {
            assert_eq!(variables(names), expected, "{names:?}");
        }
    }

    #[test]
    fn torchrun_serves_the_store_and_each_try_meets_under_a_name_of_its_own() {
        let of_try = |count: &'static str| {
            let variables = [
                ("RANK", "1"),
                ("WORLD_SIZE", "2"),
                ("MASTER_ADDR", "node0"),
                ("TORCHELASTIC_USE_AGENT_STORE", "True"),
                ("TORCHELASTIC_RUN_ID", "faces"),
                ("TORCHELASTIC_RESTART_COUNT", count),
            ];
            read(&variables).unwrap().unwrap()
        };
        let (first, second) = (of_try("0"), of_try("1"));
        assert!(first.store_is_served && first.meeting != second.meeting);
    }

    #[test]
    fn ranks_of_one_machine_need_no_address() {
        for names in &LAUNCHERS {
            let variables = [
                (names.rank, "1"),
                (names.ranks, "2"),
                (names.local_ranks, "2"),
            ];
            let launch = read(&variables).unwrap().unwrap();
            assert!(launch.is_local());
            assert_eq!((launch.port, launch.local_rank), (DEFAULT_PORT, 1));
            let uneven = [
                (names.rank, "1"),
                (names.ranks, "3"),
                (names.local_ranks, "2,1"),
            ];
            assert!(
                read(&uneven)
                    .unwrap_err()
                    .contains("MASTER_ADDR: found nothing")
            );
        }
    }

    #[test]
    fn a_missing_or_wrong_variable_is_named() {
        let two = |rank| {
            vec![
                ("RANK", rank),
                ("WORLD_SIZE", "2"),
                ("MASTER_ADDR", "localhost"),
            ]
        };
        let with = |more| [two("0"), vec![more]].concat();
        for (variables, expected) in [
            (vec![("WORLD_SIZE", "2")], "RANK: found nothing"),
            (vec![("RANK", "0")], "WORLD_SIZE: found nothing"),
            (vec![("LOCAL_RANK", "0")], "WORLD_SIZE: found nothing"),
            (vec![("PMI_SIZE", "2")], "PMI_RANK: found nothing"),
            (
                vec![("SLURM_STEP_NUM_TASKS", "2")],
                "SLURM_PROCID: found nothing",
            ),
            (
                vec![("RANK", "0"), ("WORLD_SIZE", "2")],
                "MASTER_ADDR: found nothing",
            ),
            (
                vec![("RANK", "0"), ("WORLD_SIZE", "two")],
                "WORLD_SIZE: found \"two\"",
            ),
            (
                vec![("RANK", "0"), ("WORLD_SIZE", "0")],
                "RANK: found \"0\"",
            ),
            (two("2"), "RANK: found \"2\", expected less than WORLD_SIZE"),
            (two("-1"), "RANK: found \"-1\""),
            (
                with(("MASTER_PORT", "99999")),
                "MASTER_PORT: found \"99999\"",
            ),
            (with(("MASTER_PORT", "0")), "MASTER_PORT: found \"0\""),
            (with(("LOCAL_RANK", "x")), "LOCAL_RANK: found \"x\""),
        ] {
            let message = read(&variables).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
