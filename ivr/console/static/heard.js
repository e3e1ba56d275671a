// Which stretches of a call were played. Told to the server when playing stops, for the record of who heard what; and
// how much of the stretch in question was heard, for a correction needs a second of it.
const AT_ONCE_MS = 1500;

export class Heard {
  constructor(address, focus) { Object.assign(this, {address, focus, spans: [], inFocus: 0, last: null}); }

  // The playhead is at `ms` and moves by itself.
  playing(ms) {
    const since = this.last;
    this.last = ms;
    if (since === null || ms <= since || ms - since > AT_ONCE_MS) return;
    const newest = this.spans.at(-1);
    if (newest && Math.abs(newest[1] - since) < 50) newest[1] = ms; else this.spans.push([since, ms]);
    this.inFocus += Math.max(0, Math.min(ms, this.focus[1]) - Math.max(since, this.focus[0]));
  }

  // It was moved, or it stands.
  jumped() { this.last = null; }

  tell() {
    if (!this.spans.length) return;
    const form = new FormData();
    form.set("csrf", document.body.dataset.csrf);
    form.set("spans", this.spans.map((span) => span.map(Math.round).join("-")).join(","));
    this.spans = [];
    navigator.sendBeacon(this.address, form);
  }
}
