//! Runs of an outage over time as a picture: one row per run, calls stacked by what became of them.

use std::fmt::Write as _;
use std::time::Duration;

use super::Timeline;
use super::timeline::{SLOT, Slot};

const LEFT: f64 = 56.0;
const WIDTH: f64 = 640.0;
const ROW: f64 = 132.0;
const CHART: f64 = 84.0;
const TOP: f64 = 34.0;
type Count = fn(&Slot) -> usize;
/// What became of calls: word and colour, from the bottom of a stack up.
const PARTS: [(&str, &str, Count); 3] = [
    ("answered", "#2b8a3e", |slot| slot.answered),
    ("fallback", "#f0a30a", |slot| slot.fallbacks),
    ("failed", "#c92a2a", |slot| slot.failed),
];

/// An SVG document. Each run has a caption.
#[must_use]
pub fn picture(title: &str, runs: &[(&str, &Timeline)]) -> String {
    let (width, height) = (LEFT + WIDTH + 24.0, TOP + ROW * runs.len() as f64 + 8.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\">\n<title>{title}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    legend(&mut svg);
    let most = runs.iter().flat_map(|(_, run)| &run.slots).map(|slot| slot.calls()).max();
    for (row, (caption, run)) in runs.iter().enumerate() {
        draw(&mut svg, TOP + ROW * row as f64, caption, run, most.unwrap_or(1).max(1));
    }
    svg + "</svg>\n"
}

fn legend(svg: &mut String) {
    for (place, (word, colour, _)) in PARTS.iter().enumerate() {
        let x = LEFT + 96.0 * place as f64;
        // A String takes it.
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"10\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"20\" fill=\"#333333\">{word}</text>",
            x + 18.0
        );
    }
}

fn draw(svg: &mut String, top: f64, caption: &str, run: &Timeline, most: usize) {
    let (bottom, seconds) = (top + 22.0 + CHART, run.slots.len() as f64 * SLOT.as_secs_f64());
    let x = |time: Duration| LEFT + WIDTH * time.as_secs_f64() / seconds;
    let (began, ended) = (x(run.fault_began), x(run.fault_ended));
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" fill=\"#333333\">{caption}</text>\n\
         <rect x=\"{began:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{CHART}\" fill=\"#eeeeee\"/>",
        top + 14.0,
        top + 22.0,
        ended - began
    );
    for (place, slot) in run.slots.iter().enumerate() {
        let width = x(SLOT) - LEFT;
        stack(svg, LEFT + width * place as f64, bottom, width, slot, most);
    }
    axis(svg, bottom, seconds, most);
}

fn stack(svg: &mut String, x: f64, bottom: f64, width: f64, slot: &Slot, most: usize) {
    let mut y = bottom;
    for (_, colour, count) in PARTS {
        let height = CHART * count(slot) as f64 / most as f64;
        y -= height;
        if height > 0.0 {
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{colour}\"/>",
                width - 1.0
            );
        }
    }
}

fn axis(svg: &mut String, bottom: f64, seconds: f64, most: usize) {
    let per_second = most as f64 / SLOT.as_secs_f64();
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" fill=\"#666666\" text-anchor=\"end\">{per_second:.0}/s</text>\n\
         <line x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{}\" y2=\"{bottom}\" stroke=\"#999999\"/>",
        LEFT - 6.0,
        bottom - CHART + 8.0,
        LEFT + WIDTH
    );
    for second in (0_u32..).take_while(|second| f64::from(*second) <= seconds) {
        let x = LEFT + WIDTH * f64::from(second) / seconds;
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" fill=\"#666666\" text-anchor=\"middle\">{second} s</text>",
            bottom + 14.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_calls_is_stacked_to_scale() {
        let slot = Slot { answered: 3, fallbacks: 0, failed: 1 };
        let run = Timeline { slots: vec![slot; 4], ..Timeline::default() };
        let svg = picture("a run", &[("with", &run)]);
        assert_eq!(svg.matches("height=\"63.0\" fill=\"#2b8a3e\"").count(), 4, "{svg}");
        assert_eq!(svg.matches("height=\"21.0\" fill=\"#c92a2a\"").count(), 4);
        assert!(svg.contains("<title>a run</title>") && svg.contains(">16/s</text>"));
    }
}
