//! Ratios as text: `"25%"`.

/// `"25%"`. The point is moved in the text, so that the result is the nearest `f64` to what was written.
pub(crate) fn parse_percentage(text: &str) -> Result<f64, String> {
    let digits = text.trim().strip_suffix('%').map(str::trim_end);
    let plain = |digits: &&str| digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    digits.filter(plain).and_then(|digits| format!("{digits}e-2").parse().ok()).ok_or_else(|| {
        format!("\"{text}\" is not a percentage: write one like \"25%\", or a ratio like 0.25")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "the point is that they are the same bits")]
    fn a_percentage_is_the_nearest_ratio() {
        assert_eq!(parse_percentage("33.3 %"), Ok(0.333));
        for percent in 1_i32..=100 {
            let ratio = format!("{}.{:02}", percent / 100, percent % 100).parse();
            assert_eq!(parse_percentage(&format!("{percent}%")), ratio.map_err(|_| String::new()));
        }
        for text in ["", "%", "half", "0.5", "-5%", "1e1%", "5 %%"] {
            assert!(parse_percentage(text).is_err(), "{text}");
        }
    }
}
