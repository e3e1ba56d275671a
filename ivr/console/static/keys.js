// Keys: body[data-keys] holds act,code,shift;... An act is a function given to on(), else a click on [data-act=act].
const acts = new Map();
let bound = [];

export function on(act, run) { acts.set(act, run); }

function typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]):not([type=range]),textarea,select,[contenteditable]");
}

// What the browser itself does with this key here.
function native(event) {
  const on = event.target;
  if (event.code === "Space" || event.code === "Enter") return on.closest("button,a,summary,input,audio,[role=button]");
  return event.code.startsWith("Arrow") && on.closest("input,audio,select,[role=slider]");
}

function run(act) {
  const own = acts.get(act);
  if (own) return own() !== false;
  const target = document.querySelector(`[data-act="${act}"]`);
  if (!target || target.disabled) return false;
  if (target.matches("input,textarea,select")) { target.focus(); target.select?.(); } else target.click();
  return true;
}

function pressed(event) {
  if (event.isComposing || event.keyCode === 229 || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target)) {
    if (event.code === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]") || native(event)) return;
  // matched by the key's place: under a Hindi layout F gives a vowel sign
  const found = bound.find((one) => one.code === event.code && one.shift === event.shiftKey);
  if (found && run(found.act)) event.preventDefault();
}

export function start() {
  const given = document.body.dataset.keys;
  if (!given || "keysOff" in document.body.dataset) return;
  bound = given.split(";").map((one) => one.split(",")).map(([act, code, shift]) => ({act, code, shift: shift === "1"}));
  document.addEventListener("keydown", pressed);
}
