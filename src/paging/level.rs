//! How many pages are requested at the same time.

use std::time::Duration;

use tokio::time::Instant;

/// Number of measured responses before the level changes.
const SAMPLES: u32 = 8;
/// How much longer a response may take with others in flight than alone.
const TOLERANCE: f64 = 1.5;
/// Responses that take less say more about the client than about the manager.
const SHORTEST: f64 = 0.010;
/// How fast the shortest time is forgotten, with each change of the level.
const FORGET: f64 = 1.05;
/// How much of the time of its pages an index may take.
const CHEAP: f64 = 0.7;
/// Where each page ahead has its price, how many are requested until there are measurements.
const FIRST_PAGES: usize = 2;
/// Largest value of [`Level::patience`].
const MOST_PATIENCE: u32 = 8;

/// Adapts to what the manager answers at the same time.
///
/// Where it answers all requests in parallel, a response takes as long with others in flight as
/// alone; where it answers them one after the other, a response takes longer in proportion to the
/// others. From this follows how many requests it works on, and more than these and one are of no
/// use.
pub(super) struct Level {
    /// Pages ahead; `None` until the level was lowered, or for all that the caller allows.
    pages: Option<usize>,
    /// Whether it doubles each time it rises, which ends when it is lowered.
    starting: bool,
    /// How many measurements in a row found no response that took longer.
    steady: u32,
    /// After how many of these the level rises: twice as many after each time that it was lowered,
    /// so that a manager that gains nothing is seldom tried again.
    patience: u32,
    /// The shortest time of a response, in seconds.
    shortest: f64,
    samples: u32,
    seconds: f64,
    in_flight: f64,
    /// How long the pager was not polled, altogether.
    idle: Duration,
    /// Since when it is not polled.
    idle_since: Option<Instant>,
}

/// When a request was sent.
pub(super) struct Sent {
    at: Instant,
    idle: Duration,
    /// Number of requests in flight, including this one.
    in_flight: usize,
}

impl Level {
    pub(super) const fn new() -> Self {
        Self {
            pages: None,
            starting: false,
            steady: 0,
            patience: 1,
            shortest: f64::INFINITY,
            samples: 0,
            seconds: 0.0,
            in_flight: 0.0,
            idle: Duration::ZERO,
            idle_since: None,
        }
    }

    /// Begins with few pages ahead instead of all, unless the level is known already.
    pub(super) fn start_low(&mut self) {
        if self.pages.is_none() {
            self.pages = Some(FIRST_PAGES);
            self.starting = true;
        }
    }

    /// How many pages to request ahead, at most `most`.
    pub(super) fn pages(&self, most: usize) -> usize {
        self.pages.map_or(most, |pages| pages.min(most))
    }

    pub(super) fn sent(&self, in_flight: usize) -> Sent {
        Sent { at: Instant::now(), idle: self.idle, in_flight }
    }

    /// Notes that the pager is polled again.
    pub(super) fn resume(&mut self) {
        if let Some(since) = self.idle_since.take() {
            self.idle += since.elapsed();
        }
    }

    /// Notes that the pager is not polled until the next call.
    pub(super) fn pause(&mut self) {
        self.idle_since = Some(Instant::now());
    }

    /// Returns whether an answer that arrives now took less than most of the time of this many pages. With
    /// others in flight, or when the pager was not polled, its time cannot be compared.
    pub(super) fn is_cheap(&self, sent: &Sent, pages: f64) -> bool {
        let comparable = sent.in_flight == 1 && self.idle == sent.idle;
        !comparable || sent.at.elapsed().as_secs_f64() < CHEAP * pages * self.shortest
    }

    /// Takes in the time of a response. While the pager was not polled, its arrival was not seen.
    pub(super) fn received(&mut self, sent: &Sent) {
        let took = sent.at.elapsed();
        if (self.idle - sent.idle) * 8 > took {
            return;
        }
        let took = took.as_secs_f64().max(SHORTEST);
        self.shortest = self.shortest.min(took);
        self.samples += 1;
        self.seconds += took;
        self.in_flight += sent.in_flight as f64;
        if self.samples >= if self.starting { SAMPLES / 2 } else { SAMPLES } {
            let samples = f64::from(std::mem::take(&mut self.samples));
            let took = std::mem::take(&mut self.seconds) / samples;
            let in_flight = std::mem::take(&mut self.in_flight) / samples;
            self.change(took, in_flight);
        }
    }

    fn change(&mut self, took: f64, in_flight: f64) {
        let gradient = (TOLERANCE * self.shortest / took).clamp(0.5, 1.0);
        self.shortest *= FORGET;
        if gradient < 1.0 {
            // One page beside those ahead is the next one.
            self.lower((in_flight * gradient) as usize);
        } else if let Some(pages) = &mut self.pages {
            self.steady += 1;
            if self.steady >= self.patience {
                self.steady = 0;
                *pages = pages.saturating_add(if self.starting { *pages } else { 1 });
            }
        }
    }

    /// Halves the level after the manager refused a request because there were too many.
    pub(super) fn refused(&mut self, in_flight: usize) {
        self.lower(in_flight / 2);
    }

    fn lower(&mut self, to: usize) {
        let pages = self.pages.map_or(to, |pages| pages.min(to));
        self.pages = Some(pages.max(1));
        self.starting = false;
        self.steady = 0;
        self.patience = (self.patience * 2).min(MOST_PATIENCE);
    }
}
