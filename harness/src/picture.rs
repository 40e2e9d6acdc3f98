//! Runs of an outage over time as a picture: one row per run, calls stacked by what became of them.

use std::fmt::Write as _;
use std::time::Duration;

use super::Timeline;
use super::timeline::{SLOT, Slot};

const LEFT: f64 = 56.0;
const WIDTH: f64 = 640.0;
const ROW: f64 = 156.0;
/// From a row's top to its chart: a caption, and a line for what lasts meanwhile.
const HEAD: f64 = 38.0;
const CHART: f64 = 84.0;
const TOP: f64 = 40.0;
/// A picture in a page cannot ask the page: it follows the reader's system, and brings its own background.
const STYLE: &str = "
text { fill: #24292f } .faint { fill: #57606a } .page { fill: #ffffff } .fault { fill: #eaeef2 } line { stroke: #8c959f }
.answered { fill: #1a7f37 } .rejected { fill: #d4a72c } .fallback { fill: #bc4c00 } .failed { fill: #cf222e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .faint { fill: #9198a1 } .page { fill: #0d1117 } .fault { fill: #262c36 } line { stroke: #6e7681 }
.answered { fill: #3fb950 } .rejected { fill: #e3b341 } .fallback { fill: #f0883e } .failed { fill: #f85149 }
}";

type Count = fn(&Slot) -> usize;

/// What became of calls: word, class and count, from the bottom of a stack up.
const PARTS: [(&str, &str, Count); 4] = [
    ("answered", "answered", |slot| slot.answered),
    ("rejected: fallback at once", "rejected", |slot| slot.rejected),
    ("fallback after a wait", "fallback", |slot| slot.fallbacks),
    ("failed", "failed", |slot| slot.failed),
];
/// Where each part's word begins in the legend.
const PLACES: [f64; 4] = [0.0, 96.0, 280.0, 432.0];

/// An SVG document, readable on a light and on a dark page. Each run has a caption.
#[must_use]
pub fn picture(title: &str, runs: &[(&str, &Timeline)]) -> String {
    let (width, height) = (LEFT + WIDTH + 24.0, TOP + ROW * runs.len() as f64 + 4.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\">\n<title>{title}</title>\n<style>{STYLE}\n</style>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    legend(&mut svg);
    let most = runs.iter().flat_map(|(_, run)| &run.slots).map(|slot| slot.calls()).max();
    for (row, (caption, run)) in runs.iter().enumerate() {
        draw(&mut svg, TOP + ROW * row as f64, caption, run, most.unwrap_or(1).max(1));
    }
    svg + "</svg>\n"
}

/// Adds a line; a `String` takes it.
macro_rules! put {
    ($svg:expr, $($text:tt)*) => { let _ = writeln!($svg, $($text)*); };
}

fn legend(svg: &mut String) {
    for ((word, class, _), place) in PARTS.into_iter().zip(PLACES) {
        let x = LEFT + place;
        put!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"12\" width=\"12\" height=\"12\"/>");
        put!(svg, "<text x=\"{}\" y=\"22\">{word}</text>", x + 18.0);
    }
}

fn draw(svg: &mut String, top: f64, caption: &str, run: &Timeline, most: usize) {
    let (bottom, seconds) = (top + HEAD + CHART, run.slots.len() as f64 * SLOT.as_secs_f64());
    put!(svg, "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{caption}</text>", top + 14.0);
    fault(svg, top + HEAD, run, seconds);
    for (place, slot) in run.slots.iter().enumerate() {
        let width = WIDTH * SLOT.as_secs_f64() / seconds;
        stack(svg, LEFT + width * place as f64, bottom, width, slot, most);
    }
    axis(svg, bottom, seconds, most);
}

/// While it lasts, behind the calls and above them.
fn fault(svg: &mut String, top: f64, run: &Timeline, seconds: f64) {
    let x = |time: Duration| LEFT + WIDTH * time.as_secs_f64() / seconds;
    let (began, ended) = (x(run.fault_began), x(run.fault_ended));
    let (above, height, width) = (top - 16.0, CHART + 16.0, ended - began);
    put!(
        svg,
        "<rect class=\"fault\" x=\"{began:.1}\" y=\"{above}\" width=\"{width:.1}\" height=\"{height}\"/>"
    );
    let (middle, below) = (began.midpoint(ended), top - 4.0);
    put!(
        svg,
        "<text class=\"faint\" x=\"{middle:.1}\" y=\"{below}\" text-anchor=\"middle\">outage</text>"
    );
}

fn stack(svg: &mut String, x: f64, bottom: f64, width: f64, slot: &Slot, most: usize) {
    let (mut y, width) = (bottom, width - 1.0);
    for (_, class, count) in PARTS {
        let height = CHART * count(slot) as f64 / most as f64;
        y -= height;
        if height > 0.0 {
            put!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
        }
    }
}

fn axis(svg: &mut String, bottom: f64, seconds: f64, most: usize) {
    let per_second = most as f64 / SLOT.as_secs_f64();
    let (x, y) = (LEFT - 6.0, bottom - CHART + 8.0);
    put!(
        svg,
        "<text class=\"faint\" x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{per_second:.0}/s</text>"
    );
    put!(svg, "<line x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{}\" y2=\"{bottom}\"/>", LEFT + WIDTH);
    for second in (0_u32..).take_while(|second| f64::from(*second) <= seconds) {
        let (x, y) = (LEFT + WIDTH * f64::from(second) / seconds, bottom + 14.0);
        put!(
            svg,
            "<text class=\"faint\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{second} s</text>"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_calls_is_stacked_to_scale() {
        let slot = Slot { answered: 2, rejected: 1, fallbacks: 0, failed: 1 };
        let run = Timeline { slots: vec![slot; 4], ..Timeline::default() };
        let svg = picture("a run", &[("with", &run)]);
        let heights = |class: &str, height: &str| {
            let part = format!("<rect class=\"{class}\"");
            let parts = svg.lines().filter(|line| line.starts_with(&part));
            parts.filter(|line| line.contains(&format!("height=\"{height}\""))).count()
        };
        assert_eq!(heights("answered", "42.0"), 4, "{svg}");
        assert_eq!(heights("rejected", "21.0"), 4);
        assert_eq!(heights("failed", "21.0"), 4);
        assert!(svg.contains("<title>a run</title>") && svg.contains(">16/s</text>"));
    }
}
