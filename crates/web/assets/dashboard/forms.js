// The forms: pairs, the save bar, and what is said of a field that somebody leaves.

// Pairs of keys and values: there is always an empty one to type into.
const pairs = (set) => all(".pair", set).map((pair) => all("input", pair).map((field) => field.value.trim())).filter(([key, text]) => key || text);
function pairing(root) {
  for (const set of all("[data-pairs]", root)) {
    set.addEventListener("input", () => {
      const rows = all(".pair", set), last = rows.at(-1);
      if (rows.length > 10 || !all("input", last).some((field) => field.value)) return;
      const next = last.cloneNode(true);
      for (const field of all("input", next)) {
        field.value = "";
        field.removeAttribute("value");
        field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, rows.length + 1));
      }
      last.after(next);
    });
  }
}

// The save bar says what changed, and leaving with changes asks first.
const value = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
const initial = (field) => {
  const saved = field.dataset.saved;
  if (field.type === "checkbox" || field.type === "radio") return saved ? saved === "on" : field.defaultChecked;
  if (saved !== undefined) return saved;
  if (field.tagName === "SELECT") return [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0]?.value;
  return field.defaultValue;
};
const some = (number, noun, done) => (number === 1 ? "" : number + " ") + noun + (number === 1 ? "" : "s") + " " + done;
// How many changes, and in which words.
function changes(form) {
  const found = new Map();
  const add = (words, number = 1) => found.has(words) || found.set(words, number);
  for (const field of form.elements) {
    if (!field.name || field.readOnly || field.name === "reveal" || /^(hidden|submit)$/.test(field.type) || field.closest("[data-pairs],.stale,dialog")) continue;
    const box = field.closest("[data-urls]");
    if (box) {
      const before = savedUrls(field), now = parted(field.value);
      const added = now.filter((url, at) => !before.includes(url) || now.indexOf(url) !== at).length;
      const gone = before.filter((url) => !now.includes(url)).length;
      if (added) add(some(added, box.dataset.noun, "added"), added);
      if (gone) add(some(gone, box.dataset.noun, "removed"), gone);
      if (!added && !gone && before.join() !== now.join()) add(field.dataset.label);
    } else if (value(field) !== initial(field)) add(field.dataset.label || field.name);
  }
  for (const set of all("[data-pairs]", form)) {
    if (pairs(set).map((pair) => pair.join(": ")).join("\n") !== set.dataset.saved) add(set.dataset.label);
  }
  return found;
}
function saving(root) {
  for (const form of all("form[data-savebar]", root)) {
    const bar = form.querySelector("[data-bar]");
    if (!bar) continue;
    const words = bar.querySelector("[data-changes]");
    const refused = form.hasAttribute("data-refused");
    const look = () => {
      const found = changes(form);
      const count = [...found.values()].reduce((sum, number) => sum + number, 0);
      bar.hidden = !count && !refused;
      form.toggleAttribute("data-dirty", count > 0);
      if (!count) words.textContent = "Nothing is changed.";
      else words.replaceChildren(make("b", {}, count === 1 ? "1 change" : count + " changes"), " not saved: " + [...found.keys()].join(", "));
    };
    // What is saved is had by asking for it where the page shows more than that: findings, a refusal.
    bar.querySelector("[data-discard]").addEventListener("click", (event) => {
      if (!refused && !form.querySelector(".error,[data-saved]:not([data-pairs])")) return;
      event.preventDefault();
      form.removeAttribute("data-dirty");
      location.href = form.action;
    });
    let isSure = false;
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button?.hasAttribute("data-review") || isSure) return form.removeAttribute("data-dirty");
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form, button));
      read("POST", form.action, body)
        .then((answer) => {
          const content = answer.response?.querySelector("[data-dialog-content]");
          if (answer.status < 400 && content) return show(content, button);
          isSure = true;
          form.requestSubmit(button);
        })
        .catch(offline);
    });
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("reset", () => setTimeout(look));
    look();
  }
}
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

// Whoever leaves a field that they changed hears at once what is wrong with it.
const textOf = (group) => all("[name]", group).map((field) => field.name + "=" + value(field)).join("&");
const checked = new Map();
function checking(root) {
  for (const group of [root, ...all("[data-check]", root)]) {
    if (!group.dataset?.check) continue;
    checked.set(group.id, textOf(group));
    group.addEventListener("focusout", (event) => {
      if (group.contains(event.relatedTarget)) return;
      // What stands in a list's last row is taken over first.
      setTimeout(() => check(group));
    });
  }
}
async function check(group) {
  const text = textOf(group), form = group.closest("form");
  const isLeft = () => form && group.isConnected && !group.contains(document.activeElement) && textOf(group) === text;
  if (!isLeft() || text === checked.get(group.id)) return;
  try {
    const answer = await read("POST", form.action, new URLSearchParams(new FormData(form)), group.dataset.check);
    if (answer.status >= 400 || !isLeft()) return;
    const fresh = replace(group, answer.response);
    tell(fresh ? all(".error,.note", fresh).map((words) => words.textContent.trim()).join(" ") : "");
  } catch {}
}

