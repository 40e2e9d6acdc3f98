//! Values of options as they stand in a file, read into what configs take.

use serde_json::Value as Json;

use crate::check;
use crate::circuit_breaker::Window;
use crate::grammar::{FALLING_SHARES, FOUR_SHARES, Literal, Span};

/// A value of JSON as it would stand in the file; `None` for `null`.
pub(super) fn of_json(json: &Json) -> Option<Literal> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => Literal::Flag(*flag),
        Json::Number(number) if number.is_f64() => Literal::Float(number.to_string()),
        Json::Number(number) => Literal::Integer(number.to_string()),
        Json::String(text) => Literal::Text(text.clone()),
        Json::Array(values) => {
            let element = |element: &Json| of_json(element).unwrap_or(Literal::Other);
            Literal::List(values.iter().map(element).collect())
        }
        Json::Object(_) => Literal::Other,
    })
}

/// Values of the configs' own types.
pub(super) trait ConfigValue {
    fn window(&self) -> Result<Window, String>;
    /// A ratio for each priority.
    fn shares(&self) -> Result<[f64; 4], String>;
}

impl ConfigValue for Literal {
    fn window(&self) -> Result<Window, String> {
        self.span().map(|span| match span {
            Span::Time(time) => Window::Time(time),
            Span::Calls(calls) => Window::Calls(calls),
        })
    }

    fn shares(&self) -> Result<[f64; 4], String> {
        let ratios = match self {
            Self::List(values) => values.iter().map(Self::ratio).collect::<Result<Vec<_>, _>>()?,
            _ => Vec::new(),
        };
        let shares = ratios.try_into().map_err(|_| FOUR_SHARES)?;
        if check::are_shares(&shares) { Ok(shares) } else { Err(FALLING_SHARES.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(ratios: [&str; 4]) -> Result<[f64; 4], String> {
        let ratios = ratios.map(|ratio| Literal::Text(ratio.into()));
        ConfigValue::shares(&Literal::List(ratios.into()))
    }

    #[test]
    fn shares_are_a_list_of_four_that_do_not_fall() {
        assert_eq!(shares(["25%", "50%", "50%", "100%"]), Ok([0.25, 0.5, 0.5, 1.0]));
        assert_eq!(shares(["50%", "25%", "50%", "100%"]), Err(FALLING_SHARES.into()));
        let one = Literal::Text("25%".into());
        assert_eq!(ConfigValue::shares(&one), Err(FOUR_SHARES.into()));
    }

    #[test]
    fn numbers_with_a_point_are_told_from_whole_ones() {
        let read = |text: &str| of_json(&serde_json::from_str(text).unwrap());
        assert_eq!(read("0.5"), Some(Literal::Float("0.5".into())));
        assert_eq!(read("5"), Some(Literal::Integer("5".into())));
        assert_eq!(read("null"), None);
    }
}
