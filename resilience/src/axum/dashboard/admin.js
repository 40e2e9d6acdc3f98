// Breakers changed by hand, where the routes for it exist. The token stays in memory, until the page is left.

const ACTIONS = { "force-open": "Force open", "force-close": "Force closed", "reset": "Reset" };
let asked = null;
let token = "";

function offerHands(item) {
  item.querySelector(".hands").addEventListener("click", ({ target }) => {
    const { row } = elements.get(item.dataset.key);
    if (target.dataset.action) ask(target.dataset.action, row.name);
    if (target.dataset.edit != null) edit(row);
  });
}

function ask(action, name) {
  asked = { action, name };
  set($("what"), "textContent", `${ACTIONS[action]}: ${name}`);
  Object.assign($("reason"), { value: "" });
  Object.assign($("token"), { value: token });
  set($("rejected"), "hidden", true);
  $("confirm").showModal();
}

// No path can hold the names `.` and `..`.
function place(name, action) {
  const query = name === "." || name === ".." ? `?name=${name}` : "";
  return `${query ? "-" : encodeURIComponent(name)}${action ? `/${action}` : ""}${query}`;
}

async function act() {
  token = $("token").value;
  const response = await fetch(`./circuit-breakers/${place(asked.name, asked.action)}`, {
    method: "POST", headers: { "authorization": `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ reason: $("reason").value }),
  }).catch((error) => ({ ok: false, json: async () => ({ detail: error.message }) }));
  if (response.ok) {
    $("confirm").close();
    readIn(0);
    return;
  }
  token = "";
  set($("rejected"), "textContent", (await response.json()).detail);
  set($("rejected"), "hidden", false);
}

$("act").addEventListener("click", act);
$("cancel").addEventListener("click", () => $("confirm").close());
$("confirm").addEventListener("keydown", ({ key, target }) => { if (key === "Enter" && target.tagName === "INPUT") act(); });
