// The station: the cursor is always where the next scan goes, and one hears what one cannot see.
(() => {
  "use strict";
  const field = () => document.getElementById("scan");
  const focus = () => { const f = field(); if (f && document.activeElement !== f) f.focus({ preventScroll: true }); };
  let sound;
  const beep = (tone) => {
    const AudioKind = window.AudioContext;
    if (!AudioKind) return;
    sound = sound || new AudioKind();
    const play = (hertz, from, length) => {
      const source = sound.createOscillator(), loud = sound.createGain();
      source.type = tone === "bad" ? "square" : "sine";
      source.frequency.value = hertz;
      loud.gain.value = 0.15;
      source.connect(loud).connect(sound.destination);
      source.start(sound.currentTime + from);
      source.stop(sound.currentTime + from + length);
    };
    if (tone === "bad") { play(180, 0, 0.25); play(140, 0.3, 0.35); }
    else if (tone === "warn") play(330, 0, 0.3);
    else play(tone === "good" ? 1040 : 780, 0, 0.12);
  };
  document.addEventListener("htmx:afterSettle", (e) => {
    const station = document.getElementById("station");
    if (station) beep(station.dataset.tone);
    focus();
  });
  // A scanner types faster than the server answers: what comes meanwhile waits its turn.
  document.addEventListener("click", (e) => { if (!e.target.closest("a, button, input, summary, select")) focus(); });
  addEventListener("focus", focus);
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.key.length > 1 && e.key !== "Enter") return;
    if (document.activeElement === document.body) focus();
  });
  focus();
})();
