//! The demo: a shop whose payment provider breaks down, with and without the attributes.
//!
//! # What it shows
//!
//! The same shoppers at two shops, side by side: one calls the provider through four attributes, the other directly. First
//! the provider is well, then it fails, then it hangs, then it is well again. A time line shows what shoppers get, a summary
//! what it came to.
//!
//! # How to run it
//!
//! ```sh
//! cargo run                                             # 14 seconds of it
//! cargo run -- --seconds 24 --rate 100                  # longer, and more shoppers
//! cargo run -- --serve                                  # leaves the shop up, and prints its URLs
//! ```
//!
//! While it serves, `resilience.toml` beside this file is read each second: change an option there, and look at
//! `/resilience/dashboard`. With the admin token that it prints, the page and `PATCH /resilience/config/…` change
//! options for a while.
//!
//! # What to copy
//!
//! [`client`]: the guarded call. [`shop`] merges the framework's routes into the shop's own.
//!
//! # Knobs
//!
//! `--seconds`, `--rate`, `--port`; see [`args::USAGE`]. In the attributes of [`client`]: what each policy may do.
//!
//! # What happens under which fault
//!
//! | the provider | with the attributes | without |
//! |---|---|---|
//! | fails | a few failures, then rejections at once, with the time to come back | every shopper fails, every request hits the provider |
//! | hangs | the circuit is open: no shopper waits | every shopper waits, and holds a connection |
//! | is well again | one trial call finds out | it has a backlog to work off |
//!
//! # The modules
//!
//! - [`client`]: **read this one first**: the guarded call
//! - [`shop`]: the shop's HTTP service, with its health routes
//! - [`upstream`], [`script`]: the payment provider, and when it breaks
//! - [`load`], [`record`]: shoppers, and what became of them; [`stage`]: both loads
//! - [`timeline`], [`summary`], [`screen`]: what is shown
//! - [`demo`], [`serve`], [`server`]: the program around it; [`args`]: the command line

mod args;
mod client;
mod demo;
mod load;
mod record;
mod screen;
mod script;
mod serve;
mod server;
mod shop;
mod stage;
mod summary;
mod timeline;
mod upstream;

use std::error::Error;
use std::process::ExitCode;

use args::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let given = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    match args::parse(given) {
        Ok(command) => report(run(command).await),
        Err(mistake) => {
            eprintln!("error: {mistake}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Demo { seconds, rate, port } => demo::run(seconds, rate, port).await,
        Command::Serve { port } => serve::run(port).await,
        Command::Help => {
            println!("{}", args::USAGE);
            Ok(())
        }
    }
}

fn report(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    /// A change of an attribute shows in `policies.toml`, and so in its review.
    #[test]
    fn the_policies_are_as_reviewed() {
        resilience::assert_manifest!("src/bin/storefront/policies.toml");
    }
}
