//! Every policy and every pair, dropped and panicking at every point, in every kind of runtime: afterwards nothing is
//! lost, everything is counted, and a fresh call passes.

mod foreign_code;
mod runtimes;
mod site;
