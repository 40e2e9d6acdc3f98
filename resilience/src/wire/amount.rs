//! An amount of time as text, on the stack.

/// Decimal digits, and the letter of a unit where there is one.
pub(super) struct Amount {
    /// Written from the end.
    text: [u8; Self::LONGEST],
    start: usize,
}

impl Amount {
    /// The digits of `u64::MAX`, and the letter.
    const LONGEST: usize = 21;

    pub(super) fn new(number: u64) -> Self {
        Self::before([0; Self::LONGEST], Self::LONGEST, number)
    }

    pub(super) fn in_unit(number: u64, unit: u8) -> Self {
        let mut text = [0; Self::LONGEST];
        text[Self::LONGEST - 1] = unit;
        Self::before(text, Self::LONGEST - 1, number)
    }

    /// Puts the digits before `end`.
    fn before(mut text: [u8; Self::LONGEST], end: usize, mut number: u64) -> Self {
        let mut start = end;
        loop {
            start -= 1;
            text[start] = b"0123456789"[(number % 10) as usize];
            number /= 10;
            if number == 0 {
                return Self { text, start };
            }
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.text[self.start..]
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("digits and a letter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_are_written() {
        for (number, text) in [(0, "0"), (7, "7"), (10, "10"), (1_234_567_890, "1234567890")] {
            assert_eq!(Amount::new(number).as_str(), text);
            assert_eq!(Amount::in_unit(number, b'm').as_str(), format!("{text}m"));
        }
        assert_eq!(Amount::in_unit(u64::MAX, b'n').as_str(), format!("{}n", u64::MAX));
    }
}
