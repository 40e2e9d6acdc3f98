// Breakers changed by hand, where the routes for it exist. The token stays in memory, until the page is left.

const ACTIONS = { "force-open": "Force open", "force-close": "Force closed", "reset": "Reset" };
let asked = null;
let token = "";

function offerHands(item) {
  item.querySelector(".hands").addEventListener("click", ({ target }) => {
    if (target.dataset.action) ask(target.dataset.action, elements.get(item.dataset.key).row.name);
  });
}

function ask(action, name) {
  asked = { action, name };
  set($("what"), "textContent", `${ACTIONS[action]}: ${name}`);
  Object.assign($("reason"), { value: "" });
  Object.assign($("token"), { value: token });
  set($("refused"), "hidden", true);
  $("confirm").showModal();
}

async function act() {
  token = $("token").value;
  const response = await fetch(`./circuit-breakers/${encodeURIComponent(asked.name)}/${asked.action}`, {
    method: "POST", headers: { "authorization": `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ reason: $("reason").value }),
  }).catch((error) => ({ ok: false, json: async () => ({ detail: error.message }) }));
  if (response.ok) {
    $("confirm").close();
    lookIn(0);
    return;
  }
  token = "";
  set($("refused"), "textContent", (await response.json()).detail);
  set($("refused"), "hidden", false);
}

$("act").addEventListener("click", act);
$("cancel").addEventListener("click", () => $("confirm").close());
$("confirm").addEventListener("keydown", ({ key, target }) => { if (key === "Enter" && target.tagName === "INPUT") act(); });
