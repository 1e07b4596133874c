// What acts at once: searches, switches, the secret, what is waited for; and at the end, what is done when a
// page is there.

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
  watching(root);
  marking(root);
}
enhance(document);
facts().catch(() => {});

