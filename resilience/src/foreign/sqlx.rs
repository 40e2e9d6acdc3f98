//! sqlx: what the errors of databases mean, and rejections among them.

use std::error::Error as _;
use std::io;

use ::sqlx::Error;
use ::sqlx::error::{DatabaseError, ErrorKind};

use crate::class::{Class, Classify};
use crate::rejection::Rejection;

impl Classify for Error {
    /// A connection that fails and a pool without one are transient, a row that isn't there and a constraint that is
    /// violated are expected, what can't be decoded is permanent. Deadlocks, and a database that is overloaded or
    /// shutting down, are transient by their SQLSTATE.
    fn class(&self) -> Class {
        match self {
            Self::Io(error) => error.class(),
            Self::PoolTimedOut | Self::WorkerCrashed => Class::Transient,
            Self::RowNotFound => Class::Expected,
            Self::Database(error) => of_database(&**error),
            _ => Class::Permanent,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Io(error) => Rejection::find(error),
            _ => Rejection::find(self.source()?),
        }
    }
}

impl From<Rejection> for Error {
    /// An [`Error::Io`], in which [`Rejection::find`] sees the rejection.
    fn from(rejection: Rejection) -> Self {
        Self::Io(io::Error::from(rejection))
    }
}

fn of_database(error: &dyn DatabaseError) -> Class {
    match error.kind() {
        ErrorKind::Other => error.code().map_or(Class::Permanent, |code| of_code(&code)),
        _ => Class::Expected,
    }
}

/// An SQLSTATE of five characters, or the number of SQLite's error.
fn of_code(code: &str) -> Class {
    match (code.get(..2), code.len()) {
        // Connections, transactions that were rolled back, resources, the operator's intervention.
        (Some("08" | "40" | "53" | "57"), 5) => Class::Transient,
        _ if code == "55P03" => Class::Transient,
        // Values and constraints.
        (Some("22" | "23"), 5) => Class::Expected,
        // Busy and locked: the lower byte of an extended code.
        _ if code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
            && code.len() < 5 =>
        {
            Class::Transient
        }
        _ => Class::Permanent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn errors_are_classified_by_what_failed() {
        assert_eq!(Error::PoolTimedOut.class(), Class::Transient);
        assert_eq!(Error::PoolClosed.class(), Class::Permanent);
        assert_eq!(Error::RowNotFound.class(), Class::Expected);
        assert_eq!(Error::ColumnNotFound("id".into()).class(), Class::Permanent);
        assert_eq!(Error::Decode("no date".into()).class(), Class::Permanent);
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(Error::Io(reset).class(), Class::Transient);
    }

    #[test]
    fn errors_of_the_database_are_classified_by_their_code() {
        for transient in ["40001", "40P01", "08006", "53300", "57P01", "55P03", "5", "6", "261"] {
            assert_eq!(of_code(transient), Class::Transient, "{transient}");
        }
        for expected in ["23505", "22001"] {
            assert_eq!(of_code(expected), Class::Expected, "{expected}");
        }
        for permanent in ["42601", "42P01", "1", "14", "XX000", ""] {
            assert_eq!(of_code(permanent), Class::Permanent, "{permanent}");
        }
    }

    #[test]
    fn a_rejection_is_found_in_it() {
        let rejection = Rejection::DeadlineExceeded { policy: Name::new("p") };
        let error = Error::from(rejection);
        assert_eq!(error.rejection(), Some(&rejection));
        assert_eq!(Rejection::find(&error), Some(&rejection));
    }
}
