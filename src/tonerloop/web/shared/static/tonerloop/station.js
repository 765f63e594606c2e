// The station: the cursor is always where the next scan goes, and one hears what one cannot see.
// A scanner is faster than the server: what is scanned meanwhile waits its turn, and what could
// not be sent is kept and sent again. Without this script the form works as any other.
(() => {
  "use strict";
  const field = () => document.getElementById("scan");
  const form = () => document.getElementById("scan-form");
  const focus = () => { const f = field(); if (f && document.activeElement !== f) f.focus({ preventScroll: true }); };
  const waiting = [];
  let busy = false, again, sound;

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

  const say = (words, tone) => {
    const answer = document.getElementById("answer");
    if (answer.textContent !== words) answer.textContent = words;
    answer.className = `answer ${tone}`;
    beep(tone);
  };

  // The new state takes the old one's place; what is being typed at this moment stays.
  const show = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html").getElementById("station");
    if (!next) return false;
    const typed = field().value, mine = document.activeElement === field();
    document.getElementById("station").replaceWith(document.adoptNode(next));
    field().value = typed;
    if (mine || document.activeElement === document.body) focus();
    return true;
  };

  const lost = (scan) => {
    say(form().dataset.lost.replace("{scan}", scan), "bad");
    again = setTimeout(send, 3000);
  };

  const send = async () => {
    clearTimeout(again);
    if (busy || !waiting.length) return;
    busy = true;
    const body = new URLSearchParams(new FormData(form())), scan = waiting[0];
    body.set("scan", scan);
    let answer, text;
    try {
      answer = await fetch(form().action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
      text = await answer.text();
    } catch { answer = null; }
    busy = false;
    if (!answer || answer.status >= 500) return lost(scan);
    waiting.shift();
    if (!show(text)) return location.assign(form().action); // logged out: the log-in page says so
    const tone = document.getElementById("station").dataset.tone;
    beep(tone);
    if (tone === "bad" && waiting.length) {
      // They were meant for what did not happen.
      const scans = waiting.splice(0).join(", ");
      const more = form().dataset.dropped.replace("{scans}", scans);
      document.getElementById("answer").append(` ${more}`);
    }
    send();
  };

  document.addEventListener("submit", (e) => {
    if (e.target !== form()) return;
    e.preventDefault();
    waiting.push(field().value);
    field().value = "";
    focus();
    send();
  });
  document.addEventListener("keydown", (e) => {
    if (e.target === field()) {
      // Some scanners end with Tab instead of Enter.
      if (e.key === "Tab" && !e.shiftKey && field().value) { e.preventDefault(); form().requestSubmit(); }
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey || e.key.length > 1 || e.key === " ") return;
    if (!e.target.closest("input, select, textarea")) focus();
  });
  document.addEventListener("click", (e) => { if (!e.target.closest("a, button, input, summary, select")) focus(); });
  addEventListener("online", send);
  addEventListener("focus", () => { if (document.activeElement === document.body) focus(); });
  addEventListener("beforeunload", (e) => { if (waiting.length) e.preventDefault(); });
  focus();
})();
