//! Runs the scenarios on the programs with what guards them and without, prints what came out, and judges it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use resilience_harness::{
    App, Fault, Figures, Place, Programs, Scenario, Trouble, in_short, picture, table,
};

use crate::overload;

const BLACK_HOLE: Trouble = Trouble::Proxy(Fault::BlackHole);

/// Those that a service without protection can't stand; they alone are `--check`.
const TELLING: [Scenario; 4] = [
    Scenario::new(App::Users, Place::Upstream, BLACK_HOLE),
    Scenario::new(App::Users, Place::Database, Trouble::Kill),
    Scenario::new(App::Orders, Place::Upstream, BLACK_HOLE),
    Scenario::new(App::Pictures, Place::Upstream, BLACK_HOLE),
];

const OTHERS: [Scenario; 8] = {
    const DRIP: Trouble = Trouble::Proxy(Fault::Throttle(Duration::from_millis(50)));
    [
        Scenario::new(App::Users, Place::Upstream, BLACK_HOLE).herd(2_000),
        Scenario::new(App::Users, Place::Upstream, DRIP),
        Scenario::new(App::Users, Place::Database, Trouble::Pause),
        Scenario::new(App::Users, Place::Cache, Trouble::Kill),
        Scenario::new(App::Users, Place::Cache, BLACK_HOLE),
        Scenario::new(App::Orders, Place::Upstream, Trouble::Errors(30)),
        Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::Reset)),
        Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::Cut)),
    ]
};

/// How long a database is overloaded.
const MINUTE: Duration = Duration::from_secs(60);
/// Long enough for a check.
const BRIEFLY: Duration = Duration::from_secs(10);

#[tokio::main]
pub(crate) async fn run() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (what, programs) = args.split_at(args.len().saturating_sub(6));
    let [users, orders, pictures, bare_users, bare_orders, bare_pictures] = programs else {
        return usage();
    };
    let (with, bare) =
        (given([users, orders, pictures]), given([bare_users, bare_orders, bare_pictures]));
    match what {
        [] => {
            let is_good = compare(TELLING.into_iter().chain(OTHERS), &with, &bare).await;
            verdict(overload::compare(MINUTE).await && is_good)
        }
        [check] if check == "--check" => {
            let is_good = compare(TELLING.into_iter(), &with, &bare).await;
            verdict(overload::compare(BRIEFLY).await && is_good)
        }
        [flag] if flag == "--overload" => verdict(overload::compare(MINUTE).await),
        [flag, file] if flag == "--picture" => draw(Path::new(file), &with, &bare).await,
        _ => usage(),
    }
}

/// Those three; the fourth is no part of this.
fn given(programs: [&String; 3]) -> Programs {
    let [users, orders, pictures] = programs.map(PathBuf::from);
    Programs { users, orders, pictures, limited: PathBuf::new() }
}

fn usage() -> ExitCode {
    eprintln!(
        "usage: outage [--check | --overload | --picture FILE] USERS ORDERS PICTURES BARE-USERS BARE-ORDERS BARE-PICTURES"
    );
    ExitCode::from(2)
}

/// The first of them over time.
async fn draw(file: &Path, with: &Programs, bare: &Programs) -> ExitCode {
    let scenario = TELLING[0];
    let (Some(with), Some(bare)) = (scenario.run_fairly(with).await, scenario.run(bare).await)
    else {
        eprintln!("{scenario}: not installed");
        return ExitCode::FAILURE;
    };
    let caption = |which, figures| format!("{which}: {}", in_short(figures));
    let [above, below] = [caption("with the attributes", &with), caption("without", &bare)];
    let runs = [(&*above, &with.timeline), (&*below, &bare.timeline)];
    let title = format!("Calls per second by what became of them: {scenario}");
    match std::fs::write(file, picture(&title, &runs)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}

async fn compare(
    scenarios: impl Iterator<Item = Scenario>,
    with: &Programs,
    bare: &Programs,
) -> bool {
    let (mut rows, mut bare_rows) = (Vec::new(), Vec::new());
    for scenario in scenarios {
        println!("{scenario}");
        rows.push((scenario, scenario.run_fairly(with).await));
        bare_rows.push((scenario, scenario.run(bare).await));
    }
    let (with, without) = (rows, bare_rows);
    println!("\nWith the attributes:\n\n{}", table(&with));
    println!("\nWithout:\n\n{}", table(&without));
    judge(&with, &without)
}

type Row = (Scenario, Option<Figures>);

fn broken((scenario, figures): &Row) -> Vec<String> {
    figures.as_ref().map(|figures| scenario.limits().broken_by(figures)).unwrap_or_default()
}

/// With them every limit holds; without them some are broken by each outage that tells.
fn judge(with: &[Row], without: &[Row]) -> bool {
    let mut good = true;
    for (row, bare) in with.iter().zip(without) {
        let (broken, broken_bare) = (broken(row), broken(bare));
        let tells = bare.1.is_some() && TELLING.contains(&bare.0);
        good &= broken.is_empty() && !(tells && broken_bare.is_empty());
        println!("{}\n  with: {}\n  without: {}", row.0, said(&broken), said(&broken_bare));
    }
    good
}

fn verdict(is_good: bool) -> ExitCode {
    println!("\n=== {}", if is_good { "as it should be" } else { "NOT as it should be" });
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn said(broken: &[String]) -> String {
    if broken.is_empty() { "all limits hold".to_owned() } else { broken.join(", ") }
}
