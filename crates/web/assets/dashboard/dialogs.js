// Dialogs.

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

