// The log as it grows: one stream says which events happened, and the list is read again shortly after.
// It waits while somebody reads further down, or has paused it, and says how many are new; up to
// so many, which a page holds.
const MANY = 50;
function watching(root) {
  const bar = root.querySelector?.("[data-watch]");
  if (!bar || !window.EventSource) return;
  const [live, pause, fresh, state] = ["switch", "pause", "fresh", "state"].map((name) => bar.querySelector(`[data-live-${name}]`));
  // While an event stands beside the list, the address is the event's.
  const here = location.href;
  let stream, timer, isPaused = false;
  // Events by id, with how often they had happened: those that the list shows, and those that it does not yet.
  const named = (text) => text.split(" ").filter(Boolean).map((name) => name.split("."));
  const held = (root) => named(all("[data-event]", root).map((row) => row.dataset.event).join(" "));
  let shown = new Map(held(document)), missed = new Map();
  const tellMissed = () => {
    fresh.hidden = !missed.size;
    fresh.textContent = missed.size < MANY ? missed.size + " new" : MANY + "+ new";
  };
  const isAway = () => isPaused || scrollY > 240;
  const isShown = ([id, count]) => {
    if (shown.has(id)) return Number(count) <= Number(shown.get(id));
    // What is further back than the list goes is no news.
    const last = [...shown.keys()].at(-1);
    return last > id && "goesOn" in document.getElementById("events").dataset;
  };
  const miss = (events) => {
    for (const [id, count] of events) if (!isShown([id, count]) && missed.size < MANY) missed.set(id, count);
    tellMissed();
  };
  const look = async () => {
    timer = null;
    const answer = await read("GET", here).catch(() => null);
    // The session is over: the page that comes instead has no list.
    if (answer?.status === 401) return stop("You were logged out.");
    if (!answer || answer.status >= 400 || !answer.response || !stream) return;
    // Somebody may have begun to read while the page was on its way.
    if (isAway()) return miss(held(answer.response));
    const list = document.getElementById("events");
    const before = new Set(all("[data-event]", list).map((row) => row.dataset.event));
    const focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const node = replace(list, answer.response);
    if (!node) return;
    shown = new Map(held(node));
    missed.clear();
    tellMissed();
    const added = all("[data-event]", node).filter((row) => !before.has(row.dataset.event));
    for (const row of added) row.classList.add("is-new");
    if (focused) node.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    if (added.length) tell(added.length === 1 ? "1 new event" : added.length + " new events");
  };
  const soon = () => (timer ??= setTimeout(() => look(), Number(bar.dataset.gathers)));
  const stop = (why) => {
    stream?.close();
    stream = null;
    clearTimeout(timer);
    timer = null;
    live.setAttribute("aria-pressed", "false");
    pause.hidden = true;
    missed.clear();
    tellMissed();
    state.textContent = why ?? "";
  };
  const start = () => {
    stream = new EventSource(bar.dataset.watch);
    live.setAttribute("aria-pressed", "true");
    pause.hidden = false;
    state.textContent = "";
    stream.addEventListener("look", soon);
    stream.addEventListener("news", (event) => (isAway() ? miss(named(event.data)) : soon()));
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
    missed.clear();
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
  addEventListener("scroll", () => missed.size && !isAway() && catchUp(), { passive: true });
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
