//! The demo: a shop whose payment provider breaks down, with and without the attributes.
//!
//! `cargo run` shows it under load, `cargo run -- --serve` leaves it up to be looked at.
//!
//! - [`client`]: **read this one first**: the guarded call
//! - [`shop`]: the shop's HTTP service, with its health routes
//! - [`upstream`], [`script`]: the payment provider, and when it breaks
//! - [`load`], [`record`]: shoppers, and what became of them; [`stage`]: both loads
//! - [`timeline`], [`summary`], [`screen`]: what is shown
//! - [`demo`], [`serve`], [`server`], [`args`]: the program around it

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
