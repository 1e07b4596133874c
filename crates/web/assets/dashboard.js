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
  going = setTimeout(() => (line.matches(":hover") ? fade() : (line.textContent = "")), 6000);
};
const say = (text) => {
  line.textContent = text;
  fade();
};
if (line.textContent) fade();

// Reads a page of ours. XMLHttpRequest gives a document whose scripts do not run.
const read = (method, address, body) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    if (body) request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.onload = () => resolve(request);
    request.onerror = reject;
    request.send(body ? body.toString() : null);
  });
const offline = () => say("Doorward cannot be reached. Your changes are still here; try again in a moment.");
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

// A list of URLs becomes rows; the text stays what the form sends.
const parted = (text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];
function listing(root) {
  for (const box of all("[data-urls]", root)) {
    const area = box.querySelector("textarea");
    if (area.readOnly || parted(area.value).length > 200) continue;
    const saved = new Set(parted(area.defaultValue));
    const label = box.querySelector("label");
    const input = make("input", { type: "text", id: area.id + "-add", "aria-label": box.dataset.adds, placeholder: box.dataset.adds + " and press Enter", autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
    }
    const rows = make("ul", { class: "urls", role: "list" });
    const badge = (url) => {
      if (!saved.has(url)) return ["badge badge-info", "Not saved yet"];
      if (url.includes("*")) return ["badge badge-warn", "Wildcard"];
      if (/^\w+:\/\/(localhost|127\.|\[::1\])/.test(url)) return ["badge", "Local"];
      return null;
    };
    const draw = () => {
      const row = (url) => {
        const remove = make("button", { type: "button", class: "icon-btn", "aria-label": "Remove " + url }, icon("x"));
        remove.addEventListener("click", () => {
          set(parted(area.value).filter((other) => other !== url));
          input.focus();
        });
        const facts = badge(url);
        const parts = facts ? [make("span", { class: facts[0] }, facts[1])] : [];
        return make("li", saved.has(url) ? {} : { class: "is-new" }, make("code", {}, url), ...parts, remove);
      };
      rows.replaceChildren(...parted(area.value).map(row), make("li", { class: "add" }, input, make("kbd", { "aria-hidden": "true" }, "Enter")));
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
      if (/[\s,]/.test(input.value.trim())) {
        take();
        input.focus();
      }
    }));
    input.addEventListener("input", (event) => event.stopPropagation());
    area.form.addEventListener("submit", take, true);
    area.form.addEventListener("reset", () => setTimeout(draw));
    area.hidden = true;
    label.id ||= area.id + "-label";
    label.htmlFor = input.id;
    rows.setAttribute("aria-labelledby", label.id);
    draw();
    area.before(rows);
    // Links of the error summary lead to what can be seen.
    for (const link of all(`a[href="#${area.id}"]`)) link.setAttribute("href", "#" + input.id);
  }
}

// The save bar says what changed, and leaving with changes asks first.
const value = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
const initial = (field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0]?.value;
  return field.defaultValue;
};
function saving(root) {
  for (const form of all("form[data-savebar]", root)) {
    const bar = form.querySelector("[data-bar]");
    if (!bar) continue;
    const words = bar.querySelector("[data-changes]");
    const refused = form.hasAttribute("data-refused");
    const look = () => {
      const changed = [...form.elements].filter((field) => field.name && field.name !== "reveal" && field.type !== "submit" && !field.readOnly && field.type !== "hidden" && value(field) !== initial(field));
      const names = [...new Set(changed.map((field) => field.dataset.label || field.name))];
      bar.hidden = !names.length && !refused;
      form.toggleAttribute("data-dirty", names.length > 0 || refused);
      if (!names.length) words.textContent = "Not saved yet.";
      else words.replaceChildren(make("b", {}, names.length === 1 ? "1 change" : names.length + " changes"), " not saved: " + names.join(", "));
    };
    // After a refusal the page holds what was typed; what is saved is had by asking for it.
    if (refused) {
      bar.querySelector("[data-discard]").addEventListener("click", (event) => {
        event.preventDefault();
        form.removeAttribute("data-dirty");
        location.href = form.action;
      });
    }
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("reset", () => setTimeout(look));
    form.addEventListener("submit", () => form.removeAttribute("data-dirty"));
    look();
  }
}
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

// A link whose page can stand in a dialog opens it here; Ctrl and the middle button open the page.
async function open(link) {
  const page = (await read("GET", link.href)).response;
  const content = page && page.querySelector("[data-dialog-content]");
  if (!content) {
    location.href = link.href;
    return;
  }
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
  const close = () => dialog.close();
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    } else if (event.target === dialog && !touched()) close();
  });
  dialog.addEventListener("cancel", (event) => {
    if (touched() && !confirm("Discard what you typed?")) event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.showModal();
  (dialog.querySelector("[autofocus]") || dialog.querySelector("input:not([type=hidden])") || dialog).focus();
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
        const said = answer.response?.querySelector("[data-said]")?.textContent;
        say(said || "Saved.");
        box.defaultChecked = box.checked;
        for (const part of all("[data-follows]")) replace(part, answer.response);
      } catch (answer) {
        // The server asks back: its page says what.
        if (answer.status === 422) return form.submit();
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
          const answer = await read("GET", location.href);
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
  saving(root);
  finding(root);
  switching(root);
  revealing(root);
  waiting(root);
}
enhance(document);

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

// The tenant menu closes like every menu.
const menu = document.querySelector("details.tenant");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Links of the dashboard as others know it: /manage#/clients/{id}/settings.
const old = location.pathname === "/manage" && location.hash.match(/^#\/(clients(?:\/[\w-]+(?:\/\w+)?)?|logs)$/);
if (old) location.replace("/manage/" + old[1]);

// Single keys, never in a field: / for the search, g then c or l for the menu.
let went = false;
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input,textarea,select,[contenteditable],dialog");
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  } else if (went) {
    document.querySelector(`.nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
  went = event.key === "g";
});

document.querySelector(".summary[data-focus]")?.focus();
