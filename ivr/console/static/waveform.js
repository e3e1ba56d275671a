// Both sides of a call on one canvas: turns as boxes, flags as numbered ticks, words as small marks, the playhead.
// Peaks are 7-bit logarithmic magnitudes, caller and helpline in turn, one pair for every 50 ms.
const PEAK_MS = 50, TOP = 16, GAP = 6;

export class Waveform {
  constructor(canvas, lengthMs, flags, turns, words) {
    Object.assign(this, {canvas, lengthMs, flags, turns, words, peaks: new Uint8Array(0), at: 0, focus: null});
    this.still = document.createElement("canvas");
    new ResizeObserver(() => this.layout()).observe(canvas);
    for (const query of ["(forced-colors: active)", "(prefers-color-scheme: dark)"]) {
      matchMedia(query).addEventListener("change", () => this.layout());
    }
    this.layout();
  }

  load(peaks) { this.peaks = peaks; this.layout(); }

  seek(ms) { this.at = ms; this.paint(); }

  msAt(clientX) {
    const box = this.canvas.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * this.lengthMs;
  }

  layout() {
    const scale = window.devicePixelRatio || 1, width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    for (const one of [this.canvas, this.still]) [one.width, one.height] = [width * scale, height * scale];
    const style = getComputedStyle(this.canvas);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim() || "#444";
    const pen = this.still.getContext("2d");
    pen.scale(scale, scale);
    this.scale = scale;
    this.draw(pen, width, height);
    this.paint();
  }

  x(ms) { return ms / this.lengthMs * this.canvas.clientWidth; }

  draw(pen, width, height) {
    const lane = (height - TOP - GAP) / 2;
    const tops = {caller: TOP, prompt: TOP + lane + GAP};
    for (const turn of this.turns) {
      pen.fillStyle = this.colour(turn.side === "caller" ? "wave-caller-ground" : "wave-prompt-ground");
      pen.fillRect(this.x(turn.start), tops[turn.side], Math.max(1, this.x(turn.end - turn.start)), lane);
    }
    for (const [side, top] of Object.entries(tops)) this.lane(pen, width, side === "caller" ? 0 : 1, top, lane);
    pen.fillStyle = this.colour("soft");
    for (const word of this.words) pen.fillRect(this.x(word), TOP + lane - 4, 1, 4);
    this.ticks(pen, height);
  }

  lane(pen, width, channel, top, height) {
    pen.fillStyle = this.colour(channel ? "wave-prompt" : "wave-caller");
    const count = this.peaks.length / 2, perPixel = this.lengthMs / PEAK_MS / width;
    for (let x = 0; x < width; x++) {
      let loudest = 0;
      for (let i = Math.floor(x * perPixel); i < Math.min(count, Math.max((x + 1) * perPixel, x * perPixel + 1)); i++) {
        loudest = Math.max(loudest, this.peaks[2 * i + channel]);
      }
      const tall = Math.max(1, loudest / 127 * height);
      pen.fillRect(x, top + (height - tall) / 2, 1, tall);
    }
  }

  ticks(pen, height) {
    pen.font = "bold 11px system-ui, sans-serif";
    const named = new Map();
    for (const [n, [start]] of this.flags.entries()) named.set(start, [...(named.get(start) ?? []), n + 1]);
    for (const [start, end] of this.flags) {
      pen.fillStyle = this.colour("wave-flag-ground");
      pen.fillRect(this.x(start), 0, Math.max(2, this.x(end - start)), TOP - 2);
      pen.fillStyle = this.colour("late");
      pen.fillRect(this.x(start), 0, 2, height);
      pen.fillText(named.get(start).join(" "), this.x(start) + 4, TOP - 4);
    }
  }

  paint() {
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.still.width && this.still.height) pen.drawImage(this.still, 0, 0);
    pen.fillStyle = this.colour("ink");
    pen.fillRect(Math.round(this.x(this.at) * this.scale), 0, 2 * this.scale, this.canvas.height);
  }
}
