// Listening in: the growing recording as it comes, decoded here. Browsers' own players want a quarter of a megabyte of
// an endless WAV before they begin; that is sixteen seconds too late.
const HEADER_BYTES = 58, RATE = 8000, AHEAD_S = 0.3, LATE_S = 3;

// ITU-T G.711, µ-law: the byte is inverted; sign, three bits of exponent, four of mantissa; bias 33.
const LINEAR = Float32Array.from({length: 256}, (_, byte) => {
  const code = ~byte & 0xff, size = ((((code & 15) << 1) + 33) << (code >> 4 & 7)) - 33;
  return (code & 128 ? -size : size) / 8192;
});

class Listener {
  constructor(address, clock) { Object.assign(this, {address, clock, at: 0, heard: 0}); }

  async start() {
    this.context = new AudioContext();
    await this.context.resume();
    const answer = await fetch(this.address);
    if (!answer.ok) return;
    const reader = answer.body.getReader();
    let rest = new Uint8Array(0), skip = HEADER_BYTES;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      let bytes = new Uint8Array(rest.length + next.value.length);
      bytes.set(rest);
      bytes.set(next.value, rest.length);
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      bytes = bytes.subarray(skipped);
      const whole = bytes.length - bytes.length % 2;
      rest = bytes.slice(whole);
      if (whole) this.play(bytes.subarray(0, whole));
    }
  }

  // Caller and helpline in turn; both in both ears. What came too late to be heard in time is caught up with.
  play(bytes) {
    const buffer = this.context.createBuffer(1, bytes.length / 2, RATE), sound = buffer.getChannelData(0);
    for (let i = 0; i < sound.length; i++) sound[i] = (LINEAR[bytes[2 * i]] + LINEAR[bytes[2 * i + 1]]) / 2;
    const now = this.context.currentTime, source = this.context.createBufferSource();
    if (this.at < now || this.at > now + LATE_S) this.at = now + AHEAD_S;
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(this.at);
    this.at += buffer.duration;
    this.heard += buffer.duration;
    this.clock.textContent = `${Math.floor(this.heard / 60)}:${String(Math.floor(this.heard) % 60).padStart(2, "0")}`;
  }
}

for (const button of document.querySelectorAll("[data-listen]")) {
  button.hidden = false;
  document.querySelector("[data-plain]").hidden = true;
  button.addEventListener("click", () => {
    button.disabled = true;
    new Listener(button.dataset.listen, document.querySelector("[data-heard]")).start();
  });
}
