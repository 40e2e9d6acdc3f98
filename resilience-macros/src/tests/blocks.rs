//! An attribute on a block: which methods get it, and what then stands above them.

use quote::ToTokens;
use syn::{Attribute, ImplItem, ItemImpl};

use super::{expanded, is_rejected, tokens};
use crate::item::block::is_block;
use crate::item::stack::expand;
use crate::policies::named;

fn block(name: &str, arguments: &str, item: &str) -> ItemImpl {
    let expansion = expand(named(name).expect(name), tokens(arguments), tokens(item));
    let text = expansion.to_string();
    syn::parse2(expansion).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn written(attribute: &Attribute) -> String {
    attribute.to_token_stream().to_string().replace(' ', "")
}

/// Each method's attributes, and its name.
fn methods(name: &str, arguments: &str, item: &str) -> Vec<String> {
    let of = |item: ImplItem| {
        let ImplItem::Fn(method) = item else { return None };
        let above = method.attrs.iter().map(written);
        Some(above.chain([method.sig.ident.to_string()]).collect::<Vec<_>>().join(" "))
    };
    block(name, arguments, item).items.into_iter().filter_map(of).collect()
}

const SHOP: &str = "
    impl Shop {
        const EMPTY: Array<{ N }> = Array::new();
        async fn load(&self) -> Result<Array<{ N }>, ApiError> { self.get().await }
        async fn find(&self) -> (io::Result<Order>) { self.get().await }
        #[inline]
        #[timeout(\"9s\")]
        async fn own(&self) -> Result<(), ApiError> { self.put().await }
        #[retry]
        async fn more(&self) -> Result<(), ApiError> { self.put().await }
        #[resilient(skip)]
        async fn raw(&self) -> Result<(), ApiError> { self.ping().await }
        async fn count(&self) -> u64 { self.orders.len() }
    }";

#[test]
fn methods_that_return_a_result_get_it_unless_they_have_it() {
    assert_eq!(
        methods("timeout", "\"1s\", name = \"shop\"", SHOP),
        [
            "#[::resilience::timeout(__of=\"Shop\",\"1s\",name=\"shop.load\",)] load",
            "#[::resilience::timeout(__of=\"Shop\",\"1s\",name=\"shop.find\",)] find",
            "#[inline] #[timeout(__of=\"Shop\",\"9s\")] own",
            "#[::resilience::timeout(__of=\"Shop\",\"1s\",name=\"shop.more\",)] #[retry] more",
            "#[resilient(__gathered)] raw",
            "count",
        ],
    );
}

#[test]
fn methods_are_named_or_left_out() {
    let reached = |choice: &str| {
        let methods = methods("circuit_breaker", choice, SHOP);
        let reached = methods.iter().filter(|method| method.contains("circuit_breaker"));
        reached
            .filter_map(|method| method.rsplit(' ').next())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(reached(""), ["load", "find", "own", "more"]);
    assert_eq!(reached("except = [find, own]"), ["load", "more"]);
    assert_eq!(reached("only = [count, own]"), ["own", "count"]);
}

#[test]
fn only_resilient_skips() {
    let skipping = |attribute: &str| {
        let method = |name| format!("async fn {name}(&self) -> Result<(), E> {{ f().await }}");
        let item = format!("impl Shop {{ {attribute} {} {} }}", method("load"), method("find"));
        !methods("timeout", "", &item)[0].contains("::resilience::timeout")
    };
    assert!(skipping("#[resilient(skip)]"));
    assert!(!skipping("#[bulkhead(skip)]"));
    assert!(!skipping("#[other::resilient(skip)]"));
    assert!(!skipping("#[resilient(retry)]"));
}

#[test]
fn attributes_of_others_stay_on_the_block() {
    let item = "#[cfg(unix)] #[bulkhead] impl Shop { async fn load(&self) -> Result<(), E> { f().await } }";
    let block = block("timeout", "", item);
    let kept: Vec<_> = block.attrs.iter().map(written).collect();
    assert_eq!(kept, ["#[cfg(unix)]"]);
}

#[test]
fn a_pipeline_whose_retry_is_off_reruns_nothing() {
    let reader = named("resilient").expect("an attribute");
    assert!(is_rejected(&expanded(reader, "retry", SHOP)));
    assert!(!is_rejected(&expanded(reader, "retry(off)", SHOP)));
    assert!(!is_rejected(&expanded(reader, "retry, only = [load]", SHOP)));
}

#[test]
fn blocks_may_have_modifiers() {
    for block in ["impl A {}", "unsafe impl A for B {}", "trait A {}", "pub unsafe auto trait A {}"]
    {
        assert!(is_block(&tokens(block).into_iter().collect::<Vec<_>>()), "{block}");
    }
    for other in ["pub fn f() -> impl A {}", "struct A {}", "pub static A: B;"] {
        assert!(!is_block(&tokens(other).into_iter().collect::<Vec<_>>()), "{other}");
    }
}
