// Lists by keys: J and K move, Enter opens, B ticks. A row is [data-row], what it opens is its first link.
import {on} from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("at"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  all[at]?.classList.remove("at");
  next.classList.add("at");
  next.querySelector("a")?.focus();
  next.scrollIntoView({block: "nearest"});
}

function current() { return document.querySelector("[data-row].at"); }

function tickAll(box) {
  for (const other of box.form.querySelectorAll("input[name=ticked]")) other.checked = box.checked;
}

function tickable() {
  for (const box of document.querySelectorAll("[data-tick-all]")) box.addEventListener("change", () => tickAll(box));
}

export function start() {
  on("row_down", () => move(1));
  on("row_up", () => move(-1));
  on("row_open", () => current()?.querySelector("a")?.click() ?? false);
  on("row_tick", () => current()?.querySelector("input[type=checkbox]")?.click() ?? false);
  tickable();
}
