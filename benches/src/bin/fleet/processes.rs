//! Replicas as processes of this program, which begin together.

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Until all have started, connected, and counted each other.
const HEAD_START: Duration = Duration::from_secs(4);

/// Starts one for each list of arguments, ending with the time at which they begin, and gives what each prints.
pub(crate) fn run(
    replicas: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let start = (SystemTime::now() + HEAD_START).duration_since(UNIX_EPOCH)?.as_millis();
    let program = std::env::current_exe()?;
    let spawn = |arguments: Vec<String>| {
        let mut command = Command::new(&program);
        command.args(arguments).arg(start.to_string()).stdout(Stdio::piped()).spawn()
    };
    let children: Vec<Child> = replicas.map(spawn).collect::<Result<_, _>>()?;
    let printed = children.into_iter().map(|child| {
        let output = child.wait_with_output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            Err("a replica failed".into())
        }
    });
    printed.collect()
}

/// Sleeps until all begin.
pub(crate) async fn begin(start: u64) {
    let start = UNIX_EPOCH + Duration::from_millis(start);
    tokio::time::sleep(start.duration_since(SystemTime::now()).unwrap_or_default()).await;
}
