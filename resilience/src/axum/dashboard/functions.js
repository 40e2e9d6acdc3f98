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

const passing = (flow) => Math.max(0, flow.in - (flow.rejected ?? 0));

// Of what flows in: what passes and goes well, what is rejected, what fails.
function shares(flow) {
  if (!(flow.in > 0)) return [];
  const bad = Math.min(passing(flow), (flow.failed ?? 0) + (flow["timed out"] ?? 0));
  return [["good", passing(flow) - bad], ["careful", flow.rejected ?? 0], ["bad", bad]].map(([tone, rate]) => [tone, 100 * rate / flow.in]);
}

function showShares(bar, flow) {
  const parts = shares(flow);
  set(bar, "hidden", parts.length === 0);
  while (bar.children.length < parts.length) bar.append(make("span"));
  parts.forEach(([tone, share], i) => {
    attribute(bar.children[i], "data-tone", tone);
    bar.children[i].style.width = `${Math.min(100, share)}%`;
  });
}

// One sentence per stage: eyes and screen readers get the same.
function flowText(flow) {
  const parts = [];
  if (flow.in != null) parts.push(`${perSecond(flow.in)}/s in`);
  if (flow.in > 0) parts.push(`${perSecond(passing(flow))}/s pass`);
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
  const button = make("button", ...Array.from({ length: 5 }, () => make("span")));
  button.type = "button";
  ["kind", "name", "badge", "flow", "shares"].forEach((name, i) => { button.children[i].className = name; });
  attribute(button.children[4], "aria-hidden", "true");
  attribute(button, "aria-expanded", "false");
  button.addEventListener("click", () => {
    parts.open = parts.open === index ? null : index;
    showFunction(parts.one);
  });
  return make("li", button);
}

function showStage(parts, stage, flow, index) {
  const button = parts.stages.children[index].firstElementChild;
  const [kind, name, badge, rate, bar] = button.children;
  const row = byKey.get(stage.key);
  const mode = row?.overridden?.mode;
  attribute(button, "data-tone", row?.tone ?? "none");
  attribute(badge, "data-tone", row?.tone ?? "none");
  set(kind, "textContent", words(stage.kind) + (stage.shared ? ", shared" : ""));
  set(name, "textContent", stage.name ?? "known at each call");
  set(badge, "textContent", mode && mode !== "enforce" ? `${row.state}, ${mode}` : row?.state ?? "");
  set(badge, "hidden", !row || (row.tone === "none" && (!mode || mode === "enforce")));
  set(rate, "textContent", row ? flowText(flow) : "");
  showShares(bar, flow);
  attribute(button, "aria-expanded", String(parts.open === index));
  set(button, "disabled", !row);
}

function showStageFacts({ one, open, facts }) {
  const row = open == null ? null : byKey.get(one.stages[open].key);
  set(facts, "hidden", !row);
  if (row) showGroups(facts, [[`${row.kind} ${row.name}`, [["state", row.state], ["rate", row.rateText() || "–"], ["note", row.note() || "–"]]], ...differences(row), ...row.groups()]);
}

// Charts of what the server remembers, read anew while they are looked at.
let past = { slots: 0, policies: {}, circuit_breakers: {} };
let historyRead = 0;

async function readHistory() {
  const open = [...functionElements.values()].filter(({ item, details }) => item.isConnected && details.open);
  if (open.length === 0) return;
  if (Date.now() - historyRead >= 5000) {
    historyRead = Date.now();
    past = { ...past, ...await fetched("./history").catch(() => ({})) };
  }
  open.forEach(showCharts);
}
setInterval(readHistory, 5000);

function showCharts({ one, charts }) {
  const keys = [...new Set(one.stages.map(({ key }) => key))];
  const breakers = keys.filter((key) => key.startsWith("circuit_breakers/"));
  charts.replaceChildren(...breakers.flatMap(breakerCharts), ...actionChart(keys.filter((key) => !breakers.includes(key))));
  set(charts, "hidden", charts.children.length === 0);
}

const OUTCOMES = [["succeeded", "good"], ["rejected", "careful"], ["failed", "bad"]].map(([key, tone]) => ({ key, tone, name: key }));
const QUANTILES = [["p50_ms", "good"], ["p95_ms", "careful"], ["p99_ms", "bad"]].map(([key, tone]) => ({ key, tone, name: key.slice(0, 3) }));

function breakerCharts(key) {
  const name = key.slice("circuit_breakers/".length);
  const slots = (past.circuit_breakers[name] ?? []).filter(({ age }) => age < CHART_SLOTS);
  const per_second = slots.map((slot) => ({ ...slot, ...Object.fromEntries(OUTCOMES.map(({ key }) => [key, slot[key] * 1000 / past.slot_ms])) }));
  const calls = { title: `Calls per second: ${name}`, slots: per_second, series: OUTCOMES, unit: "/s", below: stateBand(slots, byKey.get(key)) };
  const times = { title: `Response times: ${name}`, slots, series: QUANTILES, unit: " ms", none: ({ p50_ms }) => p50_ms == null ? "–" : "over 16 s" };
  return [barChart(calls), ...(slots.some(({ p50_ms }) => p50_ms != null) ? [lineChart(times)] : [])];
}

// What the other stages did: each counts one thing that ought to be rare.
const COUNTED_AS = {
  retries: { name: "retried", tone: "other" }, timeouts: { name: "timed out", tone: "bad" }, hedges: { name: "hedged", tone: "none" },
  bulkheads: { name: "no slot", tone: "careful" }, rate_limiters: { name: "over the rate", tone: "careful" }, fallbacks: { name: "fallback", tone: "good" },
};

function actionChart(keys) {
  const slots = new Map();
  const series = keys.filter((key) => past.policies[key] && COUNTED_AS[key.split("/")[0]]).map((key) => {
    for (const [age, , bad] of past.policies[key]) slots.set(age, { ...slots.get(age), age, [key]: bad * 1000 / past.slot_ms });
    return Object.assign({ key }, COUNTED_AS[key.split("/")[0]]);
  });
  return series.length ? [barChart({ title: "What the other stages did, per second", slots: [...slots.values()], series, unit: "/s" })] : [];
}

// Each slot's state at its end; a mark where it changed, how often it did within a slot, and where it tripped last.
function stateBand(slots, row) {
  const at = new Map(slots.map((slot) => [slot.age, slot]));
  // What was before the server began to look is not known.
  const states = Array.from({ length: CHART_SLOTS }, (_, i) => CHART_SLOTS - 1 - i)
    .filter((age) => age < past.slots)
    .map((age) => ({ age, state: at.get(age)?.state ?? "closed", changes: at.get(age)?.changes ?? 0 }));
  const parts = states.map(({ age, state, changes }) => svg("rect", { x: X(age), y: 4, width: SLOT_WIDTH + .5, height: 8, class: "part", "data-tone": TONES[state] },
    svg("title", {}, `${ago(age)}: ${state}${changesText(changes)}`)));
  const marks = states.filter(({ changes }) => changes > 0).map(({ age }) => X(age) + SLOT_WIDTH / 2);
  const tripped = row?.policy.last_trip ? WIDTH - (Date.now() + skew - row.policy.last_trip.at_ms) / (CHART_SLOTS * past.slot_ms) * WIDTH : -1;
  if (tripped >= 0) marks.push(tripped);
  const band = drawing(16, ...parts, ...marks.map((x) => svg("rect", { x: x - 1, y: 0, width: 2, height: 16, class: "transition" })));
  band.classList.add("band");
  const all = states.reduce((sum, { changes }) => sum + changes, 0);
  return { drawing: band, text: `${row?.state ?? "unknown"}${changesText(all)}` };
}

$("more-functions").addEventListener("click", () => { functionLimit *= 2; renderFunctions(); });
