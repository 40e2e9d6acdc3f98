// Each guarded function as a row of stages, outermost first: what flows in, passes, is rejected, retried, answered by a
// fallback; and charts of its circuit breaker.

let functions = [];
let functionLimit = 50;
const functionElements = new Map();

// What each kind counts, of the snapshot's lists; `in` is every call that came.
const COUNTED = {
  circuit_breakers: ({ totals: t }) => ({ in: t.requests + t.rejected, rejected: t.rejected, failed: t.failures }),
  retries: ({ totals: t }) => ({ retried: t.retries, "given up": t.exhausted }),
  timeouts: ({ totals: t }) => ({ "timed out": t.timed_out + t.deadline_exceeded }),
  bulkheads: ({ totals: t }) => ({ rejected: t.rejected }),
  rate_limiters: ({ totals: t }) => ({ rejected: t.rejected }),
  hedges: ({ totals: t }) => ({ hedged: t.hedged }),
  fallbacks: ({ used }) => ({ answered: used }),
};

// Counters of the last ten seconds, of the policies that functions are made of.
const RATE_OVER = 10000;
const readings = new Map();

function learnFunctions({ functions: all = [] }, now) {
  functions = all.map((one) => ({ ...one, key: `${one.name} ${one.location}`, stages: one.layers.map(stageOf) }));
  for (const key of new Set(functions.flatMap(({ stages }) => stages.map(({ key }) => key)))) {
    const row = byKey.get(key);
    if (!row) continue;
    const kept = (readings.get(key) ?? []).filter(({ at }) => at > now - 2 * RATE_OVER);
    readings.set(key, [...kept, { at: now, counts: COUNTED[row.list]?.(row.policy) ?? {} }]);
  }
}

function stageOf({ kind, policy, shared }) {
  const lists = kind === "fallback" ? ["fallbacks"] : LISTS[kind] ?? [];
  const key = lists.map((list) => `${list}/${policy}`).find((key) => byKey.has(key)) ?? "";
  return { kind, name: policy, shared, key };
}

// By what each counter grew per second.
function rates(key) {
  const all = readings.get(key) ?? [];
  const last = all.at(-1);
  const first = all.find(({ at }) => at >= (last?.at ?? 0) - RATE_OVER);
  if (!last || first === last) return null;
  const per_second = (name) => Math.max(0, last.counts[name] - first.counts[name]) / ((last.at - first.at) / 1000);
  return Object.fromEntries(Object.keys(last.counts).map((name) => [name, per_second(name)]));
}

// A breaker counts every call. From it, what the stages around it must have seen follows, unless others use them, too.
function flows(stages) {
  const all = stages.map(({ key }) => rates(key) ?? {});
  const known = all.findIndex((rate) => rate.in != null);
  const flow = all.map((rate) => ({ in: rate.in ?? null }));
  const clear = (from, to) => stages.slice(from, to + 1).every(({ shared, key }) => !shared && key);
  for (let i = known - 1; known >= 0 && i >= 0; i--) {
    if (flow[i].in == null && clear(i, known)) {
      flow[i].in = Math.max(0, flow[i + 1].in + (all[i].rejected ?? 0) - (all[i].retried ?? 0) - (all[i].hedged ?? 0));
    }
  }
  for (let i = known + 1; known >= 0 && i < stages.length; i++) {
    const before = all[i - 1];
    if (flow[i].in == null && flow[i - 1].in != null && clear(known, i)) {
      flow[i].in = Math.max(0, flow[i - 1].in - (before.rejected ?? 0) + (before.retried ?? 0) + (before.hedged ?? 0));
    }
  }
  return all.map((rate, i) => ({ ...rate, in: flow[i].in }));
}

const perSecond = (rate) => rate >= 10 ? number(Math.round(rate)) : String(Math.round(rate * 10) / 10);

// One sentence per stage: eyes and screen readers get the same.
function flowText(flow) {
  const parts = [];
  if (flow.in != null) parts.push(`${perSecond(flow.in)}/s in`);
  if (flow.in != null && flow.rejected) parts.push(`${perSecond(Math.max(0, flow.in - flow.rejected))}/s pass`);
  for (const [what, rate] of Object.entries(flow)) {
    if (what !== "in" && rate > 0) parts.push(`${perSecond(rate)}/s ${what}`);
  }
  return parts.join(" · ") || "quiet";
}

function functionTrouble({ stages }) {
  return Math.max(0, ...stages.map(({ key }) => byKey.get(key)?.trouble ?? 0));
}

function wantedFunction(one) {
  const text = $("search").value.trim().toLowerCase();
  const kind = $("kind").value;
  const texts = [one.name, one.location, ...one.stages.map(({ name }) => name ?? "")];
  return (!text || texts.some((part) => part.toLowerCase().includes(text)))
    && (!kind || one.stages.some(({ key }) => key.startsWith(`${kind}/`)))
    && (!$("troubled").checked || functionTrouble(one) >= 30);
}

function renderFunctions() {
  set($("by-function"), "hidden", functions.length === 0);
  const order = $("sort").value === "trouble" ? (a, b) => functionTrouble(b) - functionTrouble(a) || compare(a.key, b.key) : (a, b) => compare(a.key, b.key);
  const matching = functions.filter(wantedFunction).sort(order);
  const items = matching.slice(0, functionLimit).map(showFunction);
  const list = $("functions");
  const same = items.length === list.children.length && items.every((item, i) => item === list.children[i]);
  // As with policies: what has the focus doesn't jump away.
  const busy = list.contains(document.activeElement) && items.length === list.children.length && items.every((item) => item.parentNode === list);
  if (!same && !busy) list.replaceChildren(...items);
  set($("more-functions"), "hidden", matching.length <= functionLimit);
}

function renderFunctionsOf(row) {
  functions.filter(({ key, stages }) => functionElements.get(key)?.item.isConnected && stages.some((stage) => stage.key === row.key)).forEach(showFunction);
}

function functionElement(one) {
  let parts = functionElements.get(one.key);
  if (!parts) {
    const item = $("function").content.firstElementChild.cloneNode(true);
    const find = (selector) => item.querySelector(selector);
    parts = { item, details: find("details"), stages: find(".stages"), facts: find(".stage-facts"), charts: find(".charts"), open: null };
    set(find(".name"), "textContent", one.name);
    set(find(".place"), "textContent", one.location);
    parts.bounds = find(".bounds");
    parts.details.addEventListener("toggle", () => { if (parts.details.open) readHistory(); });
    functionElements.set(one.key, parts);
  }
  return parts;
}

function showFunction(one) {
  const parts = functionElement(one);
  parts.one = one;
  const attempts = one.attempts_at_most == null ? "" : one.attempts_at_most === 1 ? "one attempt" : `${number(one.attempts_at_most)} attempts at most`;
  const time = one.worst_case_ms == null ? "no bound on its time" : `${seconds(one.worst_case_ms)} at most`;
  set(parts.bounds, "textContent", [attempts, time].filter(Boolean).join(", "));
  while (parts.stages.children.length < one.stages.length) parts.stages.append(newStage(parts, parts.stages.children.length));
  const all = flows(one.stages);
  one.stages.forEach((stage, i) => showStage(parts, stage, all[i], i));
  showStageFacts(parts);
  return parts.item;
}

function newStage(parts, index) {
  const button = make("button", make("span"), make("span"), make("span"), make("span"));
  button.type = "button";
  ["kind", "name", "badge", "flow"].forEach((name, i) => { button.children[i].className = name; });
  attribute(button, "aria-expanded", "false");
  button.addEventListener("click", () => {
    parts.open = parts.open === index ? null : index;
    showFunction(parts.one);
  });
  return make("li", button);
}

function showStage(parts, stage, flow, index) {
  const button = parts.stages.children[index].firstElementChild;
  const [kind, name, badge, rate] = button.children;
  const row = byKey.get(stage.key);
  const mode = row?.overridden?.mode;
  attribute(button, "data-tone", row?.tone ?? "none");
  attribute(badge, "data-tone", row?.tone ?? "none");
  set(kind, "textContent", words(stage.kind) + (stage.shared ? ", shared" : ""));
  set(name, "textContent", stage.name ?? "known at each call");
  set(badge, "textContent", mode && mode !== "enforce" ? `${row.state}, ${mode}` : row?.state ?? "");
  set(badge, "hidden", !row || (row.tone === "none" && (!mode || mode === "enforce")));
  set(rate, "textContent", row ? flowText(flow) : "");
  attribute(button, "aria-expanded", String(parts.open === index));
  set(button, "disabled", !row);
}

function showStageFacts({ one, open, facts }) {
  const row = open == null ? null : byKey.get(one.stages[open].key);
  set(facts, "hidden", !row);
  if (row) showGroups(facts, [[`${row.kind} ${row.name}`, [["state", row.state], ["rate", row.rateText() || "–"], ["note", row.note() || "–"]]], ...differences(row), ...row.groups()]);
}

// Charts: five minutes in slots as the server has them, read anew while one is looked at.
let breakerHistory = {};
let slotMs = 10000;
let slotsRead = 0;
let historyRead = 0;

async function readHistory() {
  const open = [...functionElements.values()].filter(({ item, details }) => item.isConnected && details.open);
  if (open.length === 0) return;
  if (Date.now() - historyRead >= 5000) {
    historyRead = Date.now();
    const { slot_ms, slots, circuit_breakers = {} } = await fetched("./history").catch(() => ({}));
    [breakerHistory, slotMs, slotsRead] = [circuit_breakers, slot_ms ?? slotMs, slots ?? 0];
  }
  open.forEach(showCharts);
}
setInterval(readHistory, 5000);

function showCharts({ one, charts }) {
  const breakers = one.stages.filter(({ key }) => key.startsWith("circuit_breakers/"));
  if (breakers.length === 0) return charts.replaceChildren(make("p", "Charts are drawn of circuit breakers; this function has none."));
  charts.replaceChildren(...breakers.flatMap(({ name }) => chartsOf(name)));
}

const CHART_SLOTS = 30;
const WIDTH = 600;
const HEIGHT = 90;
const X = (age) => (CHART_SLOTS - 1 - age) * WIDTH / CHART_SLOTS;
const OUTCOMES = [["succeeded", "good"], ["failed", "bad"], ["rejected", "careful"]];
const QUANTILES = [["p50_ms", "p50"], ["p95_ms", "p95"], ["p99_ms", "p99"]];

function chartsOf(name) {
  const slots = (breakerHistory[name] ?? []).filter(({ age }) => age < CHART_SLOTS);
  const row = byKey.get(`circuit_breakers/${name}`);
  return [
    figure(`Calls per second through ${name}, five minutes`, callsText(slots), bars(slots), stateBand(slots, row)),
    ...(slots.some(({ p50_ms }) => p50_ms != null) ? [figure(`Response times of ${name}, five minutes`, timesText(slots), lines(slots))] : []),
  ];
}

function figure(title, text, ...drawings) {
  return make("figure", make("figcaption", make("strong", title), make("span", text)), ...drawings);
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const drawing = (height, ...children) => svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "chart" }, ...children);

function bars(slots) {
  const most = Math.max(1, ...slots.map((slot) => slot.succeeded + slot.failed + slot.rejected));
  const width = WIDTH / CHART_SLOTS - 2;
  return drawing(HEIGHT, ...slots.flatMap((slot) => {
    let y = HEIGHT;
    return OUTCOMES.filter(([what]) => slot[what] > 0).map(([what, tone]) => {
      const height = Math.max(1, slot[what] / most * (HEIGHT - 2));
      y -= height;
      return svg("rect", { x: X(slot.age) + 1, y, width, height, class: "part", "data-tone": tone });
    });
  }));
}

// Each slot's state at its end; a mark where it changed, and where it tripped last.
function stateBand(slots, row) {
  const at = new Map(slots.map(({ age, state }) => [age, state]));
  // What was before the server began to look is not known.
  const states = Array.from({ length: CHART_SLOTS }, (_, i) => CHART_SLOTS - 1 - i < slotsRead ? at.get(CHART_SLOTS - 1 - i) ?? "closed" : null);
  const width = WIDTH / CHART_SLOTS;
  const band = states.map((state, i) => state && svg("rect", { x: i * width, y: 4, width: width + .5, height: 8, class: "part", "data-tone": TONES[state] }, svg("title", {}, document.createTextNode(state)))).filter(Boolean);
  const marks = states.flatMap((state, i) => i > 0 && states[i - 1] && state !== states[i - 1] ? [i * width] : []);
  const tripped = row?.policy.last_trip ? WIDTH - (Date.now() + skew - row.policy.last_trip.at_ms) / (CHART_SLOTS * slotMs) * WIDTH : -1;
  if (tripped >= 0) marks.push(tripped);
  return drawing(16, ...band, ...marks.map((x) => svg("rect", { x: x - 1, y: 0, width: 2, height: 16, class: "transition" })));
}

function lines(slots) {
  const most = Math.max(1, ...slots.flatMap((slot) => QUANTILES.map(([key]) => slot[key] ?? 0)));
  const steps = (key) => slots.filter((slot) => slot[key] != null).map(({ age, [key]: value }, i, all) => {
    const y = (HEIGHT - 1 - (HEIGHT - 3) * value / most).toFixed(1);
    // A quiet slot in between breaks the line.
    return `${i > 0 && all[i - 1].age === age + 1 ? "L" : "M"} ${X(age)} ${y} L ${X(age) + WIDTH / CHART_SLOTS} ${y}`;
  });
  return drawing(HEIGHT, ...QUANTILES.map(([key, name]) => svg("path", { d: steps(key).join(" "), class: `line ${name}` })));
}

function callsText(slots) {
  const per_second = (what, slot) => perSecond((slot?.[what] ?? 0) * 1000 / slotMs);
  const last = slots.find(({ age }) => age === 0);
  const most = Math.max(0, ...slots.map((slot) => slot.succeeded + slot.failed + slot.rejected)) * 1000 / slotMs;
  return `${OUTCOMES.map(([what]) => `${per_second(what, last)}/s ${what}`).join(", ")} in the last ${seconds(slotMs)}; at most ${perSecond(most)}/s`;
}

function timesText(slots) {
  const last = slots.findLast(({ p50_ms }) => p50_ms != null);
  return QUANTILES.map(([key, name]) => `${name} ${last[key] == null ? "over 16 s" : `${number(last[key])} ms`}`).join(", ");
}

$("more-functions").addEventListener("click", () => { functionLimit *= 2; renderFunctions(); });
