// The review page: holds the call while somebody works on it, keeps what is being written, saves by one key.
import {on} from "./keys.js";
import {Player} from "./player.js";

const LEAST_MS = 1000, RENEW_MS = 60000, DRAFT_MS = 2000;
const root = document.querySelector("[data-player]"), form = document.querySelector("[data-correct]");
const player = root && new Player(root);
if (player) window.player = player;

function send(address, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries({csrf: document.body.dataset.csrf, ...fields})) body.set(name, value);
  return fetch(address, {method: "POST", body, headers: {"X-Fragment": "1"}});
}

// Whoever plays or types holds the call; others see the name, nobody is locked out.
function hold() {
  let active = true;
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { active = true; }, {passive: true});
  const renew = () => {
    if (active || !player.audio.paused) send(root.dataset.lease, {}).catch(() => {});
    active = false;
  };
  renew();
  setInterval(renew, RENEW_MS);
}

// A correction of what nobody listened to is worth nothing: play it instead.
function saving(event) {
  const choice = event.submitter?.value;
  form.elements.heard_ms.value = Math.round(player?.heard.inFocus ?? 0);
  if (!player || choice === "cannot_tell" || player.heard.inFocus >= LEAST_MS) return void player?.heard.tell();
  event.preventDefault();
  player.status.textContent = root.dataset.listen;
  player.play(player.heard.focus[0]);
}

function writing() {
  const words = form.elements.words;
  let timer;
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => send(form.dataset.draft, {turn: form.elements.turn.value, words: words.value}).catch(() => {}), DRAFT_MS);
  });
  words.addEventListener("keydown", (event) => {
    if (event.code !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[value=words]"));
  });
}

// The service is found by typing into the list's own search.
on("search_service", () => { form?.elements.other.focus(); });

document.querySelector("[data-row].at")?.scrollIntoView({block: "nearest"});
if (player) hold();
if (form) {
  form.addEventListener("submit", saving);
  writing();
}
