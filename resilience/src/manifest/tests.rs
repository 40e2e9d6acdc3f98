//! How differences and places are shown.

use super::difference;
use super::text::{portable, quoted};

#[test]
fn a_difference_shows_what_it_belongs_to() {
    let before = "name = \"charge\"\nworst_case = \"30s\"\nattempts = 3\n\nname = \"refund\"\n";
    let now = before.replace("30s", "60s");
    assert_eq!(
        difference::of(before, &now),
        "  name = \"charge\"\n- worst_case = \"30s\"\n+ worst_case = \"60s\"\n  attempts = 3\n\n  name = \"refund\"\n"
    );
    assert_eq!(difference::of(before, before), "");
}

#[test]
fn a_file_is_shown_alike_on_every_machine() {
    assert_eq!(portable("src/shop.rs"), "src/shop.rs");
    assert_eq!(portable(r"crates\shop\src\lib.rs"), "crates/shop/src/lib.rs");
    let cached =
        "/home/a/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/shop-1.2.0/src/api/pay.rs";
    assert_eq!(portable(cached), "shop-1.2.0/src/api/pay.rs");
    assert_eq!(portable(r"C:\work\shop\src\lib.rs"), "shop/src/lib.rs");
    assert_eq!(portable("/build.rs"), "/build.rs");
}

#[cfg(feature = "overrides")]
#[test]
fn any_name_is_valid_toml() {
    for name in ["shop::charge", "\"quoted\" \\ name", "line\nbreak\ttab\u{1}", "支付"] {
        let text = format!("name = {}", quoted(name));
        let document = toml::de::DeTable::parse(&text).unwrap();
        assert_eq!(document.get_ref()["name"].get_ref().as_str(), Some(name));
    }
}
