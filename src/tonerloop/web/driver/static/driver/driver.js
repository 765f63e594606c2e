// The driver's page: reports are made here, kept by queue.js, and sent when there is reception.
(() => {
  "use strict";
  const root = document.getElementById("driver");
  // Where the browser cannot keep anything, the forms post as ever.
  if (!root || !window.indexedDB || !window.crypto.randomUUID || !window.BroadcastChannel) return;
  const words = root.dataset;
  const queue = driverQueue(Number(words.person), words.send);
  const KEPT = 3 * 86400000, MOST = 500;
  const FETCHED = ["picked_up", "wrong_count"];
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const on = (event, selector, act) =>
    document.addEventListener(event, (e) => {
      const found = e.target instanceof Element && e.target.closest(selector);
      if (found) act(found, e);
    });
  // Labels: a letter and ten digits, of which the last checks the others (H. Michael Damm's table).
  const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];
  const label = (text) => {
    const last = text.normalize("NFKC").trim().replace(/\/+$/, "").split("/").pop().toUpperCase();
    const digits = last.slice(1).replace(/[\s\-‐‑–ー−]/g, "");
    if (!/^[BP]/.test(last) || !/^[0-9]{10}$/.test(digits)) return null;
    return [...digits].reduce((row, digit) => Number(DAMM[row][digit]), 0) === 0 ? last[0] + digits : null;
  };
  const shown = (id) => `${id[0]} ${id.slice(1, 4)}-${id.slice(4, 7)}-${id.slice(7)}`;

  // The form of a stop.
  const stopOf = (el) => el.closest("[data-stop]");
  const formOf = (stop) => stop && find("form[data-report]", stop);
  const outcome = (form) => (form.elements.outcome.value || "");
  const scans = (form) => form.elements.scans.value.split("\n").filter(Boolean);
  const say = (form, place, text) => { find(place, form).textContent = text || ""; };
  const draw = (form) => {
    const found = scans(form);
    const rows = found.map((id) => {
      const row = find("#scan-row").content.firstElementChild.cloneNode(true);
      const remove = find("[data-remove]", row);
      find("[data-text]", row).textContent = shown(id);
      remove.dataset.remove = id;
      remove.setAttribute("aria-label", words.textRemove.replace("{text}", shown(id)));
      return row;
    });
    find("[data-scan-list]", form).replaceChildren(...rows);
    say(form, "[data-scan-count]", found.length ? phone.many("Scanned", found.length) : "");
  };
  const scanned = (form, ids) => {
    form.elements.scans.value = ids.join("\n");
    draw(form);
    keepDraft(form);
  };
  const add = (form, text) => {
    const typed = text.trim();
    if (!typed) return true;
    const id = label(typed);
    const twice = id && scans(form).includes(id);
    say(form, "[data-scan-wrong]", !id ? words.textWrong.replace("{text}", typed.slice(0, 40)) : twice ? words.textTwice.replace("{text}", shown(id)) : "");
    if (id && !twice) scanned(form, [...scans(form), id]);
    return !!id;
  };
  const take = (form) => {
    const field = find("[data-scan-input]", form);
    const good = add(form, field.value);
    if (good) field.value = "";
    else field.select();
    return good;
  };
  // A scanner types the label and then Enter.
  on("keydown", "[data-scan-input]", (field, e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    take(field.form);
  });
  on("click", "[data-scan-add]", (button) => { take(button.form); find("[data-scan-input]", button.form).focus(); });
  on("click", "[data-remove]", (button) => {
    const form = button.closest("form");
    scanned(form, scans(form).filter((id) => id !== button.dataset.remove));
    find("[data-scan-input]", form).focus();
  });

  // What was begun stays, also when the phone drops the page to show a map.
  const keepDraft = (form) => {
    const { outcome: what, scans: ids, count, note } = form.elements;
    const draft = { number: stopOf(form).dataset.stop, outcome: what.value, scans: ids.value, count: count.value, note: note.value, at: Date.now() };
    queue.draft(draft).catch(() => {});
  };
  on("change", "form[data-report]", (el, e) => { if (!e.target.matches("[data-scan-input]")) keepDraft(el); });
  const fill = (form, draft) => {
    form.elements.outcome.value = draft.outcome;
    form.elements.scans.value = draft.scans;
    form.elements.count.value = draft.count;
    form.elements.note.value = draft.note;
    draw(form);
  };

  // Done: checked here, kept here, then sent.
  const number = (text) => text.normalize("NFKC").trim();
  const complaint = (form) => {
    const count = number(form.elements.count.value);
    if (!FETCHED.includes(outcome(form))) return "";
    if (count && (!/^\d{1,3}$/.test(count) || Number(count) > MOST)) return words.textNumber;
    if (outcome(form) === "wrong_count" && !count) return words.textCount;
    return !count && !scans(form).length ? words.textNothing : "";
  };
  const told = (form) => {
    const stop = stopOf(form), fetched = FETCHED.includes(outcome(form));
    const count = number(form.elements.count.value);
    return {
      key: crypto.randomUUID(),
      number: stop.dataset.stop,
      outcome: outcome(form),
      at: new Date().toISOString(),
      scans: fetched ? scans(form) : [],
      count: fetched && count ? Number(count) : null,
      note: form.elements.note.value.trim(),
      state: "waiting",
      name: stop.dataset.name,
      version: stop.dataset.version,
    };
  };
  const busy = new Set();
  document.addEventListener("submit", async (e) => {
    const form = e.target;
    if (!form.matches("form[data-report]")) return;
    e.preventDefault();
    const name = stopOf(form).dataset.stop;
    if (busy.has(name) || !take(form)) return;
    const wrong = complaint(form);
    say(form, "[data-wrong]", wrong);
    if (wrong) return;
    busy.add(name);
    try {
      // A report that was refused is replaced by its correction.
      const before = (await queue.reports()).filter((r) => r.number === name && r.state === "refused");
      await queue.put(told(form));
      await Promise.all([...before.map((r) => queue.remove(r.seq)), queue.undraft(name)]);
    } catch {
      form.submit(); // nothing can be kept on this phone
      return;
    } finally {
      busy.delete(name);
    }
    form.reset();
    draw(form);
    form.closest("details").open = false;
    await phone.render();
    stopOf(form).focus({ preventScroll: true });
    phone.askForSync();
    phone.send();
  });

  // How each stop stands on this phone.
  const rendered = (found) =>
    all("[data-stop]").forEach((stop) => {
      const own = found.filter((r) => r.number === stop.dataset.stop);
      const last = own.findLast((r) => r.state !== "sent" || r.version === stop.dataset.version);
      const said = !last ? "" : last.state === "sent" && !last.applied ? "late" : last.state;
      const over = said && said !== "refused";
      all("[data-said]", stop).forEach((el) => { el.hidden = el.dataset.said !== said; });
      find("[data-status]", stop).hidden = !!said;
      all("details.report", stop).forEach((el) => { el.hidden = !!over; });
    });
  const refusal = (report) => {
    const row = find("#refused-row").content.firstElementChild.cloneNode(true);
    const form = formOf(document.getElementById(`stop-${report.number}`));
    find("[data-name]", row).textContent = report.name;
    find("[data-problem]", row).textContent = report.problem;
    find("[data-correct]", row).hidden = !form;
    find("[data-again]", row).hidden = !!form;
    find("[data-correct]", row).addEventListener("click", () => {
      fill(form, { ...report, scans: report.scans.join("\n"), count: report.count === null ? "" : report.count });
      form.closest("details").open = true;
      find("[data-scan-input]", form).focus();
    });
    find("[data-again]", row).addEventListener("click", async () => {
      await queue.put({ ...report, state: "waiting", problem: "" });
      await phone.render();
      phone.send();
    });
    find("[data-discard]", row).addEventListener("click", async () => {
      if (!(await phone.sure(words.textDiscard, words.textDiscardYes))) return;
      await queue.remove(report.seq);
      phone.render();
    });
    return row;
  };
  const wanted = () => {
    const days = all("a[data-day]").map((a) => a.href);
    const addresses = new Set([new URL(words.home, location).href, location.href, ...days.slice(0, 4)]);
    return [...addresses].map((address) => ({ address }));
  };
  const phone = keptPhone(root, queue, { sync: `reports-${words.person}`, wanted, refusal, rendered });

  // Labels by camera, where the browser can read codes.
  let film = null, held = false;
  const stop = (one) => {
    if (one.stream) one.stream.getTracks().forEach((track) => track.stop());
    one.view.hidden = true;
    if (film === one) film = null;
    if (held && !film) htmx.trigger("#stops", "changed");
    held = held && !!film;
  };
  const dark = () => film && stop(film);
  const watch = async (form, view) => {
    const reader = new BarcodeDetector();
    while (film && film.view === view && view.isConnected) {
      const codes = await reader.detect(view).catch(() => []);
      if (codes.some((code) => label(code.rawValue) && !scans(form).includes(label(code.rawValue)) && add(form, code.rawValue))) {
        if (navigator.vibrate) navigator.vibrate(80);
      }
      await new Promise((done) => setTimeout(done, 250));
    }
    if (film && film.view === view) dark();
  };
  on("click", "[data-camera]", async (button) => {
    const view = find("[data-camera-view]", button.form);
    if (film) return dark();
    const now = (film = { stream: null, view });
    now.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!now.stream) button.hidden = true;
    if (!now.stream || film !== now) { stop(now); return; }
    view.srcObject = now.stream;
    view.hidden = false;
    view.play().catch(() => {});
    watch(button.form, view);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) dark(); });

  // Dress the stops as they come, at first and whenever the server sends them anew.
  const phones = /iPhone|iPad|Macintosh/.test(navigator.userAgent);
  const dress = async () => {
    const drafts = await queue.drafts();
    const camera = "BarcodeDetector" in window && navigator.mediaDevices;
    all("[data-stop]").forEach((stop) => {
      // Apple's phones do not know geo addresses.
      if (phones) find(".stop-map", stop).href = find("small a", stop).href;
      const form = formOf(stop);
      if (!form) return;
      find("[data-scan]", form).hidden = false;
      find("[data-scan-plain]", form).hidden = true;
      find("[data-camera]", form).hidden = !camera;
      const draft = drafts.find((d) => d.number === stop.dataset.stop);
      if (draft) fill(form, draft);
      draw(form);
    });
    phone.age();
    return phone.render();
  };
  // Without reception the list stays as it is, the stream asks again by itself later; and while
  // the camera looks, nothing is exchanged under it.
  document.addEventListener("htmx:beforeRequest", (e) => {
    held = held || !!film;
    if (film || !navigator.onLine) e.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (e) => {
    held = held || !!film;
    if (film) e.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSettle", (e) => {
    if (e.target instanceof Element && e.target.id === "stops") dress().then(phone.keepSoon);
  });
  const forgetOld = async () => {
    const old = (await queue.reports()).filter((r) => r.state === "sent" && Date.now() - r.settled > KEPT);
    const begun = (await queue.drafts()).filter((d) => Date.now() - d.at > KEPT / 3);
    await Promise.all([...old.map((r) => queue.remove(r.seq)), ...begun.map((d) => queue.undraft(d.number))]);
  };
  forgetOld().then(dress).then(phone.send);
})();
