"use strict";
// What the snapshot says about each policy, in the words of the page. No DOM here.

const KINDS = {
  circuit_breakers: "circuit breaker", keyed_circuit_breakers: "circuit breakers per key",
  bulkheads: "bulkhead", keyed_bulkheads: "bulkheads per key",
  rate_limiters: "rate limit", keyed_rate_limiters: "rate limits per key",
  retries: "retry", timeouts: "timeout", hedges: "hedge", fallbacks: "fallback", pipelines: "pipeline",
  health_checks: "health check",
};
// The snapshot's lists, by the kinds of events and options.
const LISTS = {
  circuit_breaker: ["circuit_breakers", "keyed_circuit_breakers"], bulkhead: ["bulkheads", "keyed_bulkheads"],
  rate_limit: ["rate_limiters", "keyed_rate_limiters"], retry: ["retries"], timeout: ["timeouts"], hedge: ["hedges"],
  health_check: ["health_checks"],
};
const EVENT_KINDS = { circuit_breaker: "circuit_breakers" };
const KIND_OF = Object.fromEntries(Object.entries(LISTS).flatMap(([kind, lists]) => lists.map((list) => [list, kind])));
const TONES = { "closed": "good", "open": "bad", "half-open": "careful", "forced-open": "bad", "forced-closed": "careful" };
const TROUBLE = { "open": 100, "forced-open": 100, "half-open": 80, "forced-closed": 60, "closed": 0 };

const words = (text) => String(text).replaceAll("_", " ");
const percent = (rate) => rate == null ? "–" : `${Math.round(rate * 1000) / 10} %`;
const numbers = new Intl.NumberFormat("en");
const number = (n) => typeof n === "number" ? numbers.format(n) : String(n);
const changesText = (changes) => changes ? `, ${number(changes)} ${changes > 1 ? "changes" : "change"}` : "";
const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
const seconds = (ms) => ms >= 10000 ? `${Math.round(ms / 1000)} s` : `${(Math.max(ms, 0) / 1000).toFixed(1)} s`;
const shown = (value) => value == null ? "–" : typeof value !== "object" ? number(value)
  : Array.isArray(value) ? value.map(shown).join(", ") : Object.entries(value).map(([name, value]) => `${words(name)} ${shown(value)}`).join(", ");
const facts = (of) => Object.entries(of).map(([name, value]) => [words(name), shown(value)]);
// A default is not worth a line.
const chosen = (of) => facts(Object.fromEntries(Object.entries(of).filter(([, value]) => value != null && value !== false)));

// What is not as the attributes say, by kind and name.
let overridden = new Map();

function remind({ overridden: all = [] }) {
  overridden = new Map(all.map((one) => [`${one.kind}/${one.name}`, one]));
}

const overriddenText = ({ mode, options }) => [
  ...(mode === "enforce" ? [] : [`mode ${mode}`]), ...(options ? [`${options} changed`] : []),
].join(", ");

// A policy as a row: state and tone, rate against threshold, what the sparkline counts. There may be thousands: what
// is only shown, its texts and groups of facts, is a function, called for the rows on the page.
function toRow(list, policy) {
  const row = {
    key: `${list}/${policy.name}`, list, kind: KINDS[list], name: policy.name, place: policy.location, config: policy.config, policy,
    overridden: overridden.get(`${KIND_OF[list]}/${policy.name}`),
    state: "in use", tone: "none", trouble: 0, rate: null, threshold: null, all: 0, bad: 0,
    rateText: () => "", note: () => "", groups: () => [],
  };
  (SHAPES[list] ?? plain)(row, policy);
  if (row.overridden) row.trouble += row.overridden.mode === "enforce" ? 5 : 30;
  const own = row.groups;
  row.groups = () => [
    ...own(), ...(policy.config ? [["Configuration", chosen(policy.config)]] : []),
    ["Source", [["declared at", policy.location]]],
  ];
  return row;
}

const SHAPES = {
  circuit_breakers(row, p) {
    const { failure_rate: limit, consecutive_failures: row_limit } = p.thresholds;
    Object.assign(row, { state: p.state, tone: TONES[p.state], openUntil: p.open_until_ms, breaker: p });
    Object.assign(row, { all: p.totals.requests + p.totals.rejected, bad: p.totals.failures + p.totals.rejected });
    if (limit != null) Object.assign(row, { rate: p.state === "open" ? rateOf(p.last_trip?.counts) : p.failure_rate, threshold: limit });
    else if (row_limit != null) Object.assign(row, { rate: Math.min(1, p.counts.consecutive_failures / row_limit), threshold: 1 });
    row.trouble = TROUBLE[p.state] + (p.config.critical && p.state !== "closed" ? 20 : 0) + 40 * Math.min(1, (row.rate ?? 0) / (row.threshold ?? 1));
    if (p.last_trip && Date.now() - p.last_trip.at_ms < 60000) row.trouble += 30;
    row.rateText = () => breakerRate(p);
    row.note = () => p.last_trip ? `tripped ${clock(p.last_trip.at_ms)}: ${words(p.last_trip.cause)}` : "never tripped";
    row.groups = () => breakerFacts(p);
  },
  bulkheads(row, p) {
    const most = p.limit;
    const full = p.in_flight >= most;
    Object.assign(row, { rate: p.in_flight / most, threshold: 1, rateText: () => `${p.in_flight} of ${most} slots, ${p.queued} waiting` });
    Object.assign(row, { state: full ? "full" : "free", tone: full ? "careful" : "good", trouble: full ? 50 : 20 * row.rate });
    counted(row, p.totals.rejected, "rejected");
    if (p.adaptive) row.groups = () => [["Limit", facts({ limit: p.limit, ...p.adaptive })]];
  },
  rate_limiters(row, p) {
    const free = p.available > 0;
    Object.assign(row, { state: free ? "free" : "used up", tone: free ? "good" : "careful", trouble: free ? 0 : 50 });
    row.rateText = () => `${number(p.available)} available`;
    counted(row, p.totals.rejected, "rejected");
  },
  retries(row, p) {
    counted(row, p.totals.retries, "retries");
    row.rateText = () => `${number(p.totals.recovered)} recovered, ${number(p.totals.exhausted)} given up`;
    row.groups = () => [["Since the program started", facts(p.totals)]];
  },
  timeouts(row, p) {
    counted(row, p.totals.timed_out + p.totals.deadline_exceeded, "timed out");
    row.groups = () => [["Since the program started", [["timed out", number(p.totals.timed_out)], ["deadline exceeded", number(p.totals.deadline_exceeded)]]]];
  },
  hedges: (row, p) => counted(row, p.totals.hedged, "hedged"),
  fallbacks: (row, p) => counted(row, p.used, "fallbacks"),
  health_checks(row, { last_report: last, config }) {
    const state = last?.status ?? "not asked yet";
    const broken = last && state !== "healthy";
    Object.assign(row, { state: words(state), tone: broken ? "bad" : last ? "good" : "none", trouble: broken ? 60 + (config.critical ? 20 : 0) : 0 });
    row.rateText = () => last ? `${number(last.latency_ms)} ms` : "";
    row.note = () => last?.error ?? "";
    row.groups = () => last ? [["The last run", chosen(last)]] : [];
  },
  pipelines(row, p) {
    const { name, location, ...parts } = p;
    row.state = "pipeline";
    row.groups = () => [["Parts", facts(parts)]];
  },
};
const per_key = (row, p) => {
  const { keys, troubled, evicted, top } = p.totals;
  Object.assign(row, { state: troubled ? `${number(troubled)} in trouble` : "calm", tone: troubled ? "careful" : "good" });
  Object.assign(row, { trouble: troubled ? 55 : 0, rateText: () => `${number(keys)} keys`, note: () => `${number(evicted)} evicted` });
  if (top.length) row.groups = () => [["Worst keys", top.map(({ key, status }) => [key, status])]];
};
for (const list of Object.keys(KINDS)) if (list.startsWith("keyed_")) SHAPES[list] = per_key;
const plain = () => {};

const rateOf = (counts) => counts && counts.successes + counts.failures > 0 ? counts.failures / (counts.successes + counts.failures) : null;

function breakerRate({ state, last_trip, thresholds: { failure_rate: limit, consecutive_failures: row_limit, min_calls }, failure_rate, counts }) {
  if (state === "open" && last_trip) return `${number(last_trip.counts.failures)} of ${number(last_trip.counts.successes + last_trip.counts.failures)} failed when it opened`;
  if (limit != null && failure_rate == null) return `opens at ${percent(limit)} of ${min_calls}+ calls`;
  if (limit != null) return `${percent(failure_rate)} failed, opens at ${percent(limit)}`;
  if (row_limit != null) return `${counts.consecutive_failures} in a row, opens at ${row_limit}`;
  return "opens by its own rule";
}

function breakerFacts({ totals, counts, thresholds, slow_rate, latency, last_trip }) {
  const groups = [["Since the program started", facts(totals)], ["In the window", facts(counts)], ["Opens at", chosen(thresholds)]];
  if (thresholds.slow_rate != null) groups.push(["Slow calls", [["now", percent(slow_rate)], ["opens at", percent(thresholds.slow_rate)]]]);
  if (latency) groups.push(["Response times", facts(latency)]);
  if (last_trip) {
    const { cause, at_ms, counts } = last_trip;
    groups.push(["Last trip", [["when", new Date(at_ms).toLocaleString("en-GB")], ["cause", words(cause)], ...facts(counts)]]);
  }
  return groups;
}

// One counter: the sparkline shows how it grows.
function counted(row, count, what) {
  Object.assign(row, { bad: count, all: count, note: () => `${number(count)} ${what}` });
}

// The last five minutes of each policy, in slots of two seconds: how much its counters grew.
const SLOT = 2000;
const SLOTS = 150;
const histories = new Map();

function remember(row, now) {
  const slot = Math.floor(now / SLOT);
  const history = histories.get(row.key) ?? { slots: [{ slot, all: 0, bad: 0 }], all: row.all, bad: row.bad };
  if (history.slots.at(-1).slot !== slot) history.slots.push({ slot, all: 0, bad: 0 });
  const last = history.slots.at(-1);
  last.all += Math.max(0, row.all - (history.all ?? row.all));
  last.bad += Math.max(0, row.bad - (history.bad ?? row.bad));
  history.slots = history.slots.filter((one) => one.slot > slot - SLOTS);
  Object.assign(history, { all: row.all, bad: row.bad });
  histories.set(row.key, history);
  // What grows right now is trouble, too.
  if (row.list !== "circuit_breakers" && history.slots.some((one) => one.slot > slot - 5 && one.bad > 0)) row.trouble += 10;
  row.slots = history.slots;
}

// The last five minutes of an adaptive limit, beside what runs and what calls take.
const LINES = ["limit", "running", "latency"];
const limits = new Map();

function rememberLimit(row, now) {
  const { adaptive, limit, in_flight: running } = row.policy;
  if (!adaptive) return;
  const past = (limits.get(row.key) ?? []).filter(({ at }) => at > now - SLOT * SLOTS);
  past.push({ at: now, limit, running, latency: adaptive.short_ms ?? 0 });
  limits.set(row.key, past);
  row.limits = past;
}

// Calls share a scale; what they take has one of its own.
function limitLines(past) {
  const most = (...names) => Math.max(1, ...past.flatMap((one) => names.map((name) => one[name])));
  const scale = { limit: most("limit", "running"), running: most("limit", "running"), latency: most("latency") };
  const last = past.at(-1);
  const x = ({ at }) => (SLOTS - (last.at - at) / SLOT).toFixed(1);
  const line = (name) => `M ${past.map((one) => `${x(one)} ${(59 - 58 * one[name] / scale[name]).toFixed(1)}`).join(" L ")}`;
  return {
    ...Object.fromEntries(LINES.map((name) => [name, line(name)])),
    text: `Limit ${number(last.limit)} (at most ${number(most("limit"))} here), ${number(last.running)} running, calls take ${number(Math.round(last.latency * 10) / 10)} ms`,
  };
}

// The server's slots are longer: each is spread over as many of ours as it lasted.
function recall({ slot_ms, policies }) {
  const here = Math.floor(Date.now() / SLOT);
  const each = Math.max(1, Math.round(slot_ms / SLOT));
  for (const [key, grown] of Object.entries(policies)) {
    const by_slot = new Map();
    for (const [age, all, bad] of grown) {
      for (let part = 1; part <= each; part++) by_slot.set(here - age * each - part, { all: all / each, bad: bad / each });
    }
    const slots = [];
    for (let slot = Math.max(here - SLOTS + 1, Math.min(...by_slot.keys()) - 1); slot < here; slot++) {
      slots.push({ slot, all: 0, bad: 0, ...by_slot.get(slot) });
    }
    if (slots.length) histories.set(key, { slots, all: null, bad: null });
  }
}

function spark(slots) {
  const [first, last] = [slots[0].slot, slots.at(-1).slot];
  const most = Math.max(1, ...slots.map(({ all }) => all));
  const x = ({ slot }) => SLOTS - 1 - (last - slot);
  const line = (what) => slots.map((one) => `${x(one)} ${(29 - 28 * one[what] / most).toFixed(1)}`).join(" L ");
  const sum = (what) => slots.reduce((sum, one) => sum + one[what], 0);
  return {
    all: `M ${line("all")}`, bad: sum("bad") ? `M ${x(slots[0])} 29 L ${line("bad")} L ${SLOTS - 1} 29 Z` : "",
    text: `In the last ${seconds((last - first + 1) * SLOT)}: ${number(Math.round(sum("all")))} calls, ${number(Math.round(sum("bad")))} of them bad`,
  };
}
