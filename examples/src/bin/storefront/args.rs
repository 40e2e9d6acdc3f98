//! The command line.

use std::ops::RangeInclusive;

pub(crate) const USAGE: &str = "\
Usage: storefront [--seconds N] [--rate N] [--port N]   the demo: a time line, then a summary
       storefront --serve [--port N]                    keep the shop up until Ctrl-C

Options:
  --seconds N   how long the demo's load lasts, 6 to 24 (default: 14)
  --rate N      how many shoppers come each second, 10 to 200 (default: 50)
  --port N      where the shop listens on 127.0.0.1; when the port is taken, on a free one
                (default: 8080 with --serve, any free one otherwise)
  --help        print this";

/// Shorter, and the breaker has no time to be seen recovering; longer is no demo.
const SECONDS: RangeInclusive<u32> = 6..=24;
const DEFAULT_SECONDS: u32 = 14;
/// Fewer can't trip the breaker in the time; each that waits holds four sockets.
const RATE: RangeInclusive<u32> = 10..=200;
/// With the shoppers' patience it keeps the demo below 256 open files, some systems' default limit.
const DEFAULT_RATE: u32 = 50;
const DEFAULT_SERVE_PORT: u16 = 8080;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Demo { seconds: u32, rate: u32, port: u16 },
    Serve { port: u16 },
    Help,
}

/// What the arguments ask for, or what is wrong with them.
pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Command, String> {
    let (mut serve, mut seconds, mut rate, mut port) = (false, None, None, None);
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "--serve" => serve = true,
            "--seconds" => seconds = Some(number_in(SECONDS, &arg, given.next())?),
            "--rate" => rate = Some(number_in(RATE, &arg, given.next())?),
            "--port" => port = Some(number(&arg, given.next())?),
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(format!("unknown argument `{arg}`")),
        }
    }
    match (serve, seconds.or(rate)) {
        (true, Some(_)) => {
            Err("`--seconds` and `--rate` are for the demo, not for `--serve`".into())
        }
        (true, None) => Ok(Command::Serve { port: port.unwrap_or(DEFAULT_SERVE_PORT) }),
        (false, _) => Ok(Command::Demo {
            seconds: seconds.unwrap_or(DEFAULT_SECONDS),
            rate: rate.unwrap_or(DEFAULT_RATE),
            port: port.unwrap_or(0),
        }),
    }
}

fn number_in(
    range: RangeInclusive<u32>,
    option: &str,
    value: Option<String>,
) -> Result<u32, String> {
    let number = number(option, value)?;
    let (least, most) = (range.start(), range.end());
    let problem = || format!("`{option}` takes {least} to {most}, not {number}");
    range.contains(&number).then_some(number).ok_or_else(problem)
}

fn number<N: std::str::FromStr>(option: &str, value: Option<String>) -> Result<N, String> {
    let value = value.ok_or_else(|| format!("`{option}` needs a number"))?;
    value.parse().map_err(|_| format!("`{option}` needs a number, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_arguments_it_is_the_demo() {
        assert_eq!(
            parsed(""),
            Ok(Command::Demo { seconds: DEFAULT_SECONDS, rate: DEFAULT_RATE, port: 0 })
        );
        let all = Command::Demo { seconds: 8, rate: 100, port: 80 };
        assert_eq!(parsed("--seconds 8 --rate 100 --port 80"), Ok(all));
    }

    #[test]
    fn serving_has_a_port_to_remember() {
        assert_eq!(parsed("--serve"), Ok(Command::Serve { port: DEFAULT_SERVE_PORT }));
        assert_eq!(parsed("--port 9000 --serve"), Ok(Command::Serve { port: 9000 }));
    }

    #[test]
    fn mistakes_are_told() {
        let no_such_thing = ["--sreve", "--port", "--port x", "--port 70000"];
        let no_good = ["--seconds 1", "--rate 0", "--serve --seconds 8"];
        for line in no_such_thing.into_iter().chain(no_good) {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
