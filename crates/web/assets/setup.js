// Moves the set-up code from the address into the form. The part behind # never reaches a server
// or its logs; it is taken out of the address too, so that it does not stay in the history.
function take() {
  const field = document.getElementById("code");
  const code = new URLSearchParams(location.hash.slice(1)).get("k");
  if (!field || !code) return;
  field.value = code;
  document.getElementById("code-row").hidden = true;
  document.getElementById("code-known").hidden = false;
  const folded = document.getElementById("again");
  if (folded) folded.open = true;
  history.replaceState(null, "", location.pathname);
}
take();
// The link may be opened where the page is open already: then only the part behind # changes.
addEventListener("hashchange", take);
