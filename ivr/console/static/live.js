// Live calls by server-sent events: one stream a tab, closed while the tab is hidden. Rows keep their place, new ones
// come at the end, ended ones are greyed for ten seconds. When the stream breaks the age of the figures counts up.
const GREY_MS = 10000, BROKEN_MS = 4000;
const part = document.querySelector("[data-live]"), broken = document.querySelector("[data-broken]");
let source = null, heardAt = Date.now();

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  part.querySelector(".sums").replaceWith(fresh.querySelector(".sums"));
  const mine = part.querySelector("[data-rows]");
  const incoming = new Map([...fresh.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  for (const row of mine.querySelectorAll("[data-row]")) {
    const next = incoming.get(row.dataset.row);
    incoming.delete(row.dataset.row);
    if (!next) leave(row);
    else for (const [at, cell] of [...next.cells].entries()) {
      const own = row.cells[at];
      if (own.contains(document.activeElement)) continue;
      if (own.innerHTML !== cell.innerHTML) own.innerHTML = cell.innerHTML;
      own.className = cell.className;
    }
  }
  for (const row of incoming.values()) mine.append(row);
}

function leave(row) {
  if (row.classList.contains("gone")) return;
  row.classList.add("gone");
  setTimeout(() => row.remove(), GREY_MS);
}

function open() {
  source?.close();
  source = new EventSource(part.dataset.live);
  source.addEventListener("open", () => { heardAt = Date.now(); });
  source.addEventListener("message", (event) => {
    heardAt = Date.now();
    show(JSON.parse(event.data).html);
  });
}

function age() {
  const late = Date.now() - heardAt;
  broken.hidden = document.hidden || !source || source.readyState === EventSource.OPEN || late < BROKEN_MS;
  broken.querySelector("span").textContent = Math.round(late / 1000);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { source?.close(); source = null; } else open();
});
open();
setInterval(age, 1000);
