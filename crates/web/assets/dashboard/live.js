// The log as it grows: one stream says that something happened, and the list is read again, at most twice
// a second. It waits while somebody reads further down, or has paused it.
function watching(root) {
  const bar = root.querySelector?.("[data-watch]");
  if (!bar || !window.EventSource) return;
  const [live, pause, fresh, state] = ["switch", "pause", "fresh", "state"].map((name) => bar.querySelector(`[data-live-${name}]`));
  let stream, timer, missed = 0, isPaused = false;
  const keys = () => new Set(all("[data-event]").map((row) => row.dataset.event));
  const tellMissed = () => {
    fresh.hidden = !missed;
    fresh.textContent = missed + " new";
  };
  const isAway = () => isPaused || scrollY > 240;
  const look = async () => {
    timer = null;
    const list = document.getElementById("events");
    const before = keys();
    const focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const answer = await read("GET", location.href).catch(() => null);
    // The session is over: the page that comes instead has no list.
    if (answer?.status === 401) return stop("You were logged out.");
    if (!answer || answer.status >= 400 || !stream) return;
    const node = replace(list, answer.response);
    if (!node) return;
    missed = 0;
    tellMissed();
    const added = all("[data-event]", node).filter((row) => !before.has(row.dataset.event));
    for (const row of added) row.classList.add("is-new");
    if (focused) node.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    if (added.length) tell(added.length === 1 ? "1 new event" : added.length + " new events");
  };
  const soon = () => (timer ??= setTimeout(() => look(), 300));
  const stop = (why) => {
    stream?.close();
    stream = null;
    clearTimeout(timer);
    timer = null;
    live.setAttribute("aria-pressed", "false");
    pause.hidden = true;
    missed = 0;
    tellMissed();
    state.textContent = why ?? "";
  };
  const start = () => {
    stream = new EventSource(bar.dataset.watch);
    live.setAttribute("aria-pressed", "true");
    pause.hidden = false;
    state.textContent = "";
    stream.addEventListener("look", () => isAway() || soon());
    stream.addEventListener("news", (event) => {
      if (!isAway()) return soon();
      missed += Number(event.data);
      tellMissed();
    });
    stream.addEventListener("open", () => (state.textContent = isPaused ? "Paused" : ""));
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) stop("Live is not possible now. Use Refresh.");
      else state.textContent = "Connecting again…";
    });
  };
  const keep = (on) => {
    try {
      sessionStorage.setItem("live", on ? "on" : "");
    } catch {}
  };
  const catchUp = () => {
    missed = 0;
    tellMissed();
    soon();
  };
  live.addEventListener("click", () => {
    keep(!stream);
    if (stream) return stop();
    isPaused = false;
    pause.setAttribute("aria-pressed", "false");
    start();
  });
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    state.textContent = isPaused ? "Paused" : "";
    if (!isPaused) catchUp();
  });
  fresh.addEventListener("click", () => {
    if (isPaused) pause.click();
    scrollTo({ top: 0 });
    catchUp();
    live.focus({ preventScroll: true });
  });
  addEventListener("scroll", () => missed && !isAway() && catchUp(), { passive: true });
  // Nobody reads along in a tab that is not shown; a session would be kept alive for nobody.
  document.addEventListener("visibilitychange", () => {
    if (!stream && !bar.dataset.asleep) return;
    if (document.hidden) {
      stream.close();
      stream = null;
      bar.dataset.asleep = "yes";
    } else {
      delete bar.dataset.asleep;
      start();
    }
  });
  bar.hidden = false;
  try {
    if (sessionStorage.getItem("live")) start();
  } catch {}
}
