//! Random faults for some minutes, and then: does anything stay behind?
//!
//! `soak PROGRAMS [MINUTES [SEED]]`: 10 minutes unless said otherwise. Ends with a failure when
//! permits, waiters, keys, tasks, memory or orders are not where they belong. `cargo x soak` builds
//! the programs, and runs this.
#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod check;
#[cfg(target_os = "linux")]
mod weather;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default| args.get(at).map_or(Ok(default), |text| text.parse::<u64>());
    let seed = number(2, fastrand::u64(..1_000_000));
    if let (Some(programs), Ok(minutes @ 1..), Ok(seed)) = (args.first(), number(1, 10), seed) {
        return check::run(programs, minutes, seed);
    }
    eprintln!("usage: soak PROGRAMS [MINUTES [SEED]]");
    std::process::ExitCode::from(2)
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("needs Linux, where /proc tells what a process holds");
}
