// Parts of a page that are asked for again: [data-poll=address]. Rows keep their place; cells change; new rows wait.
const FAST_MS = 3000, SLOW_MS = 60000, FAST_ROUNDS = 20;
let rounds = FAST_ROUNDS;

function wake() { rounds = FAST_ROUNDS; }

// Put the new rows' cells into the old rows; what is new goes to the end, what is gone is greyed.
function merge(old, fresh) {
  const body = fresh.querySelector("[data-rows]"), mine = old.querySelector("[data-rows]");
  if (!body || !mine) return void old.replaceChildren(...fresh.childNodes);
  const incoming = new Map([...body.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  for (const row of mine.querySelectorAll("[data-row]")) {
    const next = incoming.get(row.dataset.row);
    incoming.delete(row.dataset.row);
    if (!next) row.classList.add("gone");
    else if (!row.contains(document.activeElement)) for (const [at, cell] of [...next.cells].entries()) {
      const own = row.cells[at];
      if (own && !own.querySelector("input") && own.innerHTML !== cell.innerHTML) own.innerHTML = cell.innerHTML;
    }
  }
  for (const row of incoming.values()) mine.append(row);
}

async function ask(part, tags) {
  const address = part.dataset.poll;
  const answer = await fetch(address, {headers: {"X-Fragment": "1", ...(tags.has(part) && {"If-None-Match": tags.get(part)})}});
  if (answer.status === 401) { document.querySelector("main").prepend(gone()); return false; }
  if (answer.status !== 200) return true;
  tags.set(part, answer.headers.get("ETag"));
  merge(part, new DOMParser().parseFromString(await answer.text(), "text/html").body);
  return true;
}

function gone() {
  const note = document.createElement("p");
  note.className = "problem";
  note.setAttribute("role", "alert");
  note.textContent = document.body.dataset.gone;
  return note;
}

export function start() {
  const parts = [...document.querySelectorAll("[data-poll]")], tags = new Map();
  if (!parts.length) return;
  for (const kind of ["mousemove", "keydown", "touchstart"]) document.addEventListener(kind, wake, {passive: true});
  const round = async () => {
    let going = true;
    if (!document.hidden) {
      try { for (const part of parts) going = await ask(part, tags) && going; } catch { /* the line is down: later */ }
    }
    if (going) setTimeout(round, rounds-- > 0 ? FAST_MS : SLOW_MS);
  };
  setTimeout(round, FAST_MS);
}
