// The frame's script: starts what every page has. Pages work without it; it adds keys, polling and the undo's seconds.
import {on, start as keys} from "./keys.js";
import {start as lists} from "./lists.js";
import {start as polling} from "./polling.js";

function sheet() {
  const dialog = document.getElementById("sheet");
  const open = () => dialog.open ? dialog.close() : dialog.showModal();
  on("sheet", open);
  document.querySelector("[data-act=sheet]")?.addEventListener("click", open);
}

// The undo bar counts down and goes when it is too late.
function undo(bar) {
  let left = Number(bar.dataset.seconds);
  const shown = bar.querySelector(".left");
  const tick = () => {
    shown.textContent = `${left} s`;
    if (left-- <= 0) bar.querySelector("form").remove(); else setTimeout(tick, 1000);
  };
  tick();
}

// A number is put in the place of its mask for as long as the server says, without leaving the page.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-reveal]");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, {method: "POST", body: new FormData(form), headers: {"X-Fragment": "1"}});
  if (!answer.ok) return void form.submit();
  const place = form.closest("[data-number]").querySelector("span");
  const masked = place.textContent;
  place.textContent = (await answer.text()).trim();
  form.hidden = true;
  setTimeout(() => { place.textContent = masked; form.hidden = false; }, 1000 * Number(answer.headers.get("X-Seconds")));
});

// A prompt is heard without leaving the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-hear]"), player = document.getElementById("hear");
  if (!link || !player) return;
  event.preventDefault();
  player.hidden = false;
  player.src = link.href;
  player.play();
});

// A choice that is a filter is sent when it is made.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A form that a key has opened is ready to be written in.
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.act[open]")) event.target.querySelector("select,textarea,input:not([type=hidden])")?.focus();
}, true);

keys();
lists();
polling();
if (document.getElementById("sheet")) sheet();
for (const bar of document.querySelectorAll(".flash[data-seconds]")) undo(bar);
