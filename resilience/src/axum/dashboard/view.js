// From rows to the page. Text goes in as text only; elements are kept and changed where something changed.

const $ = (id) => document.getElementById(id);
const elements = new Map();
let rows = [];
let byKey = new Map();
let limit = 200;
let skew = 0;

function set(element, property, value) {
  if (element[property] !== value) element[property] = value;
}

function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function element(row) {
  let parts = elements.get(row.key);
  if (!parts) {
    const item = $("row").content.firstElementChild.cloneNode(true);
    const find = (selector) => item.querySelector(selector);
    parts = { item, details: find("details"), facts: find(".facts"), badge: find(".badge"), name: find(".name"), kind: find(".kind") };
    Object.assign(parts, { rate: find(".rate"), fill: find(".fill"), mark: find(".mark"), rateText: find(".rate .text"), bar: find(".bar") });
    Object.assign(parts, { spark: find(".spark"), all: find(".all"), bad: find(".bad"), note: find(".note") });
    parts.details.addEventListener("toggle", () => showFacts(parts));
    Object.assign(parts, { changed: find(".changed"), found: find(".found"), caption: find("figcaption") });
    const [forces, edits] = [row.list === "circuit_breakers", canEdit(row)];
    if (document.body.dataset.admin === "true" && (forces || edits)) {
      set(find(".hands"), "hidden", false);
      item.querySelectorAll("[data-action]").forEach((button) => set(button, "hidden", !forces));
      set(find("[data-edit]"), "hidden", !edits);
      offerHands(item);
    }
    elements.set(row.key, parts);
  }
  return parts;
}

function show(row) {
  const parts = element(row);
  parts.row = row;
  attribute(parts.item, "data-tone", row.tone);
  attribute(parts.item, "data-key", row.key);
  attribute(parts.badge, "data-tone", row.tone);
  set(parts.badge, "textContent", row.state);
  set(parts.name, "textContent", row.name);
  set(parts.kind, "textContent", row.breaker?.config.critical ? `${row.kind}, critical` : row.kind);
  set(parts.changed, "hidden", !row.overridden);
  set(parts.changed, "textContent", row.overridden ? overriddenText(row.overridden) : "");
  set(parts.rateText, "textContent", row.rateText());
  set(parts.bar, "hidden", row.threshold == null);
  parts.fill.style.width = `${100 * (row.rate ?? 0)}%`;
  parts.mark.style.left = `calc(${100 * (row.threshold ?? 0)}% - 2px)`;
  const { all, bad, text } = spark(row.slots);
  attribute(parts.all, "d", all);
  attribute(parts.bad, "d", bad);
  attribute(parts.spark, "aria-label", text);
  showNote(parts);
  if (parts.details.open) showFacts(parts);
  return parts.item;
}

// What changes between two readings, too: the time to the next trial.
function showNote({ row, note }) {
  const left = row.openUntil && row.state === "open" ? row.openUntil - (Date.now() + skew) : null;
  const next = left == null ? "" : left > 0 ? `next trial in ${seconds(left)} · ` : "the next call is a trial · ";
  set(note, "textContent", next + row.note());
}

function showFacts({ details, facts, row }) {
  if (!details.open) return;
  const groups = [...differences(row), ...row.groups()];
  showGroups(facts, groups);
  showLimits(elements.get(row.key), row.limits);
}

// A limit that does not find itself any more has none to draw.
function showLimits({ found, caption }, past) {
  set(found, "hidden", !past);
  if (!past) return;
  const lines = limitLines(past);
  LINES.forEach((name) => attribute(found.querySelector(`.${name}`), "d", lines[name]));
  set(caption, "textContent", lines.text);
}

function showGroups(facts, groups) {
  const told = JSON.stringify(groups);
  if (facts.told === told) return;
  facts.told = told;
  facts.replaceChildren(...groups.map(([title, entries]) => {
    const list = make("dl", ...entries.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
    return make("section", make("h3", title), list);
  }));
}

function make(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

// As the server sorts. `localeCompare` takes seconds for ten thousand names.
const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const ORDERS = {
  trouble: (a, b) => b.trouble - a.trouble || ORDERS.name(a, b),
  name: (a, b) => compare(a.name, b.name) || compare(a.kind, b.kind),
  kind: (a, b) => compare(a.kind, b.kind) || ORDERS.name(a, b),
};

function wanted(row) {
  const text = $("search").value.trim().toLowerCase();
  return (!text || row.name.toLowerCase().includes(text) || row.place.toLowerCase().includes(text))
    && (!$("kind").value || row.list === $("kind").value)
    && (!$("troubled").checked || troubled(row));
}

// As much as a breaker that tripped within the last minute.
const troubled = (row) => row.trouble >= 30;

function render() {
  const matching = rows.filter(wanted).sort(ORDERS[$("sort").value]);
  const visible = matching.slice(0, limit);
  const items = visible.map(show);
  const list = $("list");
  const same = items.length === list.children.length && items.every((item, i) => item === list.children[i]);
  // A row that has the focus doesn't jump away.
  const busy = list.contains(document.activeElement) && items.every((item) => item.parentNode === list) && items.length === list.children.length;
  if (!same && !busy) list.replaceChildren(...items);
  set($("shown"), "textContent", `${number(visible.length)} of ${number(rows.length)} policies, ${number(rows.filter(troubled).length)} in trouble`);
  set($("empty"), "hidden", matching.length > 0);
  set($("more"), "hidden", matching.length <= limit);
  const kinds = $("kind");
  for (const list of new Set(rows.map((row) => row.list))) {
    if (![...kinds.options].some((option) => option.value === list)) kinds.append(new Option(KINDS[list], list));
  }
}

function showHealth({ status, checks, conflicts }) {
  attribute($("health"), "data-tone", { up: "good", degraded: "careful", down: "bad" }[status] ?? "none");
  set($("health"), "textContent", status);
  const failed = Object.entries(checks).filter(([, check]) => check.status !== "healthy");
  const texts = failed.map(([name, check]) => `Check ${name} is ${words(check.status)}: ${check.error ?? ""}`);
  texts.push(...conflicts.map(({ kind, name, locations }) => `The name ${name} is taken twice (${words(kind)}): ${locations.join(", ")}`));
  set($("notice"), "textContent", texts.join(" · "));
  set($("notice"), "hidden", texts.length === 0);
}

// The kill switch must not be forgotten.
function showModes() {
  const texts = ["off", "observe"].flatMap((mode) => {
    const names = [...overridden.values()].filter((one) => one.mode === mode).map(({ name }) => name);
    const all = names.slice(0, 5).join(", ") + (names.length > 5 ? " and others" : "");
    const does = { off: "off: calls pass unjudged", observe: "only observing: would-be rejections pass" }[mode];
    return names.length ? [`${number(names.length)} ${names.length > 1 ? "policies are" : "policy is"} ${does} (${all})`] : [];
  });
  set($("modes"), "textContent", texts.join(" · "));
  set($("modes"), "hidden", texts.length === 0);
}

function tell(event) {
  const time = make("time", clock(event.at_ms));
  const text = event.event === "state_changed" ? `${event.from} → ${event.to} (${words(event.cause)})`
    : event.event === "reconfigured" ? event.changes?.join("; ") ?? "options changed"
    : event.event === "reload_refused" ? event.problems?.join("; ") ?? "a file of overrides has mistakes and changes nothing"
    : event.event === "administered" ? `${words(event.action)} by ${event.by}${event.reason ? `: ${event.reason}` : ""}`
    : event.events == null ? "some events were missed" : `${number(event.events)} events were missed`;
  if (folded(event, time)) return;
  const item = make("li", time, make("strong", event.policy ?? ""), make("span", text));
  $("events").prepend(item);
  // What happens to a policy in between begins a new line.
  if (event.event === "state_changed") folds.get(event.policy).item = item; else folds.delete(event.policy);
  while ($("events").children.length > 50) $("events").lastElementChild.remove();
  set($("quiet"), "hidden", true);
  say(`${event.policy ?? ""} ${text}`);
}

// A policy that changes to and fro takes up one line.
const folds = new Map();
function folded(event, time) {
  if (event.event !== "state_changed") return false;
  const pair = [event.from, event.to].sort().reverse().join(" ⇄ ");
  const fold = folds.get(event.policy);
  if (fold?.pair !== pair || !fold.item.isConnected) {
    folds.set(event.policy, { pair, count: 1, item: null });
    return false;
  }
  fold.count += 1;
  fold.item.replaceChildren(time, make("strong", event.policy), make("span", `${pair} ×${fold.count}, now ${event.to} (${words(event.cause)})`));
  say(`${event.policy} ${pair}, ${fold.count} times, now ${event.to}`);
  return true;
}

// Only the last of a flurry is read out.
let saying = null;
function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => set($("said"), "textContent", text), 1000);
}

function showLink(tone, text) {
  attribute($("link"), "data-tone", tone);
  set($("link"), "textContent", text);
}
