// Themes, menus, old addresses, single keys, what is folded away.

// Colours change without a new page.
document.querySelector("[data-theme-form]")?.addEventListener("submit", async (event) => {
  const theme = event.submitter?.value;
  if (!theme) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  body.set("theme", theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of all("button[name=theme]")) button.setAttribute("aria-pressed", String(button.value === theme));
  read("POST", event.target.action, body).catch(offline);
});

// Menus close when something else is used, and by Escape.
document.addEventListener("click", (event) => {
  for (const menu of all("details[data-menu][open]")) if (!menu.querySelector("div").contains(event.target) && !menu.firstElementChild.contains(event.target)) menu.open = false;
  const used = event.target.closest("details[data-menu] :is(a,[data-copy])");
  if (used && !used.closest(".tenant")) used.closest("details").open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Links of the dashboard as others know it: /manage#/clients/{id}/settings.
const old = location.pathname === "/manage" && location.hash.match(/^#\/(clients(?:\/[\w-]+(?:\/\w+)?)?|logs)$/);
if (old) location.replace("/manage/" + old[1]);

// Single keys, never in a field: / for the search, c for a new client, g then c or l for the menu,
// ? for the list of them. Whoever
// speaks to the computer switches them off (WCAG 2.1.4); the browser keeps that, nothing else needs it.
const hasKeys = () => localStorage.getItem("dw-keys") !== "off";
const hint = () => all("[data-hint]").forEach((key) => (key.hidden = !hasKeys()));
for (const row of all("[data-keys]")) {
  const mark = () => all("button", row).forEach((button) => button.setAttribute("aria-pressed", String((button.value === "on") === hasKeys())));
  row.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (chosen) localStorage.setItem("dw-keys", chosen.value);
    mark();
    hint();
  });
  mark();
  row.hidden = false;
}
hint();
const KEYS = [["/", "Search on this page"], ["c", "Create a client, on the list of clients"], ["g c", "Go to Clients"], ["g l", "Go to Logs"], ["?", "This list"]];
function shortcuts() {
  const row = ([keys, words]) => make("div", {}, make("dt", {}, ...keys.split(" ").map((key) => make("kbd", {}, key))), make("dd", {}, words));
  const content = make("div", { "data-size": "dialog-ask" },
    make("div", { class: "head" }, make("div", {}, make("h2", { id: "keys-title" }, "Single-key shortcuts"), make("p", {}, "They are switched off in the menu of the tenant."))),
    make("dl", { class: "body keys" }, ...KEYS.map(row)),
    make("div", { class: "foot" }, make("div", { class: "end" }, make("button", { type: "button", class: "btn", "data-close": "", autofocus: "" }, "Close"))));
  show(content, document.activeElement ?? document.body);
}
let went = false;
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input,textarea,select,[contenteditable],dialog");
  if (field || !hasKeys() || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  } else if (went) {
    document.querySelector(`.nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "c") document.querySelector("[data-create]")?.click();
  else if (event.key === "?") shortcuts();
  went = event.key === "g";
});

// A link to a part of what is folded away unfolds it.
const unfold = () => {
  const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = part && part.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  part.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

document.querySelector("[data-focus]")?.focus();
