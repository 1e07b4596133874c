// Lists of URLs.

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

