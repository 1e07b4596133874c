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

