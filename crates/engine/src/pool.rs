//! A few threads for work that would hold up the async ones: signatures and password hashes.
//!
//! Owns the bound: a full queue is an answer ("not now"), never memory growth. Knows nothing of
//! what the work is. Each thread keeps a scratch value between jobs and lets go of it after a rest.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use doorward_model::measure::Counter;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::fault::{Fault, SHORT_WAIT};

/// How long a thread rests before it lets go of its scratch value.
const REST: Duration = Duration::from_secs(60);

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

struct Waiting<S> {
    jobs: VecDeque<Job<S>>,
    closed: bool,
}

struct Queue<S> {
    waiting: Mutex<Waiting<S>>,
    wake: Condvar,
    capacity: usize,
    refused: Counter,
}

/// How much a pool has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Jobs that wait for a thread.
    pub waiting: usize,
    /// How many may wait.
    pub capacity: usize,
    /// Jobs that were refused since the start because too many waited.
    pub refused: u64,
}

/// A bounded pool of threads, each with a scratch value of its own.
pub struct Pool<S> {
    queue: Arc<Queue<S>>,
}

impl<S: Default + Send + 'static> Pool<S> {
    /// Starts `threads` threads (at least one) behind a queue of `capacity` jobs.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(name: &str, threads: usize, capacity: usize) -> Result<Self, Fault> {
        let waiting = Mutex::new(Waiting { jobs: VecDeque::new(), closed: false });
        let queue = Arc::new(Queue {
            waiting,
            wake: Condvar::new(),
            capacity: capacity.max(1),
            refused: Counter::default(),
        });
        for number in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || work(&queue))
                .map_err(|error| Fault::internal(format!("no thread for {name}: {error}")))?;
        }
        Ok(Self { queue })
    }

    /// Runs `job` on one of the threads. A job whose asker went away before its turn is skipped.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the queue is full; [`Fault::Internal`] when the job panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, asker) = oneshot::channel();
        self.push(Box::new(move |scratch: &mut S| {
            if !answer.is_closed() {
                // The asker may leave while the job runs; then nobody wants the answer.
                let _ = answer.send(job(scratch));
            }
        }))?;
        asker.await.map_err(|_| Fault::internal("a job of the pool did not finish"))
    }

    fn push(&self, job: Job<S>) -> Result<(), Fault> {
        let mut waiting = self.queue.waiting.lock();
        if waiting.closed || waiting.jobs.len() >= self.queue.capacity {
            self.queue.refused.add_one();
            let cause = "the queue of a worker pool is full".to_owned();
            return Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause });
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.queue.wake.notify_one();
        Ok(())
    }
}

impl<S> Pool<S> {
    /// How much there is to do now.
    #[must_use]
    pub fn load(&self) -> Load {
        let waiting = self.queue.waiting.lock().jobs.len();
        Load { waiting, capacity: self.queue.capacity, refused: self.queue.refused.get() }
    }
}

impl<S> Drop for Pool<S> {
    fn drop(&mut self) {
        self.queue.waiting.lock().closed = true;
        self.queue.wake.notify_all();
    }
}

fn work<S: Default>(queue: &Queue<S>) {
    let mut scratch = S::default();
    while let Some(job) = next(queue, &mut scratch) {
        // A panic in one job must not take the thread away from the others.
        if catch_unwind(AssertUnwindSafe(|| job(&mut scratch))).is_err() {
            scratch = S::default();
        }
    }
}

fn next<S: Default>(queue: &Queue<S>, scratch: &mut S) -> Option<Job<S>> {
    let mut waiting = queue.waiting.lock();
    let mut rested = false;
    loop {
        if let Some(job) = waiting.jobs.pop_front() {
            return Some(job);
        }
        if waiting.closed {
            return None;
        }
        if rested {
            queue.wake.wait(&mut waiting);
        } else if queue.wake.wait_for(&mut waiting, REST).timed_out() {
            *scratch = S::default();
            rested = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_full_queue_is_refused_and_an_abandoned_job_is_skipped() {
        let pool: Arc<Pool<()>> = Arc::new(Pool::start("test", 1, 1).unwrap());
        let (open, gate) = mpsc::channel::<()>();
        let (began, begun) = oneshot::channel();
        let busy = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move {
                pool.run(move |_: &mut ()| {
                    began.send(()).unwrap();
                    gate.recv().unwrap();
                })
                .await
            }
        });
        begun.await.unwrap();

        let (ran, has_run) = mpsc::channel();
        let mut queued = Box::pin(pool.run(move |_: &mut ()| ran.send(()).unwrap()));
        assert!(futures_poll_once(&mut queued).await.is_none(), "it waits in the queue");
        let third = pool.run(|_: &mut ()| ()).await;
        assert!(matches!(third, Err(Fault::Unavailable { .. })), "the queue holds one");
        assert_eq!(pool.load(), Load { waiting: 1, capacity: 1, refused: 1 });

        drop(queued);
        open.send(()).unwrap();
        busy.await.unwrap().unwrap();
        // The abandoned job holds its place until the thread comes by.
        while pool.run(|_: &mut ()| ()).await.is_err() {
            tokio::task::yield_now().await;
        }
        assert!(has_run.try_recv().is_err(), "nobody waited for the second job any more");
    }

    #[tokio::test]
    async fn a_job_that_panics_does_not_take_its_thread_along() {
        let pool: Pool<u32> = Pool::start("test", 1, 4).unwrap();
        let lost = pool.run(|_| panic!("on purpose")).await;
        assert!(matches!(lost, Err(Fault::Internal { .. })));
        assert_eq!(pool.run(|scratch| *scratch).await.unwrap(), 0);
    }

    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
