//! The variables by which launchers tell a process which of how many it is.

/// Names of one launcher's variables.
#[derive(Debug)]
pub(super) struct Launcher {
    pub rank: &'static str,
    pub ranks: &'static str,
    pub local_rank: &'static str,
    /// How many ranks there are on this machine; not a number where machines have different counts.
    pub local_ranks: &'static str,
    /// Those of the above that only this launcher's processes have.
    pub signs: &'static [&'static str],
}

/// The first one that a variable tells of counts: several are set where one launcher starts another.
pub(super) const LAUNCHERS: [Launcher; 4] = [
    // torchrun, and a shell loop.
    Launcher {
        rank: "RANK",
        ranks: "WORLD_SIZE",
        local_rank: "LOCAL_RANK",
        local_ranks: "LOCAL_WORLD_SIZE",
        signs: &["RANK", "WORLD_SIZE", "LOCAL_RANK"],
    },
    // mpirun of Open MPI.
    Launcher {
        rank: "OMPI_COMM_WORLD_RANK",
        ranks: "OMPI_COMM_WORLD_SIZE",
        local_rank: "OMPI_COMM_WORLD_LOCAL_RANK",
        local_ranks: "OMPI_COMM_WORLD_LOCAL_SIZE",
        signs: &["OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"],
    },
    // mpiexec of MPICH and Intel MPI.
    Launcher {
        rank: "PMI_RANK",
        ranks: "PMI_SIZE",
        local_rank: "MPI_LOCALRANKID",
        local_ranks: "MPI_LOCALNRANKS",
        signs: &["PMI_RANK", "PMI_SIZE"],
    },
    // srun. A batch script has SLURM_PROCID, too, and is no rank.
    Launcher {
        rank: "SLURM_PROCID",
        ranks: "SLURM_STEP_NUM_TASKS",
        local_rank: "SLURM_LOCALID",
        local_ranks: "SLURM_STEP_TASKS_PER_NODE",
        signs: &["SLURM_STEP_NUM_TASKS"],
    },
];

/// Variables that together tell one start of a launcher from all others, so that two runs that are given the same
/// address do not take each other's ranks for their own, nor a new try those of the last.
pub(super) const MEETING: [&str; 5] = [
    "TORCHELASTIC_RUN_ID",
    "TORCHELASTIC_RESTART_COUNT",
    "PMIX_NAMESPACE",
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
];
