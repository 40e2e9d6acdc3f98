//! The same programs with their attributes and without, under the same faults: what callers see. And a database with
//! more load than it can take, with an adaptive limit and without.
//!
//! `outage [--check | --overload | --picture FILE] USERS ORDERS PICTURES BARE-USERS BARE-ORDERS BARE-PICTURES`: the
//! programs. Ends with a failure when a
//! limit does not hold with the attributes, or when all hold without them where they must not.
//! `cargo x outage` builds the programs, and runs this.
#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod comparison;
#[cfg(target_os = "linux")]
mod overload;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    comparison::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("needs Linux, where /proc tells what a process holds");
}
