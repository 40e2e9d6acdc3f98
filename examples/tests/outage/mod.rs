//! What the tests of outages share.

use resilience_harness::{Programs, Scenario, table};

/// All limits hold; where the server that shall fail is not installed, says so and does nothing.
pub async fn survives(scenario: Scenario) {
    let programs = Programs {
        users: env!("CARGO_BIN_EXE_user_service").into(),
        orders: env!("CARGO_BIN_EXE_http_client").into(),
        limited: env!("CARGO_BIN_EXE_limited_api").into(),
        pictures: env!("CARGO_BIN_EXE_pictures").into(),
    };
    let figures = scenario.run_fairly(&programs).await;
    println!("{}", table(&[(scenario, figures.clone())]));
    if let Some(figures) = figures {
        let broken = scenario.limits().broken_by(&figures);
        assert!(broken.is_empty(), "{scenario}: {broken:#?}\n{figures:#?}");
    }
}
