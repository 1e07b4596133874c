// What the dashboard adds where there is script. Every page works without it. No framework, no text
// is ever turned into markup: pages are read as documents, and their nodes are moved over.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const icon = (name) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", document.body.dataset.icons + "#" + name);
  svg.append(use);
  return svg;
};

// The status line: six seconds, or as long as it is pointed at.
const line = document.querySelector("[data-said]");
let going;
const fade = () => {
  clearTimeout(going);
  going = setTimeout(() => (line.matches(":hover,:focus-within") ? fade() : (line.textContent = "")), 6000);
};
const say = (text, act, words = "Undo") => {
  line.textContent = text;
  if (act) {
    const button = make("button", { type: "button", class: "said-undo" }, words);
    button.addEventListener("click", act);
    line.append(" ", button);
  }
  fade();
};
if (line.textContent) fade();

// What screen readers are told when a part of the page changes under them.
const teller = document.querySelector("[data-tells]");
let told;
const tell = (text) => {
  clearTimeout(told);
  teller.textContent = text;
  told = setTimeout(() => (teller.textContent = ""), 5000);
};

// Reads a page of ours. XMLHttpRequest gives a document whose scripts do not run.
const read = (method, address, body, check) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    if (body) request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    if (check) request.setRequestHeader("x-doorward-check", check);
    request.onload = () => resolve(request);
    request.onerror = reject;
    request.send(body ? body.toString() : null);
  });
const offline = () => say("Doorward cannot be reached. Your changes are still here; try again in a moment.");
// Where the server cannot be reached nothing is sent: the browser's own page of it would take the place
// of what was typed. What the browser knows of networks says nothing about its own machine.
let isReached = false;
const reach = async (form, button) => {
  line.textContent = "";
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
  } catch {
    const why = navigator.onLine ? "Doorward cannot be reached." : "You are offline.";
    say(why + " Your changes are still here.", () => reach(form, button), "Retry");
    return clearTimeout(going);
  }
  isReached = true;
  form.requestSubmit(button);
  isReached = false;
};
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (isReached || form.getAttribute("method") !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  reach(form, button);
}, true);
// A button that takes its time says so, and is not pressed twice.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.getAttribute("method") !== "post") return;
  setTimeout(() => {
    button.classList.add("is-busy");
    button.setAttribute("aria-disabled", "true");
  }, 400);
});
document.addEventListener("click", (event) => {
  if (event.target.closest(".is-busy")) event.preventDefault();
}, true);
addEventListener("pageshow", () => {
  for (const button of all(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  }
});
const replace = (old, page) => {
  const fresh = page && page.getElementById(old.id);
  if (!fresh) return null;
  const node = document.importNode(fresh, true);
  old.replaceWith(node);
  enhance(node);
  return node;
};
const freshKey = (form) => {
  const field = form.elements.namedItem("_once");
  if (field) field.value = crypto.randomUUID();
};

function copying(root) {
  if (!navigator.clipboard) return;
  for (const button of all("[data-copy],[data-copies]", root)) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = button.dataset.copies && document.getElementById(button.dataset.copies);
      const text = source ? (source.dataset.value ?? source.value ?? source.textContent) : button.dataset.copy;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        say("The browser does not let this be copied. Select it and press Ctrl C.");
        return;
      }
      const label = button.querySelector("[data-says]");
      if (label) {
        const before = label.textContent;
        label.textContent = "Copied";
        setTimeout(() => (label.textContent = before), 2000);
      }
      say("Copied.");
    });
  }
}

function showing(root) {
  for (const button of all("[data-shows]", root)) {
    const field = document.getElementById(button.dataset.shows);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.textContent = shown ? "Show" : "Hide";
    });
    field.form?.addEventListener("submit", () => (field.type = "password"));
  }
}

// A list of URLs becomes rows; the text stays what the form sends. Commas and line breaks part URLs,
// and a space does where another one begins behind it.
const beginning = /^[a-z][a-z\d+.-]*:\//i;
const parted = (text) => {
  const urls = [];
  for (const entry of text.split(/[,\r\n]+/)) {
    let open = "";
    for (const word of entry.split(/\s+/).filter(Boolean)) {
      if (open && !beginning.test(word)) open += " " + word;
      else {
        if (open) urls.push(open);
        open = word;
      }
    }
    if (open) urls.push(open);
  }
  return urls;
};
const savedUrls = (area) => parted(area.dataset.saved ?? area.defaultValue);
const used = {};
const asTexts = new Set();
function listing(root) {
  for (const box of all("[data-urls]", root)) {
    const area = box.querySelector("textarea");
    if (area.readOnly || parted(area.value).length > 200) continue;
    const saved = new Set(savedUrls(area));
    const label = box.querySelector("label");
    const input = make("input", { type: "text", id: area.id + "-add", "aria-label": box.dataset.adds, placeholder: box.dataset.adds + " and press Enter", autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
    if (area.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    const rows = make("ul", { class: "urls", role: "list" });
    // What there is to say about a URL stands in its row, as long as the row is there.
    const findings = all("[data-of]", box).filter((finding) => finding.dataset.of);
    findings.forEach((finding, at) => {
      const words = make("div", { class: finding.className, id: area.id + "-found-" + at, "data-of": finding.dataset.of }, ...finding.childNodes);
      finding.remove();
      findings[at] = words;
    });
    for (const list of all(".findings", box)) if (!list.childElementCount) list.remove();
    const loose = make("div", { class: "findings" });
    const isOf = (finding, url) => finding.dataset.of === url || (finding.dataset.of.endsWith("…") && url.startsWith(finding.dataset.of.slice(0, -1)));
    const badges = (url) => {
      const found = [];
      if (!saved.has(url)) found.push(["badge badge-info", "Not saved yet"]);
      else if (box.dataset.facts && used[url]) found.push(["badge" + (used[url].startsWith("Used") ? " badge-ok" : ""), used[url]]);
      if (url.includes("*")) found.push(["badge badge-warn", "Wildcard"]);
      if (/^\w+:\/\/(localhost|127\.|\[::1\])/.test(url)) found.push(["badge", "Local"]);
      return found.map(([style, words]) => make("span", { class: style }, words));
    };
    const row = (url, at, urls) => {
      const remove = make("button", { type: "button", class: "icon-btn", "aria-label": "Remove " + url }, icon("x"));
      remove.addEventListener("click", () => {
        set(parted(area.value).filter((_, other) => other !== at));
        input.focus();
      });
      const here = findings.filter((finding) => isOf(finding, url) && urls.lastIndexOf(url) === at);
      const state = here.some((finding) => finding.classList.contains("error")) ? "is-wrong" : saved.has(url) ? "" : "is-new";
      return make("li", { class: state }, make("code", {}, url), make("span", { class: "badges" }, ...badges(url)), remove, ...here);
    };
    const draw = () => {
      const urls = parted(area.value);
      // Nobody looks through so many rows.
      turn.hidden = urls.length > 200;
      if (turn.hidden) return show(true);
      rows.replaceChildren(...urls.map(row), make("li", { class: "add" }, input, make("kbd", { "aria-hidden": "true" }, "Enter")));
      const about = [area.id + "-hint", ...all("[id]", rows).map((words) => words.id).filter((id) => id !== input.id)];
      input.setAttribute("aria-describedby", about.join(" "));
    };
    const set = (urls) => {
      area.value = urls.join("\n");
      area.dispatchEvent(new Event("input", { bubbles: true }));
      draw();
    };
    const take = () => {
      const urls = parted(input.value);
      if (!urls.length) return;
      input.value = "";
      set([...parted(area.value), ...urls]);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !input.value.trim()) return;
      event.preventDefault();
      take();
      input.focus();
    });
    input.addEventListener("paste", () => setTimeout(() => {
      if (/[\n,]|\s\S/.test(input.value.trim())) {
        take();
        input.focus();
      }
    }));
    input.addEventListener("input", (event) => event.stopPropagation());
    input.addEventListener("blur", take);
    area.form.addEventListener("submit", take, true);
    area.form.addEventListener("reset", () => setTimeout(() => show(!area.hidden)));
    // What lacks its protocol gets it here, without asking the server.
    rows.addEventListener("click", (event) => {
      const fixed = event.target.closest("[name=fix]")?.value.split(" ").slice(1).join(" ");
      if (!fixed) return;
      event.preventDefault();
      set(parted(area.value).map((url) => (fixed.endsWith("://" + url) ? fixed : url)));
      input.focus();
    });
    const turn = make("button", { type: "button", class: "link-btn", "aria-pressed": "false" }, "Edit as text");
    const show = (asText) => {
      asTexts[asText ? "add" : "delete"](area.id);
      area.hidden = !asText;
      rows.hidden = asText;
      loose.hidden = !asText;
      if (asText) loose.replaceChildren(...findings);
      label.htmlFor = asText ? area.id : input.id;
      turn.textContent = asText ? "Edit as list" : "Edit as text";
      if (asText) area.value = parted(area.value).join(", ");
      else draw();
    };
    turn.addEventListener("click", () => {
      show(area.hidden);
      (area.hidden ? input : area).focus();
    });
    label.id ||= area.id + "-label";
    rows.setAttribute("aria-labelledby", label.id);
    area.before(rows);
    area.after(loose);
    label.after(turn);
    show(asTexts.has(area.id));
    box.addEventListener("facts", draw);
    // Links of the error summary lead to what can be seen.
    for (const link of all(`a[href="#${area.id}"]`)) link.setAttribute("href", "#" + input.id);
  }
}

// When each callback was used last is told when the page is there already.
async function facts() {
  const box = document.querySelector("[data-facts]");
  if (!box) return;
  const answer = await fetch(box.dataset.facts);
  if (!answer.ok) return;
  Object.assign(used, await answer.json());
  box.dispatchEvent(new Event("facts"));
}

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

// What can stand in a dialog opens there; Ctrl and the middle button open the page.
function show(content, opener, left) {
  const dialog = make("dialog", { class: "dialog " + (content.dataset.size || "") });
  const node = document.importNode(content, true);
  dialog.append(...node.childNodes);
  const title = dialog.querySelector("h1,h2");
  if (title) {
    title.id ||= "dialog-title";
    dialog.setAttribute("aria-labelledby", title.id);
  }
  document.body.append(dialog);
  enhance(dialog);
  const touched = () => all("input:not([type=hidden]),textarea", dialog).some((field) => value(field) !== initial(field));
  const mayLeave = () => !touched() || confirm(content.dataset.discards || "Discard what you typed?");
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    } else if (event.target === dialog && mayLeave()) dialog.close();
  });
  dialog.addEventListener("cancel", (event) => {
    if (!mayLeave()) event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    left?.();
    opener.focus();
  });
  dialog.showModal();
  (dialog.querySelector("[autofocus]") || dialog.querySelector("input:not([type=hidden])") || dialog.querySelector("button,a") || dialog).focus();
}
async function open(link) {
  const page = (await read("GET", link.href)).response;
  const content = page && page.querySelector("[data-dialog-content]");
  if (content) show(content, link);
  else location.href = link.href;
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link).catch(() => (location.href = link.href));
});

// Search as you type, and filters that act when they are chosen.
function finding(root) {
  for (const form of all("form[data-live]", root)) {
    let waiting, last = 0;
    const look = async () => {
      const query = new URLSearchParams([...new FormData(form)].filter(([, text]) => text));
      const address = form.action + (query.size ? "?" + query : "");
      const turn = ++last;
      const page = (await read("GET", address)).response;
      const results = document.getElementById(form.dataset.live);
      if (turn !== last || !results) return;
      replace(results, page);
      history.replaceState(null, "", address);
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => look().catch(offline), 120);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      look().catch(offline);
    });
  }
  for (const form of all("form[data-auto]", root)) {
    form.addEventListener("change", () => form.requestSubmit());
    // Fields that say nothing have no place in the address.
    form.addEventListener("formdata", (event) => {
      for (const [name, text] of [...event.formData]) if (!text) event.formData.delete(name);
    });
  }
}

// A switch that takes effect at once.
function switching(root) {
  for (const form of all("form[data-at-once]", root)) {
    form.addEventListener("change", async (event) => {
      const box = event.target;
      const body = new URLSearchParams(new FormData(form));
      freshKey(form);
      try {
        const answer = await read("POST", form.action, body);
        if (answer.status >= 400) throw answer;
        const said = answer.response?.querySelector("[data-said] > span")?.textContent;
        say(said || "Saved.", () => {
          box.click();
          box.focus();
        });
        box.defaultChecked = box.checked;
        for (const part of all("[data-follows]")) replace(part, answer.response);
      } catch (answer) {
        // The server asks back: its page says what, and whoever does not say yes changed nothing.
        const question = answer.status === 422 && answer.response?.querySelector("[data-dialog-content]");
        if (question) return show(question, box, () => (box.checked = !box.checked));
        box.checked = !box.checked;
        if (answer.status === 401) say("You were logged out, so nothing was changed. Log in again in another tab.");
        else if (answer.status) say("This was not saved. Reload the page and try again.");
        else offline();
      }
    });
  }
  for (const button of all("[data-auto] [data-plain],[data-at-once] [data-plain],[data-live] [data-plain]", root)) button.hidden = true;
}

// The client secret comes when its box is ticked and goes when it is not; what else was typed stays.
function revealing(root) {
  for (const row of all("[data-secret]", root.parentElement ?? document)) {
    const box = row.querySelector("[name=reveal]");
    if (!box) continue;
    row.querySelector("[data-plain]").hidden = true;
    box.onchange = async () => {
      const body = new URLSearchParams({ _csrf: box.form.elements._csrf.value, _once: crypto.randomUUID() });
      if (box.checked) body.set("reveal", "on");
      try {
        const answer = await read("POST", row.dataset.secret, body);
        if (answer.status < 400 && replace(row, answer.response)) document.getElementById("reveal").focus();
        else location.href = row.dataset.secret;
      } catch {
        box.checked = !box.checked;
        offline();
      }
    };
  }
  // Another type has other fields: the server shows them, and nothing is saved yet.
  for (const choice of all("select[data-submits]", root)) choice.addEventListener("change", () => choice.form.requestSubmit());
}

// A part that waits for something is read again while it says so.
function waiting(root) {
  for (const part of [root, ...all("[data-refresh]", root)]) {
    if (!part.dataset?.refresh) continue;
    setTimeout(async () => {
      if (!part.isConnected) return;
      try {
        if (!document.hidden) {
          const answer = await read("GET", part.dataset.from ?? location.href);
          if (answer.status < 400 && replace(part, answer.response)) return;
        }
      } catch {}
      waiting(part);
    }, 1000 * Number(part.dataset.refresh));
  }
}

function enhance(root) {
  copying(root);
  showing(root);
  listing(root);
  pairing(root);
  checking(root);
  saving(root);
  finding(root);
  switching(root);
  revealing(root);
  waiting(root);
}
enhance(document);
facts().catch(() => {});

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
