//! What runs in the background: watching for changes of other processes, cleaning, writing down what
//! may be written late, and seeing to it that every tenant has a next signing key.
//!
//! Nothing relies on cleaning: expiry is checked at use. Every job may run on any number of nodes at
//! the same time; what one has done the others find done.

mod clean;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::fault::Fault;
use crate::secret_uses;

use crate::keys::tend::tend;

pub(crate) use clean::clean;

/// Half of the second within which a change is everywhere.
const WATCH_EVERY: Duration = Duration::from_millis(500);
const CLEAN_EVERY: Duration = Duration::from_secs(60);
const WRITE_DOWN_EVERY: Duration = Duration::from_secs(5);
const TEND_EVERY: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
enum Job {
    Watch,
    Clean,
    WriteDown,
    TendKeys,
}

impl Job {
    fn every(self) -> Duration {
        match self {
            Job::Watch => WATCH_EVERY,
            Job::Clean => CLEAN_EVERY,
            Job::WriteDown => WRITE_DOWN_EVERY,
            Job::TendKeys => TEND_EVERY,
        }
    }

    async fn run(self, app: &App) -> Result<(), Fault> {
        match self {
            Job::Watch => app.poll().await,
            Job::Clean => clean(app).await,
            Job::WriteDown => secret_uses::write_down(app).await,
            Job::TendKeys => tend(app).await,
        }
    }
}

/// Starts the jobs; they end when `stop` turns true.
pub(crate) fn start(app: &App, stop: &watch::Sender<bool>) -> Vec<JoinHandle<()>> {
    let begin = |job| tokio::spawn(repeat(job, app.clone(), stop.subscribe()));
    vec![begin(Job::Watch), begin(Job::Clean), begin(Job::WriteDown), begin(Job::TendKeys)]
}

async fn repeat(job: Job, app: App, mut stop: watch::Receiver<bool>) {
    let mut turns = interval(job.every());
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = job.run(&app).await {
            tracing::warn!(?job, %error, "a background job failed and will be tried again");
        }
    }
}
