// Keeping up: the whole is read now and then, events come in between; and the controls.

const READ_EVERY = 2000;
let pending = null;
let due = Infinity;
let reading = false;
let cost = 0;

// At the latest; but what takes long is read less often.
function readIn(ms) {
  ms = Math.max(ms, 20 * cost);
  if (reading || performance.now() + ms > due) return;
  clearTimeout(pending);
  due = performance.now() + ms;
  pending = setTimeout(read, ms);
}

async function read() {
  [due, reading] = [Infinity, true];
  const started = performance.now();
  try {
    // Checks may take their time; the rest doesn't wait for them.
    fetched("./health").then(showHealth, () => {});
    const snapshot = await fetched("./");
    const now = Date.now();
    remind(snapshot);
    rows = Object.keys(KINDS).flatMap((list) => (snapshot[list] ?? []).map((policy) => toRow(list, policy)));
    byKey = new Map(rows.map((row) => [row.key, row]));
    rows.forEach((row) => { remember(row, now); rememberLimit(row, now); });
    learnFunctions(snapshot, now);
    render();
    showModes();
    renderFunctions();
    if (!stream) showLink("careful", "polling");
  } catch (error) {
    showLink("bad", `not reachable: ${error.message}`);
  }
  [cost, reading] = [performance.now() - started, false];
  readIn(READ_EVERY);
}

async function fetched(path) {
  // A token that was given for an action shows errors and keys, too.
  const headers = token ? { "authorization": `Bearer ${token}` } : {};
  const response = await fetch(path, { cache: "no-store", headers });
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  const ahead = Date.parse(response.headers.get("date")) - Date.now();
  // The header has whole seconds.
  skew = Math.abs(ahead) > 2000 ? ahead : 0;
  return response.json();
}

// Browsers reconnect a broken stream by themselves, with the last id, but give up on an error status.
let stream = null;
let patience = 1000;
function listen() {
  const source = new EventSource("./events?changes=true");
  source.onopen = () => {
    [stream, patience] = [source, 1000];
    showLink("good", "live");
  };
  source.onmessage = ({ data }) => hear(JSON.parse(data));
  source.onerror = () => {
    stream = null;
    showLink("careful", "reconnecting");
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(listen, patience);
      patience = Math.min(30000, patience * 2);
    }
  };
}

// Events come in flurries.
let rendering = null;
function renderSoon() {
  rendering ??= setTimeout(() => { rendering = null; render(); }, 50);
}

function hear(event) {
  // A health check's own breaker shows as the check.
  if (event.event === "state_changed" && event.kind !== "circuit_breaker") return;
  if (["reconfigured", "administered"].includes(event.event)) forget(event.kind, event.policy);
  tell(event);
  const row = byKey.get(`${EVENT_KINDS[event.kind]}/${event.policy}`);
  if (row && event.to) {
    Object.assign(row, { state: event.to, tone: TONES[event.to], trouble: TROUBLE[event.to] });
    // The row at once; its place, among thousands perhaps, with the next ones.
    if (elements.get(row.key)?.item.isConnected) show(row);
    renderFunctionsOf(row);
    renderSoon();
  }
  // The rest of the story is in the snapshot.
  readIn(250);
}

const THEMES = ["auto", "light", "dark"];
function theme(name) {
  document.documentElement.dataset.theme = name;
  $("theme").textContent = `Theme: ${name}`;
  try { localStorage.setItem("resilience-theme", name); } catch { /* only not remembered */ }
}

$("theme").addEventListener("click", () => theme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % 3]));
$("filter").addEventListener("input", () => { limit = 200; render(); renderFunctions(); });
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("more").addEventListener("click", () => { limit *= 2; render(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !["INPUT", "SELECT"].includes(document.activeElement.tagName)) {
    event.preventDefault();
    $("search").focus();
  }
});
setInterval(() => $("list").childNodes.forEach((item) => showNote(elements.get(item.dataset.key))), 500);

let remembered = null;
try { remembered = localStorage.getItem("resilience-theme"); } catch { /* not allowed to */ }
theme(THEMES.includes(remembered) ? remembered : "auto");
// What was before the page was opened is only drawn.
fetched("./history").then(recall, () => {}).then(read);
listen();
