//! One limit for a fleet: several replicas of a limited API, as processes, share `"100/s"` by way of Redis. Redis is killed
//! in the middle, and comes back.
//!
//! # What it shows
//!
//! - A limit that counts for all replicas together, whichever of them is asked: `shared`.
//! - What an outage of Redis costs: no call waits longer than 20 ms, each replica limits itself to its part meanwhile.
//! - What is left of the difference when Redis is back: nothing, Redis is right.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin fleet                                  # starts a Redis of its own, if `redis-server` is installed
//! cargo run --bin fleet -- --replicas 8
//! REDIS_URL=redis://… cargo run --bin fleet -- --serve 8080       # one replica, as `examples/fleet/` deploys it
//! ```
//!
//! # What to copy
//!
//! [`quote`](replica::quote), which has the limit, and [`serve`](replica::serve), which connects to the store once at
//! start-up. `examples/fleet/compose.yaml` and `examples/fleet/kubernetes.yaml` start three replicas beside a Redis.
//!
//! # Knobs
//!
//! The rate and its `burst`; `lease`, how long ahead a replica fetches turns; `unavailable`, what happens without Redis
//! (`local`: each replica has its part; `allow`; `reject`); the namespace, which keeps services apart on one server.
//!
//! # What happens under which fault
//!
//! | fault | what callers get |
//! |---|---|
//! | Redis is killed, or unreachable | each replica's part of the rate; one call a second waits up to 20 ms to find out |
//! | Redis is back, empty | the whole rate again, with one fresh burst |
//! | a replica dies | the others have its part as soon as they ask; a part without Redis, 15 s later |

mod calls;
mod redis_server;
mod replica;
mod stage;

use std::error::Error;

/// What the command line asks for.
enum Task {
    /// The whole play, with so many replicas.
    Play(u64),
    /// One replica on that port.
    Serve(u16),
    /// One replica that calls itself.
    Call(calls::Plan),
}

const USAGE: &str = "options:
  --replicas N             how many replicas, 1 to 32 (default: 4)
  --serve PORT             one replica; REDIS_URL says where Redis is
  --call TASKS SECONDS LEASE START   one replica that calls itself from START on (Unix time in ms), with a lease in ms";

fn task() -> Result<Task, String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("what is `{text}`?"));
    match args[..] {
        [] => Ok(Task::Play(4)),
        ["--replicas", count] => match number(count)? {
            count @ 1..=32 => Ok(Task::Play(count)),
            _ => Err("from 1 to 32 replicas".into()),
        },
        ["--serve", port] => {
            port.parse().map(Task::Serve).map_err(|_| format!("`{port}` is no port"))
        }
        ["--call", tasks, seconds, lease, start] => Ok(Task::Call(calls::Plan {
            tasks: number(tasks)?,
            seconds: number(seconds)?,
            lease: number(lease)?,
            start: number(start)?,
        })),
        _ => Err(format!("what is `{}`?", args.join(" "))),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if matches!(std::env::args().nth(1).as_deref(), Some("--help" | "-h")) {
        println!("{USAGE}");
        return Ok(());
    }
    match task() {
        Ok(Task::Play(replicas)) => stage::play(replicas).await,
        Ok(Task::Serve(port)) => replica::serve(port).await,
        Ok(Task::Call(plan)) => calls::run(&plan).await,
        Err(mistake) => {
            eprintln!("error: {mistake}\n\n{USAGE}");
            std::process::exit(2)
        }
    }
}
