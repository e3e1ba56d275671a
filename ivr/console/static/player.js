// The player of one call: the browser's own <audio>, moved by keys, words, flags and the waveform. Times are ms.
import {Heard} from "./heard.js";
import {on} from "./keys.js";
import {Waveform} from "./waveform.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2], BEFORE_MS = 2000;
const pairs = (text) => text.split(";").filter(Boolean).map((one) => one.split(",").map(Number));
const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

export class Player {
  constructor(root) {
    this.root = root;
    this.audio = root.querySelector("audio");
    this.seekBar = root.querySelector(".seek");
    this.status = root.querySelector("[role=status]");
    this.length = Number(root.dataset.ms);
    this.flags = pairs(root.dataset.flags);
    this.quiet = pairs(root.dataset.quiet);
    this.lines = [...document.querySelectorAll("[data-line]")].map((line) => ({
      line, start: Number(line.dataset.start), end: Number(line.dataset.end), side: line.dataset.side}));
    this.turns = this.lines.filter((one) => one.side !== "note" && one.end > one.start);
    this.words = [...document.querySelectorAll("[data-word]")];
    this.heard = new Heard(root.dataset.heard, root.dataset.focus.split(",").map(Number));
    this.wave = new Waveform(root.querySelector("canvas"), this.length, this.flags, this.turns,
      this.words.map((word) => Number(word.dataset.at)));
    this.looped = null;
    this.skipping = false;
    this.atRest();
    this.listen();
  }

  // With script the page has controls of its own.
  atRest() {
    for (const hidden of this.root.querySelectorAll("[hidden]")) hidden.hidden = false;
    this.audio.controls = false;
    this.audio.hidden = true;
    fetch(this.root.dataset.peaks).then((answer) => answer.ok ? answer.arrayBuffer() : new ArrayBuffer(0))
      .then((bytes) => this.wave.load(new Uint8Array(bytes)));
    if (this.flags.length) this.seek(this.flags[0][0] - BEFORE_MS);
  }

  get now() { return this.audio.currentTime * 1000; }

  seek(ms) {
    this.heard.jumped();
    this.audio.currentTime = Math.max(0, Math.min(ms, this.length - 10)) / 1000;
    this.shown();
  }

  play(from) {
    if (from !== undefined) this.seek(from);
    this.audio.play().catch(() => {});
  }

  toggle() { if (this.audio.paused) this.play(); else this.audio.pause(); }

  flag(step) {
    const starts = this.flags.map(([start]) => Math.max(0, start - BEFORE_MS)), slack = step > 0 ? 50 : -50;
    const next = step > 0 ? starts.find((ms) => ms > this.now + slack) : starts.findLast((ms) => ms < this.now + slack);
    const ends = step > 0 ? starts[0] : starts.at(-1);
    if (starts.length) this.play(this.audio.paused && this.heard.inFocus === 0 && step > 0 ? starts[0] : next ?? ends);
  }

  // The turn that sounds or sounded last.
  turn() { return this.turns.findLast((one) => one.start <= this.now + 1) ?? this.turns[0]; }

  replay() { const turn = this.turn(); if (turn) this.play(turn.start); }

  loop(button) {
    this.looped = this.looped ? null : this.turn() ?? null;
    button.setAttribute("aria-pressed", String(Boolean(this.looped)));
  }

  skip(button) {
    this.skipping = !this.skipping;
    button.setAttribute("aria-pressed", String(this.skipping));
  }

  speed(step) {
    const at = SPEEDS.indexOf(this.audio.playbackRate);
    this.audio.playbackRate = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + step))];
    this.root.querySelector("[data-speed]").textContent = `${this.audio.playbackRate}×`;
  }

  // Caller on the left channel, helpline on the right: one of them or both, in both ears.
  sides(button) {
    const order = ["both", "caller", "prompt"];
    const side = order[(order.indexOf(button.dataset.side ?? "both") + 1) % 3];
    button.dataset.side = side;
    button.querySelector("span").textContent = button.dataset[side];
    if (!this.gains) this.gains = this.mixer();
    this.gains[0].gain.value = side === "prompt" ? 0 : 1;
    this.gains[1].gain.value = side === "caller" ? 0 : 1;
  }

  mixer() {
    const context = new AudioContext(), splitter = context.createChannelSplitter(2);
    context.createMediaElementSource(this.audio).connect(splitter);
    return [0, 1].map((channel) => {
      const gain = context.createGain();
      gain.channelCountMode = "explicit";
      gain.channelCount = 1;
      splitter.connect(gain, channel);
      gain.connect(context.destination);
      return gain;
    });
  }

  listen() {
    const acts = {
      play: () => this.toggle(), flag_next: () => this.flag(1), flag_previous: () => this.flag(-1),
      replay: () => this.replay(), slower: () => this.speed(-1), faster: () => this.speed(1),
      loop: (button) => this.loop(button), skip: (button) => this.skip(button), sides: (button) => this.sides(button),
    };
    for (const [act, run] of Object.entries(acts)) {
      const button = this.root.querySelector(`[data-act=${act}]`);
      button.addEventListener("click", () => run(button));
    }
    for (const [act, ms] of [["forth", 2000], ["back", -2000], ["far_forth", 10000], ["far_back", -10000]]) {
      on(act, () => this.seek(this.now + ms));
    }
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-at]");
      if (!link || event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.play(Number(link.dataset.at));
    });
    this.wave.canvas.addEventListener("click", (event) => this.play(this.wave.msAt(event.clientX)));
    this.seekBar.addEventListener("input", () => this.seek(Number(this.seekBar.value)));
    this.watch();
  }

  watch() {
    const frame = () => { this.moved(); if (!this.audio.paused) requestAnimationFrame(frame); };
    this.audio.addEventListener("play", () => { this.pressed(true); requestAnimationFrame(frame); });
    this.audio.addEventListener("pause", () => { this.pressed(false); this.heard.jumped(); this.heard.tell(); });
    this.audio.addEventListener("seeking", () => this.heard.jumped());
    this.audio.addEventListener("seeked", () => this.shown());
    this.audio.addEventListener("error", () => { this.status.textContent = document.body.dataset.gone; });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.heard.tell(); });
    addEventListener("pagehide", () => this.heard.tell());
  }

  pressed(playing) { this.root.querySelector("[data-act=play]").setAttribute("aria-pressed", String(playing)); }

  moved() {
    if (this.audio.paused || this.audio.seeking) return;
    const now = this.now;
    this.heard.playing(now);
    if (this.looped && now >= this.looped.end) this.seek(this.looped.start);
    const gap = this.skipping && this.quiet.find(([start, end]) => now >= start + 300 && now < end - 300);
    if (gap) this.seek(gap[1] - 200);
    this.shown();
  }

  shown() {
    const now = this.now;
    this.wave.seek(now);
    this.seekBar.value = now;
    this.seekBar.setAttribute("aria-valuetext", clock(now));
    this.root.querySelector(".clock").textContent = `${clock(now)} / ${clock(this.length)}`;
    for (const one of this.turns) one.line.classList.toggle("now", one.start <= now && now < one.end);
    for (const word of this.words) {
      word.classList.toggle("now", Number(word.dataset.at) <= now && now < Number(word.dataset.until));
    }
  }
}
