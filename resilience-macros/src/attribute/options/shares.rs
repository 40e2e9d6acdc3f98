//! One ratio for each priority: `[0.7, 0.85, 1.0, 1.0]`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Error, Expr, ExprArray, Lit};

use crate::attribute::options::ratio::Ratio;
use crate::attribute::options::value::{Value, literal, transparent};
use crate::grammar::{FALLING_SHARES, FOUR_SHARES};

/// What calls of each priority may fill, least important first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shares([Ratio; 4]);

impl Value for Shares {
    const CHECK: Option<&'static str> = Some("shares");

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err(FOUR_SHARES.into())
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        let ratios = self.0.map(|ratio| ratio.tokens(span, runtime));
        quote_spanned!(span=> [#(#ratios),*])
    }

    fn word(expr: &Expr) -> Option<Result<Self, Error>> {
        let Expr::Array(array) = expr else { return None };
        if array.elems.len() != 4 {
            return Some(Err(Error::new_spanned(array, FOUR_SHARES)));
        }
        let ratios = ratios(array).transpose()?;
        Some(ratios.and_then(|ratios| rising(array, &ratios)))
    }
}

/// The elements, as far as they are literals; `None` where one is not.
fn ratios(array: &ExprArray) -> Result<Option<Vec<Ratio>>, Error> {
    let ratio = |element: &Expr| {
        let Some((literal, negative)) = literal(transparent(element)) else { return Ok(None) };
        Ratio::read(literal, negative).map(Some).map_err(|text| Error::new_spanned(element, text))
    };
    array.elems.iter().map(ratio).collect::<Result<Option<Vec<_>>, _>>()
}

/// Whether none is below the one before.
fn rising(array: &ExprArray, ratios: &[Ratio]) -> Result<Shares, Error> {
    let falls = ratios.windows(2).position(|pair| pair[0].0 > pair[1].0);
    match (falls, ratios.try_into()) {
        (None, Ok(ratios)) => Ok(Shares(ratios)),
        (Some(place), _) => Err(Error::new_spanned(&array.elems[place + 1], FALLING_SHARES)),
        (None, Err(_)) => Err(Error::new_spanned(array, FOUR_SHARES)),
    }
}
