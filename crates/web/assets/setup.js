// Moves the set-up code from the address into the form. The part behind # never reaches a server
// or its logs; it is taken out of the address too, so that it does not stay in the history.
const field = document.getElementById("code");
const code = new URLSearchParams(location.hash.slice(1)).get("k");
if (field && code) {
  field.value = code;
  document.getElementById("code-row").hidden = true;
  document.getElementById("code-known").hidden = false;
  const folded = document.getElementById("again");
  if (folded) folded.open = true;
  history.replaceState(null, "", location.pathname);
}
