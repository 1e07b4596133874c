// The page of an event beside the list, where the window has room for both. The address is then that of the
// event's page, so that whoever is sent it has the page; Back leads to the list.
const beside = document.querySelector("[data-beside]");
// Which row the panel is about; the list may have been read again meanwhile.
function marking(root) {
  const panel = document.querySelector(".panel");
  for (const link of all(".event a", root)) {
    if (panel?.dataset.of === link.pathname && !panel.contains(link)) link.setAttribute("aria-current", "true");
    else if (link.closest("[data-beside]") && !link.closest(".panel")) link.removeAttribute("aria-current");
  }
}
if (beside) {
  const list = location.href, title = document.title, wide = matchMedia("(min-width:1100px)");
  let panel, of, turn = 0;
  const close = () => {
    turn++;
    if (!panel) return;
    panel.remove();
    panel = null;
    document.title = title;
    marking(document);
    (all(".event a", beside).find((link) => link.pathname === of) ?? document.getElementById("main")).focus();
  };
  const show = (page) => {
    const content = document.importNode(page.querySelector("main > .wrap"), true);
    const h1 = content.querySelector("h1");
    const heading = make("h2", { class: h1.className, id: "panel-title", tabindex: "-1" }, ...h1.childNodes);
    h1.replaceWith(heading);
    const leave = make("button", { type: "button", class: "icon-btn", "aria-label": "Close" }, icon("x"));
    leave.addEventListener("click", () => history.back());
    of = location.pathname;
    const fresh = make("aside", { class: "panel", "aria-labelledby": heading.id, "data-of": of });
    fresh.append(make("div", { class: "panel-bar" }, make("a", { href: of, "data-whole": "" }, "Open as a page"), leave), ...content.childNodes);
    if (panel) panel.replaceWith(fresh);
    else beside.append(fresh);
    panel = fresh;
    document.title = page.title;
    enhance(panel);
    marking(document);
    heading.focus();
  };
  const open = async (address, isNew) => {
    const mine = ++turn;
    const answer = await read("GET", address).catch(() => null);
    if (mine !== turn) return;
    if (answer?.status !== 200) return void (location.href = address);
    // Of several events one after the other, Back leads to the list all the same.
    if (isNew) history[panel ? "replaceState" : "pushState"]({ list }, "", address);
    show(answer.response);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-beside] a:not([data-whole])");
    if (!link || !wide.matches || !/^\/manage\/logs\/\d+$/.test(link.pathname)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    open(link.href, true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel && !event.target.closest("dialog,[data-menu][open],input,select")) history.back();
  });
  addEventListener("popstate", () => {
    if (location.href.split("#")[0] === list.split("#")[0]) close();
    else if (!panel || location.pathname !== of) open(location.href, false);
  });
} else if (history.state?.list) {
  // This page was read anew where it had stood beside its list: the browser believes both to be one page.
  addEventListener("popstate", () => location.reload());
}
