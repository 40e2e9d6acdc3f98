//! What a guarded function drops, and when: the same as without the attributes.

#![allow(clippy::unnecessary_wraps, reason = "bodies return what a guarded function must")]
#![allow(clippy::toplevel_ref_arg, reason = "patterns of every kind are compared")]

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use async_trait::async_trait;
use futures_util::future::poll_fn;
use resilience::{
    Rejection, bulkhead, circuit_breaker, fallback, hedge, rate_limit, resilient, retry, timeout,
};

type Log = Rc<RefCell<Vec<&'static str>>>;
type Outcome = Result<(), Rejection>;

/// Writes its name when it is dropped.
struct Noisy {
    name: &'static str,
    log: Log,
}

/// Two of them, of which a pattern may take one.
struct Pair {
    first: Noisy,
    #[allow(dead_code, reason = "left where it is")]
    second: Noisy,
}

impl Noisy {
    fn touch(&self) -> Outcome {
        self.log.borrow_mut().push("touched");
        Ok(())
    }

    fn check(&self, error: bool) -> Outcome {
        self.touch()?;
        if error { Err(Rejection::DeadlineExceeded { policy: "test".into() }) } else { Ok(()) }
    }

    fn sibling(&self, name: &'static str) -> Self {
        noisy(name, &self.log)
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.name);
    }
}

fn noisy(name: &'static str, log: &Log) -> Noisy {
    Noisy { name, log: Rc::clone(log) }
}

/// Something to be generic over.
trait Touch {
    fn touch(&self) -> Outcome;
}

impl Touch for Noisy {
    fn touch(&self) -> Outcome {
        self.touch()
    }
}

async fn pause() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// How far a call comes before it is dropped.
#[derive(Clone, Copy, Debug)]
enum Until {
    Called,
    FirstWait,
    End,
}

async fn dropped<F: Future>(until: Until, call: impl FnOnce(&Log) -> F) -> Vec<&'static str> {
    let log = Log::default();
    let mut future = Box::pin(call(&log));
    match until {
        Until::Called => {}
        Until::FirstWait => {
            poll_fn(|cx| {
                let _ = future.as_mut().poll(cx);
                Poll::Ready(())
            })
            .await;
        }
        Until::End => drop(future.as_mut().await),
    }
    drop(future);
    log.take()
}

/// What each function dropped.
type Drops = Vec<(&'static str, Vec<&'static str>)>;

/// The same functions in a module, under some attributes or none: those that any policy can guard.
macro_rules! functions {
    ($module:ident: $(#[$attribute:meta])*) => {
        mod $module {
            use super::*;

            $(#[$attribute])*
            async fn unordered(a: Noisy, b: Noisy, c: Noisy) -> Outcome {
                c.touch()?;
                a.touch()?;
                pause().await;
                b.touch()
            }

            $(#[$attribute])*
            async fn underscored(a: Noisy, _b: Noisy, c: Noisy) -> Outcome {
                pause().await;
                c.touch()?;
                a.touch()
            }

            $(#[$attribute])*
            async fn unnamed(_: Noisy, a: Noisy, _: Noisy, b: Noisy, _: &str) -> Outcome {
                let local = a.sibling("local");
                pause().await;
                a.touch()?;
                b.touch()?;
                local.touch()
            }

            $(#[$attribute])*
            #[allow(unused_variables)]
            async fn unused(a: Noisy, b: Noisy, c: Noisy) -> Outcome {
                pause().await;
                a.touch()?;
                c.touch()
            }

            $(#[$attribute])*
            async fn nothing(_a: Noisy, _: Noisy) -> Outcome {
                Ok(())
            }

            $(#[$attribute])*
            async fn halves(a: Noisy, (b, _): (Noisy, Noisy), c: Noisy) -> Outcome {
                c.touch()?;
                pause().await;
                a.touch()?;
                b.touch()
            }

            $(#[$attribute])*
            async fn fields(Pair { first, .. }: Pair, a: Noisy, Pair { first: b, second: _ }: Pair) -> Outcome {
                let local = a.sibling("local");
                b.touch()?;
                pause().await;
                first.touch()?;
                local.check(true)
            }

            $(#[$attribute])*
            async fn references(a: Noisy, ref b: Noisy, (c, ref d): (Noisy, Noisy)) -> Outcome {
                c.touch()?;
                pause().await;
                a.touch()?;
                b.touch()?;
                d.touch()
            }

            $(#[$attribute])*
            async fn conditional(a: Noisy, #[cfg(all())] b: Noisy, #[cfg(any())] missing: Missing, #[cfg(all())] (c, _): (Noisy, Noisy), #[cfg(any())] (missing_1, _): Missing, d: Noisy) -> Outcome {
                #[cfg(any())]
                missing.and(missing_1);
                c.touch()?;
                d.touch()?;
                pause().await;
                b.touch()?;
                a.touch()
            }

            $(#[$attribute])*
            async fn conditional_alone(a: Noisy, #[cfg(any())] missing: Missing, #[cfg(all())] b: Noisy) -> Outcome {
                #[cfg(any())]
                missing.touch();
                a.touch()?;
                pause().await;
                b.touch()
            }

            $(#[$attribute])*
            async fn patterns((a, b): (Noisy, Noisy), c: Noisy, d: Noisy) -> Outcome {
                c.touch()?;
                b.touch()?;
                let local = b.sibling("local");
                pause().await;
                d.touch()?;
                a.check(true)?;
                local.touch()
            }

            $(#[$attribute])*
            async fn early(a: Noisy, b: Noisy, _: Noisy, leaves: bool) -> Outcome {
                let _local = a.sibling("local");
                for _ in 0..3 {
                    b.touch()?;
                    pause().await;
                    if leaves {
                        return a.touch();
                    }
                }
                Ok(())
            }

            $(#[$attribute])*
            async fn generic<T: Touch>(a: impl Touch, _: T, b: T, (_, c): (T, impl Touch)) -> Outcome {
                a.touch()?;
                pause().await;
                c.touch()?;
                b.touch()
            }

            $(#[$attribute])*
            async fn temporaries_in_the_tail(a: Noisy, b: Noisy) -> Outcome {
                let local = a.sibling("local");
                b.sibling("temporary").check(local.name.is_empty())
            }

            /// In traits, which may rewrite the method themselves.
            #[async_trait(?Send)]
            trait Rewritten {
                $(#[$attribute])*
                async fn rewritten(&self, a: Noisy, _: Noisy, b: Noisy, (c, _): (Noisy, Noisy), d: Noisy) -> Outcome {
                    a.touch()?;
                    d.touch()?;
                    pause().await;
                    c.touch()?;
                    b.touch()
                }
            }

            impl Rewritten for () {}

            pub(super) async fn all(until: Until) -> Drops {
                vec![
                    ("unordered", dropped(until, |log| unordered(noisy("a", log), noisy("b", log), noisy("c", log))).await),
                    ("underscored", dropped(until, |log| underscored(noisy("a", log), noisy("b", log), noisy("c", log))).await),
                    ("unnamed", dropped(until, |log| unnamed(noisy("_1", log), noisy("a", log), noisy("_2", log), noisy("b", log), "")).await),
                    ("unused", dropped(until, |log| unused(noisy("a", log), noisy("b", log), noisy("c", log))).await),
                    ("nothing", dropped(until, |log| nothing(noisy("a", log), noisy("b", log))).await),
                    ("halves", dropped(until, |log| halves(noisy("a", log), (noisy("b", log), noisy("_", log)), noisy("c", log))).await),
                    ("fields", dropped(until, |log| fields(pair(log), noisy("a", log), pair(log))).await),
                    ("references", dropped(until, |log| references(noisy("a", log), noisy("b", log), (noisy("c", log), noisy("d", log)))).await),
                    ("conditional", dropped(until, |log| conditional(noisy("a", log), noisy("b", log), (noisy("c", log), noisy("_", log)), noisy("d", log))).await),
                    ("conditional alone", dropped(until, |log| conditional_alone(noisy("a", log), noisy("b", log))).await),
                    ("patterns", dropped(until, |log| patterns((noisy("a", log), noisy("b", log)), noisy("c", log), noisy("d", log))).await),
                    ("early", dropped(until, |log| early(noisy("a", log), noisy("b", log), noisy("_", log), true)).await),
                    ("late", dropped(until, |log| early(noisy("a", log), noisy("b", log), noisy("_", log), false)).await),
                    ("generic", dropped(until, |log| generic(noisy("a", log), noisy("_1", log), noisy("b", log), (noisy("_2", log), noisy("c", log)))).await),
                    ("temporaries", dropped(until, |log| temporaries_in_the_tail(noisy("a", log), noisy("b", log))).await),
                    ("rewritten", dropped(until, |log| ().rewritten(noisy("a", log), noisy("_", log), noisy("b", log), (noisy("c", log), noisy("_2", log)), noisy("d", log))).await),
                ]
            }
        }
    };
}

/// Those whose bodies may give an argument away, so that they run once.
macro_rules! consuming {
    ($module:ident: $(#[$attribute:meta])*) => {
        mod $module {
            use super::*;

            $(#[$attribute])*
            async fn moved_away(a: Noisy, _: Noisy, b: Noisy, early: bool) -> Outcome {
                if early {
                    drop(a);
                    return Ok(());
                }
                pause().await;
                b.touch()
            }

            $(#[$attribute])*
            async fn half_moved_away((a, _): (Noisy, Noisy), mut b: Noisy, c: Noisy, early: bool) -> Outcome {
                if early {
                    b = a.sibling("another b");
                    drop(a);
                }
                c.touch()?;
                pause().await;
                b.check(true)
            }

            $(#[$attribute])*
            async fn mutable_references(a: Noisy, ref mut b: Noisy, (ref mut c, d): (Noisy, Noisy), Pair { ref mut first, .. }: Pair) -> Outcome {
                (b.name, c.name) = ("b, renamed", "c, renamed");
                first.name = "first, renamed";
                d.touch()?;
                pause().await;
                a.touch()?;
                b.touch()
            }

            trait Methods: Sized {
                async fn by_value(self, a: Noisy, _: Noisy, early: bool) -> Outcome;
                async fn unused_self(self, a: Noisy, b: Noisy) -> Outcome;
                async fn mutable(self, a: Noisy, b: Noisy) -> Outcome;
                async fn boxed(self: Box<Self>, a: Noisy, b: Noisy) -> Outcome;
                async fn apart(self, pair: (Noisy, Noisy), b: Noisy) -> Outcome;
                async fn boxed_apart(self: Box<Self>, pair: Pair, b: Noisy) -> Outcome;
                async fn exclusive_apart(&mut self, pair: (Noisy, Noisy), b: Noisy) -> Outcome;
            }

            impl Methods for Noisy {
                $(#[$attribute])*
                async fn by_value(self, a: Noisy, _: Noisy, early: bool) -> Outcome {
                    self.touch()?;
                    pause().await;
                    if early {
                        drop(self);
                        return Ok(());
                    }
                    a.touch()
                }

                $(#[$attribute])*
                async fn unused_self(self, a: Noisy, b: Noisy) -> Outcome {
                    a.touch()?;
                    pause().await;
                    b.touch()
                }

                $(#[$attribute])*
                async fn mutable(mut self, a: Noisy, b: Noisy) -> Outcome {
                    self.name = "self, renamed";
                    a.touch()?;
                    pause().await;
                    self.touch()?;
                    b.touch()
                }

                $(#[$attribute])*
                async fn boxed(self: Box<Self>, a: Noisy, b: Noisy) -> Outcome {
                    self.touch()?;
                    pause().await;
                    a.touch()?;
                    b.touch()
                }

                $(#[$attribute])*
                async fn apart(self, (a, _): (Noisy, Noisy), b: Noisy) -> Outcome {
                    self.touch()?;
                    b.touch()?;
                    pause().await;
                    a.touch()
                }

                $(#[$attribute])*
                async fn boxed_apart(self: Box<Self>, Pair { first, .. }: Pair, b: Noisy) -> Outcome {
                    self.touch()?;
                    b.touch()?;
                    pause().await;
                    first.touch()
                }

                $(#[$attribute])*
                async fn exclusive_apart(&mut self, (a, _): (Noisy, Noisy), b: Noisy) -> Outcome {
                    *self = b.sibling("another self");
                    pause().await;
                    a.touch()?;
                    b.touch()
                }
            }

            $(#[$attribute])*
            fn returned(a: Noisy, b: Noisy) -> impl Future<Output = Outcome> {
                let local = a.sibling("local");
                async move {
                    b.touch()?;
                    pause().await;
                    local.touch()?;
                    a.touch()
                }
            }

            async fn exclusive_apart(mut this: Noisy, pair: (Noisy, Noisy), b: Noisy) -> Outcome {
                this.exclusive_apart(pair, b).await
            }

            pub(super) async fn all(until: Until) -> Drops {
                let mut drops = Vec::new();
                for early in [false, true] {
                    drops.extend([
                        ("moved away", dropped(until, |log| moved_away(noisy("a", log), noisy("_", log), noisy("b", log), early)).await),
                        ("half moved away", dropped(until, |log| half_moved_away((noisy("a", log), noisy("_", log)), noisy("b", log), noisy("c", log), early)).await),
                        ("by value", dropped(until, |log| noisy("self", log).by_value(noisy("a", log), noisy("_", log), early)).await),
                    ]);
                }
                drops.extend([
                    ("unused self", dropped(until, |log| noisy("self", log).unused_self(noisy("a", log), noisy("b", log))).await),
                    ("mutable", dropped(until, |log| noisy("self", log).mutable(noisy("a", log), noisy("b", log))).await),
                    ("boxed", dropped(until, |log| Box::new(noisy("self", log)).boxed(noisy("a", log), noisy("b", log))).await),
                    ("mutable references", dropped(until, |log| mutable_references(noisy("a", log), noisy("b", log), (noisy("c", log), noisy("d", log)), pair(log))).await),
                    ("apart", dropped(until, |log| noisy("self", log).apart((noisy("a", log), noisy("_", log)), noisy("b", log))).await),
                    ("boxed apart", dropped(until, |log| Box::new(noisy("self", log)).boxed_apart(pair(log), noisy("b", log))).await),
                    ("exclusive apart", dropped(until, |log| exclusive_apart(noisy("self", log), (noisy("a", log), noisy("_", log)), noisy("b", log))).await),
                    ("returned", dropped(until, |log| returned(noisy("a", log), noisy("b", log))).await),
                ]);
                drops
            }
        }
    };
}

/// Synchronous ones.
macro_rules! synchronous {
    ($module:ident: $(#[$attribute:meta])*) => {
        mod $module {
            use super::*;

            $(#[$attribute])*
            fn unordered(a: Noisy, _: Noisy, b: Noisy, (c, _): (Noisy, Noisy), error: bool) -> Outcome {
                let local = a.sibling("local");
                c.check(error)?;
                b.touch()?;
                local.touch()?;
                b.sibling("temporary").check(local.name.is_empty())
            }

            $(#[$attribute])*
            #[allow(unused_variables)]
            fn unused(mut a: Noisy, b: Noisy, Pair { first, .. }: Pair, leaves: bool) -> Outcome {
                a.name = "a, renamed";
                if leaves {
                    return first.touch();
                }
                a.check(true)?;
                Ok(())
            }

            $(#[$attribute])*
            fn mutable_references(a: Noisy, ref mut b: Noisy, (ref mut c, _): (Noisy, Noisy), error: bool) -> Outcome {
                (b.name, c.name) = ("b, renamed", "c, renamed");
                c.check(error)?;
                a.touch()
            }

            $(#[$attribute])*
            fn conditional(a: Noisy, #[cfg(any())] missing: Missing, #[cfg(all())] (b, _): (Noisy, Noisy), error: bool) -> Outcome {
                #[cfg(any())]
                missing.touch();
                b.check(error)?;
                a.touch()
            }

            pub(super) fn all() -> Drops {
                let mut drops = Vec::new();
                for flag in [false, true] {
                    let log = Log::default();
                    let _ = unordered(noisy("a", &log), noisy("_1", &log), noisy("b", &log), (noisy("c", &log), noisy("_2", &log)), flag);
                    drops.push(("unordered", log.take()));
                    let _ = unused(noisy("a", &log), noisy("b", &log), pair(&log), flag);
                    drops.push(("unused", log.take()));
                    let _ = mutable_references(noisy("a", &log), noisy("b", &log), (noisy("c", &log), noisy("_", &log)), flag);
                    drops.push(("mutable references", log.take()));
                    let _ = conditional(noisy("a", &log), (noisy("b", &log), noisy("_", &log)), flag);
                    drops.push(("conditional", log.take()));
                }
                drops
            }
        }
    };
}

fn pair(log: &Log) -> Pair {
    Pair { first: noisy("first", log), second: noisy("second", log) }
}

/// Those whose bodies may give an argument away, so that they run once.
macro_rules! consuming_synchronous {
    ($module:ident: $(#[$attribute:meta])*) => {
        mod $module {
            use super::*;

            impl Pair {
                $(#[$attribute])*
                fn $module(self, (a, _): (Noisy, Noisy), b: Noisy, early: bool) -> Outcome {
                    if early {
                        drop(self);
                        return b.touch();
                    }
                    self.first.touch()?;
                    a.touch()
                }
            }

            pub(super) fn all() -> Drops {
                let mut drops = Vec::new();
                for early in [false, true] {
                    let log = Log::default();
                    let _ = pair(&log).$module((noisy("a", &log), noisy("_", &log)), noisy("b", &log), early);
                    drops.push(("apart", log.take()));
                }
                drops
            }
        }
    };
}

macro_rules! compared {
    ($functions:ident with $bare:ident: $($module:ident: $(#[$attribute:meta])+;)*) => {
        $functions!($bare:);
        $($functions!($module: $(#[$attribute])+);)*

        #[tokio::test(start_paused = true)]
        async fn $functions() {
            for until in [Until::Called, Until::FirstWait, Until::End] {
                let expected = $bare::all(until).await;
                $(assert_eq!($module::all(until).await, expected, "{} until {until:?}", stringify!($module));)*
            }
        }
    };
}

compared! {
    functions with bare:
    timed: #[timeout];
    broken: #[circuit_breaker];
    isolated: #[bulkhead] #[rate_limit("1000000/s")];
    retried: #[retry(attempts = 1)];
    hedged: #[hedge(when_err = |_| false)];
    fallen_back: #[fallback(|error| Err(*error))];
    piped_with_a_retry: #[resilient(retry(attempts = 1))];
    three: #[bulkhead] #[timeout] #[circuit_breaker];
    retried_further_in: #[timeout] #[retry(attempts = 1)] #[bulkhead];
    retried_furthest_in: #[bulkhead] #[circuit_breaker] #[retry(attempts = 1)];
}

compared! {
    consuming with bare_consuming:
    consuming_timed: #[timeout];
    consuming_broken: #[circuit_breaker];
    consuming_isolated: #[bulkhead] #[rate_limit("1000000/s")];
    consuming_piped: #[resilient];
    consuming_two: #[bulkhead] #[timeout];
}

synchronous!(bare_synchronous:);
synchronous!(synchronous_broken: #[circuit_breaker]);
synchronous!(synchronous_isolated: #[bulkhead] #[rate_limit("1000000/s")]);
synchronous!(synchronous_retried: #[retry(attempts = 1)]);
synchronous!(synchronous_fallen_back: #[fallback(|error| Err(*error))]);

consuming_synchronous!(apart:);
consuming_synchronous!(apart_broken: #[circuit_breaker]);
consuming_synchronous!(apart_isolated: #[bulkhead] #[rate_limit("1000000/s")]);

#[test]
fn synchronous_functions_do_the_same() {
    let expected = bare_synchronous::all();
    assert_eq!(synchronous_broken::all(), expected);
    assert_eq!(synchronous_isolated::all(), expected);
    assert_eq!(synchronous_retried::all(), expected);
    assert_eq!(synchronous_fallen_back::all(), expected);
    assert_eq!(apart_broken::all(), apart::all());
    assert_eq!(apart_isolated::all(), apart::all());
}

/// Options that name an argument keep it for the whole call; what is declared after one that is only borrowed belongs to
/// the body.
mod named_in_options {
    use super::*;

    macro_rules! named {
        ($name:ident, $at_once:ident, $key:ident: $(#[$attribute:meta])*) => {
            $(#[$attribute])*
            pub(super) async fn $name(a: Noisy, $key: String, b: Noisy, (c, _): (Noisy, Noisy), early: bool) -> Outcome {
                a.touch()?;
                if early {
                    drop(b);
                    return Ok(());
                }
                pause().await;
                c.check($key.is_empty())
            }

            $(#[$attribute])*
            pub(super) fn $at_once(a: Noisy, $key: String, b: Noisy, (c, _): (Noisy, Noisy), early: bool) -> Outcome {
                a.touch()?;
                if early {
                    drop(b);
                    return Ok(());
                }
                c.check($key.is_empty())
            }
        };
    }

    named!(bare, bare_at_once, key:);
    named!(keyed, keyed_at_once, key: #[rate_limit("1000000/s", key = key)]);
    named!(judged, judged_at_once, key: #[circuit_breaker(when_err = |_| key.is_empty())]);
    named!(both, both_at_once, key: #[rate_limit("1000000/s", key = key)] #[circuit_breaker(when_err = |_| key.is_empty())]);
}

#[tokio::test(start_paused = true)]
async fn arguments_that_an_option_names() {
    use named_in_options::{bare, both, judged, keyed};
    macro_rules! drops {
        ($function:ident, $until:ident, $early:ident) => {
            dropped($until, |log| {
                let c = (noisy("c", log), noisy("_", log));
                $function(noisy("a", log), "key".into(), noisy("b", log), c, $early)
            })
            .await
        };
    }
    for (until, early) in [Until::Called, Until::FirstWait, Until::End]
        .into_iter()
        .flat_map(|until| [(until, false), (until, true)])
    {
        let expected = drops!(bare, until, early);
        assert_eq!(drops!(keyed, until, early), expected, "{until:?}, early: {early}");
        assert_eq!(drops!(judged, until, early), expected, "{until:?}, early: {early}");
        assert_eq!(drops!(both, until, early), expected, "{until:?}, early: {early}");
    }
}

#[test]
fn arguments_that_an_option_of_a_synchronous_function_names() {
    use named_in_options::{bare_at_once, both_at_once, judged_at_once, keyed_at_once};
    for early in [false, true] {
        let drops = |function: fn(Noisy, String, Noisy, (Noisy, Noisy), bool) -> Outcome| {
            let log = Log::default();
            let c = (noisy("c", &log), noisy("_", &log));
            let _ = function(noisy("a", &log), "key".into(), noisy("b", &log), c, early);
            log.take()
        };
        let expected = drops(bare_at_once);
        assert_eq!(drops(keyed_at_once), expected, "early: {early}");
        assert_eq!(drops(judged_at_once), expected, "early: {early}");
        assert_eq!(drops(both_at_once), expected, "early: {early}");
    }
}
