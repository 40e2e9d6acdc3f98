//! Plots as SVG: a line per series, its name at its end, the vertical axis from zero.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::curves::{Curve, Series};

type Drawn = Result<(), Box<dyn Error>>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

const SIZE: (u32, u32) = (960, 460);
/// For the names of the series, to the right.
const NAMES: u32 = 270;
const LINE: i32 = 17;
/// Where the last of them may lie.
const LOWEST: i32 = 400;
const OURS: [RGBColor; 3] = [RGBColor(0, 82, 165), RGBColor(60, 150, 220), RGBColor(0, 150, 136)];
const PEERS: [RGBColor; 4] =
    [RGBColor(213, 94, 0), RGBColor(170, 60, 150), RGBColor(130, 110, 0), RGBColor(110, 110, 110)];

pub(crate) fn draw(curve: &Curve, to: &Path) -> Drawn {
    let root = SVGBackend::new(to, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let highest = curve.series.iter().flat_map(|series| &series.values).copied();
    let highest = highest.fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .caption(curve.title, ("sans-serif", 20))
        .margin(14)
        .margin_right(NAMES)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..(curve.xs.len() - 1) as f64, 0.0..highest * 1.05)?;
    mesh(&mut chart, curve)?;
    let colours = colours(&curve.series);
    for (series, colour) in curve.series.iter().zip(&colours) {
        line(&mut chart, &series.values, *colour)?;
    }
    names(&root, &chart, &curve.series, &colours)?;
    Ok(root.present()?)
}

fn mesh(chart: &mut Chart<'_>, curve: &Curve) -> Drawn {
    let x = |place: f64| (0..).zip(&curve.xs).find(|(at, _)| (f64::from(*at) - place).abs() < 1e-6);
    let label = |place: &f64| x(*place).map_or_else(String::new, |(_, x): (u32, _)| grouped(*x));
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(curve.xs.len())
        .x_label_formatter(&label)
        .x_desc(curve.x)
        .y_label_formatter(&|y| format!("{y}"))
        .y_desc(curve.y)
        .label_style(("sans-serif", 14))
        .axis_desc_style(("sans-serif", 15))
        .draw()?;
    Ok(())
}

fn line(chart: &mut Chart<'_>, values: &[f64], colour: RGBColor) -> Drawn {
    let points = || values.iter().enumerate().map(|(place, y)| (place as f64, *y));
    chart.draw_series(LineSeries::new(points(), colour.stroke_width(2)))?;
    chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
    Ok(())
}

/// Beside the ends of the lines, as close as there is room.
fn names(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    chart: &Chart<'_>,
    series: &[Series],
    colours: &[RGBColor],
) -> Drawn {
    let mut ends: Vec<_> = series.iter().zip(colours).map(|it| (end(chart, it.0), it)).collect();
    ends.sort_by_key(|((_, y), _)| *y);
    let mut free = i32::MIN;
    let mut lowest = ends.iter().fold(LOWEST, |lowest, _| lowest - LINE);
    for ((x, y), (series, colour)) in ends {
        lowest += LINE;
        let y = y.min(lowest).max(free);
        free = y + LINE;
        let style = ("sans-serif", 14).into_font().color(colour);
        root.draw(&Text::new(series.name.clone(), (x + 10, y - 7), style))?;
    }
    Ok(())
}

fn end(chart: &Chart<'_>, series: &Series) -> (i32, i32) {
    let place = series.values.len() - 1;
    chart.backend_coord(&(place as f64, series.values[place]))
}

/// Blue and green for ours, the others in other colours.
fn colours(series: &[Series]) -> Vec<RGBColor> {
    let (mut ours, mut peers) = (OURS.iter().cycle(), PEERS.iter().cycle());
    let next = |series: &Series| if series.is_ours() { ours.next() } else { peers.next() };
    series.iter().filter_map(next).copied().collect()
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
