// #[retry]
// fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id)
// }

use ::resilience::__private::*;

fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_RETRY: Retry = <Retry>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch"),
        0,
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_RETRY, ())) }
    }
    static __RESILIENCE_FAULTS: faults::FaultSite = faults::FaultSite::new(
        ::core::concat!(::core::module_path!(), "::fetch"),
    );
    submit! {
        faults::Listed(& __RESILIENCE_FAULTS)
    }
    let outcome = {
        let mut attempts = begin(&__RESILIENCE_RETRY);
        loop {
            let pause = {
                let tried = blocking::attempt(
                    attempts,
                    || match faults::blocking(
                        &__RESILIENCE_FAULTS,
                        fault!(Result < String, ApiError >),
                    ) {
                        ::core::option::Option::Some(fault) => fault,
                        ::core::option::Option::None => {
                            blocking::body(|| -> Result<String, ApiError> { get(id) })
                        }
                    },
                );
                match tried
                    .settle_by_default(
                        &__RESILIENCE_RETRY,
                        inspect!(result Result < String, ApiError >),
                    )
                {
                    Break(outcome) => break outcome,
                    Continue(pause) => pause,
                }
            };
            attempts = blocking::pause(&__RESILIENCE_RETRY, pause);
        }
    };
    faults::finish::<
        Result<String, ApiError>,
    >(outcome, reject!(Result < String, ApiError >))
}
