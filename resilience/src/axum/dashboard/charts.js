// Charts of five minutes, in slots as the server has them. What is drawn is data: slots with an age and a value for each
// of the series, which have a key, a name and a tone.

const CHART_SLOTS = 30;
const WIDTH = 600;
const HEIGHT = 100;
const SLOT_WIDTH = WIDTH / CHART_SLOTS;
const X = (age) => (CHART_SLOTS - 1 - age) * SLOT_WIDTH;
const ago = (age) => age === 0 ? "the last slot" : `${seconds(age * past.slot_ms)} ago`;
const perSecond = (rate) => rate >= 10 ? number(Math.round(rate)) : String(Math.round(rate * 10) / 10);

// Values of a slot are parts of a whole, and stacked.
function barChart({ slots, series, ...rest }) {
  const sum = (slot) => series.reduce((sum, { key }) => sum + (slot[key] ?? 0), 0);
  return chart({ ...rest, slots, series, none: () => `0${rest.unit}`, largest: Math.max(0, ...slots.map(sum)) }, (y) => slots.flatMap((slot) => {
    let below = 0;
    return series.filter(({ key }) => slot[key] > 0).map(({ key, tone }) => {
      const [foot, top] = [y(below), Math.min(y(below) - 1, y(below + slot[key]))];
      below += slot[key];
      return svg("rect", { x: X(slot.age) + 1, y: top, width: SLOT_WIDTH - 2, height: foot - top, class: "part", "data-tone": tone });
    });
  }));
}

// Values stand side by side; a slot without one breaks its line.
function lineChart({ slots, series, ...rest }) {
  const largest = Math.max(0, ...slots.flatMap((slot) => series.map(({ key }) => slot[key] ?? 0)));
  return chart({ ...rest, slots, series, largest }, (y) => series.map(({ key, tone }, i) => {
    const known = slots.filter((slot) => slot[key] != null).sort((a, b) => b.age - a.age);
    const steps = known.map((slot, at) => `${at > 0 && known[at - 1].age === slot.age + 1 ? "L" : "M"} ${X(slot.age)} ${y(slot[key])} L ${X(slot.age) + SLOT_WIDTH} ${y(slot[key])}`);
    return svg("path", { d: steps.join(" "), class: `line dash-${i}`, "data-tone": tone });
  }));
}

// The frame of both: title, the last values as a legend, scale, drawing, times. `none` says what a missing value is,
// `below` has another drawing with its text.
function chart({ title, slots, series, unit, largest, none = () => "–", below }, draw) {
  const most = rounded(largest);
  const y = (value) => (HEIGHT - value / most * (HEIGHT - 2)).toFixed(1) * 1;
  const grid = [most, most / 2].map((value) => svg("line", { x1: 0, x2: WIDTH, y1: y(value), y2: y(value), class: "grid" }));
  const scale = make("div", make("span", `${perSecond(most)}${unit}`), make("span", perSecond(most / 2)), make("span", "0"));
  scale.className = "scale";
  const plot = make("div", drawing(HEIGHT, ...grid, ...draw(y), ...readable(slots, series, unit)));
  plot.className = "plot";
  if (below) plot.append(below.drawing);
  const times = make("div", make("span", "5 min ago"), make("span", below?.text ?? ""), make("span", "now"));
  times.className = "times";
  plot.append(times);
  return make("figure", make("figcaption", make("strong", title), legend(slots, series, unit, none)), scale, plot);
}

// The names of the series with their last values: for eyes a legend, for screen readers the chart.
function legend(slots, series, unit, none) {
  const last = slots.find(({ age }) => age === 0) ?? {};
  const entries = series.map(({ key, name, tone }, i) => {
    const swatch = make("span");
    swatch.className = `swatch dash-${i}`;
    attribute(swatch, "data-tone", tone);
    return make("span", swatch, `${name} ${last[key] == null ? none(last) : `${perSecond(last[key])}${unit}`}`);
  });
  const made = make("span", ...entries);
  made.className = "legend";
  return made;
}

// What a slot holds, where the pointer rests.
function readable(slots, series, unit) {
  return slots.map((slot) => {
    const values = series.filter(({ key }) => slot[key] != null).map(({ key, name }) => `${name} ${perSecond(slot[key])}${unit}`);
    return svg("rect", { x: X(slot.age), y: 0, width: SLOT_WIDTH, height: HEIGHT, class: "hit" }, svg("title", {}, `${ago(slot.age)}: ${values.join(", ")}`));
  });
}

// The next round number: scales that people can halve.
function rounded(largest) {
  if (!(largest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= largest);
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const drawing = (height, ...children) => svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "chart" }, ...children);
