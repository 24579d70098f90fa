//! The processes that train together: how they meet, agree and part.

use super::{
    Facts, Launch, bridge,
    ending::Ending,
    gloo::{Gloo, Interface},
    nccl::{self, Nccl},
    store::{Store, StoreAddress},
    watch::{JOINING, Watch, key},
};
use crate::{error::TrainError, stop};
use std::{
    cell::RefCell,
    ops::Range,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};
use tch::Device;

/// Timeout of collectives. Rank 0 may evaluate for hours meanwhile: the watch tells who is lost, not a clock.
const NEVER: Duration = Duration::from_hours(24 * 365);
/// How long rank 0 waits for the others to leave first.
const LEAVING: Duration = Duration::from_secs(5);
/// The same once one of them is lost, which never leaves.
const LEAVING_AFTER_A_LOSS: Duration = Duration::from_millis(1500);

/// Who adds up: Gloo what lies in main memory, and NCCL, beside it, what lies on GPUs.
#[derive(Debug)]
pub(super) enum Engine {
    Gloo,
    /// Tensors there go through this library, others through Gloo.
    Nccl(nccl::Library, Device),
}

impl Engine {
    /// NCCL where ranks compute on GPUs.
    ///
    /// # Errors
    /// [`TrainError::Rank`] saying what of NCCL is missing.
    fn of(device: Device, launch: &Launch) -> Result<Self, TrainError> {
        if device == Device::Cpu {
            return Ok(Self::Gloo);
        }
        let library = nccl::Library::open(nccl::LIBRARY);
        let library = library.map_err(|reason| TrainError::Rank {
            reason: format!(
                "rank {} of {}: ranks on GPUs need NCCL ({reason}); put the lib/ of the NCCL that belongs to the CUDA \
                 build of libtorch into LD_LIBRARY_PATH, or add --device cpu",
                launch.rank, launch.ranks
            ),
            checkpoint: None,
        })?;
        Ok(Self::Nccl(library, device))
    }
}

/// This process among those that train together. All must call the collectives in the same order.
#[derive(Debug, Clone, Default)]
pub struct Group(pub(super) Option<Rc<Member>>);

/// One of several processes.
#[derive(Debug)]
pub(super) struct Member {
    launch: Launch,
    // Fields are dropped in this order: connections before the store.
    watch: RefCell<Watch>,
    /// None where ranks compute on CPUs, and once this rank has left because of an error.
    pub(super) nccl: RefCell<Option<Nccl>>,
    /// None once this rank has left.
    pub(super) gloo: RefCell<Option<Gloo>>,
    store: Store,
    stop: Arc<AtomicBool>,
    /// What went wrong in a collective inside a step, until somebody asks.
    pub(super) fault: RefCell<Option<String>>,
}

impl Group {
    /// A process of its own: every mean over the group is the value itself.
    #[must_use]
    pub fn alone() -> Self {
        Self(None)
    }

    /// Meets the other processes of the launch. `stop` is set when any of them is asked to stop, or is lost.
    ///
    /// # Errors
    /// [`TrainError::Rank`] when they cannot be reached.
    pub(crate) fn join(
        launch: Option<Launch>,
        device: Device,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self, TrainError> {
        let Some(launch) = launch else {
            return Ok(Self::alone());
        };
        // Before anybody is met.
        let engine = Engine::of(device, &launch)?;
        Self::join_over(engine, launch, stop)
    }

    /// Meets them, and connects them by `engine`.
    pub(super) fn join_over(
        engine: Engine,
        launch: Launch,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self, TrainError> {
        let (rank, ranks) = (launch.rank, launch.ranks);
        let failed = |reason: String| TrainError::Rank {
            reason: format!(
                "rank {rank} of {ranks} cannot meet the others at {}:{} (MASTER_ADDR, MASTER_PORT): {reason}",
                launch.host, launch.port
            ),
            checkpoint: None,
        };
        let address = StoreAddress {
            host: launch.host.clone(),
            port: launch.port,
            prefix: format!("trainer/{}", launch.meeting),
            timeout: JOINING,
        };
        bridge::silence_log();
        let serves = rank == 0 && !launch.store_is_served;
        let store = Store::open(&address, serves).map_err(failed)?;
        let own = Store::open(&address, false).map_err(failed)?;
        let watch = Watch::start(own, rank, ranks, Arc::clone(stop)).map_err(failed)?;
        let interface = if launch.is_local() {
            Interface::Loopback
        } else {
            Interface::from_environment()
        };
        let gone = |reason: String| {
            let loss = watch.lost_soon();
            loss.map_or_else(|| failed(reason), |loss| loss.error(ranks))
        };
        let gloo = Gloo::open(&store, rank, ranks, &interface, NEVER).map_err(gone)?;
        let nccl = match engine {
            Engine::Gloo => None,
            Engine::Nccl(library, device) => {
                let id = unique_id(&library, &store, rank, &watch, ranks)?;
                let joined = Nccl::join(library, &id.map_err(gone)?, rank, ranks, device);
                let nccl = joined.map_err(gone)?;
                watch.abort_on_loss(nccl.communicator());
                Some(nccl)
            }
        };
        let engine = if nccl.is_some() { "NCCL" } else { "Gloo" };
        log::info!("rank {rank} of {ranks}, connected by {engine}");
        Ok(Self(Some(Rc::new(Member {
            launch,
            watch: RefCell::new(watch),
            nccl: RefCell::new(nccl),
            gloo: RefCell::new(Some(gloo)),
            store,
            stop: Arc::clone(stop),
            fault: RefCell::new(None),
        }))))
    }

    /// This process, from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.0.as_ref().map_or(0, |member| member.launch.rank)
    }

    /// How many processes there are.
    #[must_use]
    pub fn ranks(&self) -> usize {
        self.0.as_ref().map_or(1, |member| member.launch.ranks)
    }

    /// Whether this is the process that writes, shows and evaluates.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.rank() == 0
    }

    /// The rows of a batch of `size` that are this rank's.
    ///
    /// # Errors
    /// [`TrainError::Usage`] where the ranks do not divide it.
    pub(crate) fn rows(&self, size: usize) -> Result<Range<usize>, TrainError> {
        let each = share(size, self.ranks())?;
        Ok(self.rank() * each..(self.rank() + 1) * each)
    }

    /// Checks that all ranks have the same `facts`, each kind of which has its own `topic`.
    ///
    /// # Errors
    /// [`TrainError::Usage`] naming the first difference from rank 0.
    pub(crate) fn check_same(&self, topic: &str, facts: &Facts) -> Result<(), TrainError> {
        let Some(member) = &self.0 else {
            return Ok(());
        };
        let name = format!("facts/{topic}");
        if self.leads() {
            let text = serde_json::to_vec(facts).map_err(|e| self.broken(&e.to_string()))?;
            let told = member.store.set(&name, &text);
            told.map_err(|reason| self.broken(&reason))?;
        } else {
            let first = self.wait_for(member, &name)?;
            let first: Facts =
                serde_json::from_slice(&first).map_err(|e| self.broken(&e.to_string()))?;
            if let Some(difference) = facts.difference(self.rank(), &first) {
                return Err(TrainError::Usage(difference));
            }
        }
        // No rank begins before all have compared.
        self.any(false).map(|_| ())
    }

    /// Waits for a value of the store, however long rank 0 takes.
    fn wait_for(&self, member: &Member, name: &str) -> Result<Vec<u8>, TrainError> {
        loop {
            let value = member.store.get(name);
            if let Some(value) = value.map_err(|reason| self.broken(&reason))? {
                return Ok(value);
            }
            self.check()?;
            stop::check(&member.stop)?;
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// # Errors
    /// [`TrainError::Rank`] where a collective failed or a rank was lost, [`TrainError::Stopped`] where one was
    /// asked to stop.
    pub(super) fn check(&self) -> Result<(), TrainError> {
        let Some(member) = &self.0 else {
            return Ok(());
        };
        if let Some(loss) = member.watch.borrow().lost() {
            return Err(loss.error(self.ranks()));
        }
        let fault = member.fault.borrow_mut().take();
        let nccl = member.nccl.borrow();
        let fault = fault.or_else(|| nccl.as_ref()?.check().err());
        fault.map_or(Ok(()), |reason| Err(self.broken(&reason)))
    }

    /// Names the rank that was lost, as soon as the watch knows it.
    fn broken(&self, reason: &str) -> TrainError {
        let member = self.0.as_ref();
        let loss = member.and_then(|member| member.watch.borrow().lost_soon());
        loss.map_or_else(
            || TrainError::Rank {
                reason: format!("the connection between the ranks broke: {reason}"),
                checkpoint: None,
            },
            |loss| loss.error(self.ranks()),
        )
    }

    /// Ends this rank's part, and tells the others how it `ended`. Rank 0, which may serve the store, leaves last.
    ///
    /// # Errors
    /// Those it ended with; those of another rank where it was only told to stop.
    pub(crate) fn leave(self, ended: Result<(), TrainError>) -> Result<(), TrainError> {
        let Some(member) = &self.0 else {
            return ended;
        };
        let lost = member.watch.borrow().lost();
        // A rank was lost: what the loss made of this rank's own work is not the cause.
        let ended = match (ended, &lost) {
            (Err(TrainError::Stopped), Some(loss)) => Err(loss.error(self.ranks())),
            (ended, _) => ended,
        };
        let ending = serde_json::to_vec(&Ending::of(&ended)).unwrap_or_default();
        // Where the store is gone, there is nobody to tell.
        let _ = member.store.set(&key::ending(self.rank()), &ending);
        if ended.is_err() {
            // Whoever waits for this rank in a collective waits no longer.
            member.nccl.borrow_mut().take();
            member.gloo.borrow_mut().take();
        } else if let Some(nccl) = &*member.nccl.borrow() {
            nccl.finish();
        }
        member.watch.borrow_mut().end();
        let left = member.store.add(key::LEFT, 1);
        if self.leads() && left.is_ok() {
            let patience = if lost.is_some() {
                LEAVING_AFTER_A_LOSS
            } else {
                LEAVING
            };
            let (started, all) = (Instant::now(), self.ranks() as i64);
            let some_stay = || member.store.add(key::LEFT, 0).is_ok_and(|left| left < all);
            while started.elapsed() < patience && some_stay() {
                thread::sleep(Duration::from_millis(20));
            }
        }
        ended
    }
}

/// The id of NCCL that rank 0 makes and leaves in the store; an error of the store or of NCCL is the inner one.
fn unique_id(
    library: &nccl::Library,
    store: &Store,
    rank: usize,
    watch: &Watch,
    ranks: usize,
) -> Result<Result<Vec<u8>, String>, TrainError> {
    if rank == 0 {
        let id = nccl::unique_id(library);
        return Ok(id.and_then(|id| store.set(key::NCCL, &id).map(|()| id)));
    }
    loop {
        match store.get(key::NCCL) {
            Ok(None) => {}
            Ok(Some(id)) => return Ok(Ok(id)),
            Err(reason) => return Ok(Err(reason)),
        }
        if let Some(loss) = watch.lost() {
            return Err(loss.error(ranks));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Images of a batch of `size` that each of `ranks` takes.
///
/// # Errors
/// [`TrainError::Usage`] where the ranks do not divide it.
pub(crate) fn share(size: usize, ranks: usize) -> Result<usize, TrainError> {
    if size == 0 || !size.is_multiple_of(ranks) {
        return Err(TrainError::Usage(format!(
            "schedule.batch_size: found {size}, expected a multiple of {ranks}, the number of ranks: each takes as \
             many images"
        )));
    }
    Ok(size / ranks)
}
