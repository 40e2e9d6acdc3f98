// What is not as the attributes say: the difference, and a form that changes it once a dry run has answered.

const canEdit = (row) => document.body.dataset.overrides === "true" && row.config != null && KIND_OF[row.list] != null;

// A window is a table with its one meaning inside.
const plainValue = (value) => value != null && typeof value === "object" ? Object.values(value)[0] : value;
const optionText = (value) => value == null ? "" : String(plainValue(value));
const until = (ms) => ms == null ? "until it is taken back" : `until ${new Date(ms).toLocaleString("en-GB")}`;

// The server's full answer for one policy, asked for when it is looked at. It needs the token.
const known = new Map();
const forget = (kind, name) => known.delete(`${kind}/${name}`);

async function explain(row) {
  const key = `${KIND_OF[row.list]}/${row.name}`;
  if (known.has(key)) return;
  known.set(key, null);
  const query = new URLSearchParams({ kind: KIND_OF[row.list], name: row.name });
  const answer = await fetched(`./config?${query}`).catch(() => []);
  known.set(key, answer[0] ?? null);
  const parts = elements.get(row.key);
  if (parts) showFacts(parts);
}

// As facts of a row: old → new, the source, and the end.
function differences(row) {
  if (!row.overridden) return [];
  const told = known.get(`${KIND_OF[row.list]}/${row.name}`);
  if (!told && (token || document.body.dataset.admin !== "true")) explain(row);
  if (!told) return [["Not as the attribute says", [["what", overriddenText(row.overridden)], ["which", "shown once the admin token was entered"]]]];
  const set = new Map((told.admin ?? []).map((one) => [one.option, one]));
  const changed = Object.entries(told.sources).filter(([, source]) => !source.startsWith("attribute "));
  return [["Not as the attribute says", changed.map(([option, source]) => {
    const value = option === "mode" ? told.mode : option === "state" ? row.state : optionText(told.effective[option]) || "none";
    const before = option === "mode" ? "enforce" : option === "state" ? "closed" : option in told.declared ? optionText(told.declared[option]) || "none" : value;
    const { by, reason, expires_at_ms } = set.get(option) ?? {};
    const why = by ? ` by ${by}${reason ? ` (${reason})` : ""}, ${until(expires_at_ms)}` : "";
    return [words(option), `${before} → ${value}, from ${source}${why}`];
  })]];
}

let edited = null;
let checked = null;

function edit(row) {
  edited = row;
  set($("edited"), "textContent", `Options of ${row.kind} ${row.name}`);
  $("fields").replaceChildren(...fieldsOf(row).map(field));
  Object.assign($("key"), { value: token });
  Object.assign($("why"), { value: "" });
  Object.assign($("for"), { value: "1h" });
  set($("now"), "textContent", row.overridden ? `Now: ${overriddenText(row.overridden)}` : "");
  set($("now"), "hidden", !row.overridden);
  forgetCheck();
  $("edit").showModal();
}

function fieldsOf({ config, list, overridden, state }) {
  const options = Object.entries(config).map(([option, value]) => ({ option, value: optionText(value) }));
  const modes = ["retries", "hedges"].includes(list) ? ["enforce", "off"] : ["enforce", "observe", "off"];
  const states = ["closed", "forced-open", "forced-closed"];
  return [
    ...options,
    ...(list === "health_checks" ? [] : [{ option: "mode", value: overridden?.mode ?? "enforce", choices: modes }]),
    ...(list === "circuit_breakers" ? [{ option: "state", value: states.includes(state) ? state : "closed", choices: states }] : []),
  ];
}

function field({ option, value, choices }) {
  const input = choices ? make("select", ...choices.map((choice) => new Option(choice))) : make("input");
  Object.assign(input, { name: option, value });
  Object.assign(input.dataset, { before: value });
  if (!choices) attribute(input, "autocomplete", "off");
  return make("label", `${words(option)} `, input);
}

// What was typed, in the words of the file: a number and a flag have no quotes. Nothing takes a change back.
function typed(text) {
  if (text === "") return null;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function wanted_options() {
  const inputs = [...$("fields").querySelectorAll("input, select")];
  return Object.fromEntries(inputs.filter((input) => input.value.trim() !== input.dataset.before).map((input) => [input.name, typed(input.value.trim())]));
}

function forgetCheck() {
  checked = null;
  set($("apply"), "disabled", true);
  $("outcome").replaceChildren();
  set($("mistakes"), "hidden", true);
  for (const input of $("fields").querySelectorAll("input, select")) {
    input.parentElement.toggleAttribute("data-set", input.value.trim() !== input.dataset.before);
  }
}

async function send({ method, options, lasts, reason }, dry_run) {
  const [path, name] = place(edited.name).split("?");
  const query = new URLSearchParams({ reason, dry_run, ...(method === "PATCH" ? { for: lasts } : {}) });
  const url = `./config/${KIND_OF[edited.list]}/${path}?${name ? `${name}&` : ""}${query}`;
  const headers = { "authorization": `Bearer ${$("key").value}`, "content-type": "application/json" };
  const body = method === "PATCH" ? JSON.stringify(options) : undefined;
  const response = await fetch(url, { method, headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  if (token !== $("key").value) known.clear();
  token = $("key").value;
  return answer;
}

async function check(method) {
  forgetCheck();
  const change = { method, options: wanted_options(), lasts: $("for").value.trim() || "1h", reason: $("why").value };
  try {
    if (method === "PATCH" && Object.keys(change.options).length === 0) throw new Error("Nothing is changed yet.");
    const answer = await send(change, true);
    showOutcome(answer, method);
    checked = change;
    set($("apply"), "disabled", false);
  } catch (error) {
    showMistakes(error);
  }
}

function showMistakes(error) {
  set($("mistakes"), "textContent", error.message);
  set($("mistakes"), "hidden", false);
}

function showOutcome({ old, new: now, expires_at_ms }, method) {
  const rows = Object.keys(now).map((option) => make("tr", heading(words(option), "row"), make("td", optionText(old[option]) || "none"), make("td", optionText(now[option]) || "none")));
  const caption = make("caption", rows.length === 0 ? "Nothing would change." : method === "PATCH" ? `This would hold ${until(expires_at_ms)}:` : "Taken back, this would hold:");
  const head = make("thead", make("tr", ...["option", "now", "then"].map((text) => heading(text, "col"))));
  $("outcome").replaceChildren(make("table", caption, ...(rows.length ? [head, make("tbody", ...rows)] : [])));
}

function heading(text, scope) {
  const made = make("th", text);
  attribute(made, "scope", scope);
  return made;
}

async function apply() {
  if (!checked) return;
  try {
    await send(checked, false);
    forget(KIND_OF[edited.list], edited.name);
    $("edit").close();
    say(`Options of ${edited.name} were changed`);
    readIn(0);
  } catch (error) {
    forgetCheck();
    showMistakes(error);
  }
}

$("options").addEventListener("submit", (event) => { event.preventDefault(); check("PATCH"); });
$("options").addEventListener("input", forgetCheck);
$("undo").addEventListener("click", () => check("DELETE"));
$("apply").addEventListener("click", apply);
$("leave").addEventListener("click", () => $("edit").close());
