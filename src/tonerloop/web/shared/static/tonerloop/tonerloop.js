// What pages do by themselves; every behaviour hangs on a data attribute (docs/howto/a-screen.md).
(() => {
  "use strict";
  const body = document.body;
  const words = body.dataset;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (event, selector, act) =>
    document.addEventListener(event, (e) => {
      const found = e.target instanceof Element && e.target.closest(selector);
      if (found) act(found, e);
    });
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const fill = (text, n) => (text || "").replace("{n}", n.toLocaleString(document.documentElement.lang));

  // Requests of htmx carry the token against forgery.
  document.addEventListener("htmx:configRequest", (e) => {
    const token = document.querySelector("meta[name=csrf]");
    if (token) e.detail.headers["X-CSRFToken"] = token.content;
  });
  // A fragment that is refused or gone leaves the page as it is.
  document.addEventListener("htmx:responseError", (e) => e.preventDefault());

  // Live: the stream says what changed, the element fetches itself again.
  const waiting = new Set();
  let timer = 0;

  const typing = (el) =>
    all("input, textarea, select", el).some((field) => {
      if (field.type === "hidden" || field.type === "submit") return false;
      if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
      if (field.tagName === "SELECT") return !field.multiple && field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected));
      return field.value !== field.defaultValue;
    });

  const offer = (el) => {
    if (el.querySelector(":scope > .changed")) return;
    const note = document.createElement(/^[OU]L$/.test(el.tagName) ? "li" : "div");
    note.className = "changed";
    note.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = words.textShow;
    button.addEventListener("click", () => fetchAgain(el));
    note.append(words.textChanged, " ", button);
    el.prepend(note);
  };

  const fetchAgain = (el) => window.htmx && htmx.trigger(el, "changed");
  const refresh = () => {
    const found = all("[data-live]").filter((el) => waiting.has("*") || el.dataset.live.split(/\s+/).some((t) => waiting.has(t)));
    waiting.clear();
    // What lies within another that is fetched anyway comes with it.
    const outer = found.filter((el) => !found.some((other) => other !== el && other.contains(el)));
    outer.forEach((el) => (typing(el) || el.querySelector("dialog[open]") ? offer(el) : fetchAgain(el)));
  };
  const tell = (topics) => {
    topics.forEach((topic) => waiting.add(topic));
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  };

  // Open details and the focus survive the exchange.
  const kept = new Map();
  document.addEventListener("htmx:beforeSwap", (e) => {
    const el = e.detail.target;
    if (!el || !el.id || !el.dataset.live) return;
    const details = all("details", el).map((d) => d.open);
    const active = el.contains(document.activeElement) ? document.activeElement : null;
    // Who reads further down keeps what is read where it is, whatever comes in above.
    const top = (x) => x.getBoundingClientRect().top;
    const anchor = top(el) < 0 && all("[id]", el).find((x) => top(x) >= 0);
    const place = anchor ? { id: anchor.id, top: top(anchor) } : null;
    kept.set(el.id, { details, place, focus: active && (active.id || active.getAttribute("href")) });
  });
  document.addEventListener("htmx:afterSettle", (e) => {
    const state = e.target instanceof Element && kept.get(e.target.id);
    if (!state) return;
    kept.delete(e.target.id);
    const fresh = document.getElementById(e.target.id);
    const details = all("details", fresh);
    if (details.length === state.details.length) details.forEach((d, i) => { d.open = state.details[i]; });
    const still = state.place && document.getElementById(state.place.id);
    if (still) scrollBy(0, still.getBoundingClientRect().top - state.place.top);
    if (!state.focus || document.activeElement !== body) return;
    const again = all("[id], a[href]", fresh).find((el) => el.id === state.focus || el.getAttribute("href") === state.focus);
    if (again) again.focus({ preventScroll: true });
  });

  const listen = () => {
    const stream = new EventSource(words.liveUrl);
    let broken = false;
    stream.onmessage = (e) => tell(e.data.split(/\s+/).filter(Boolean));
    stream.onerror = () => {
      broken = true;
      // A refusal closes the stream for good; try again by hand, later.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 15000);
    };
    stream.onopen = () => {
      body.dataset.listening = "yes";
      if (broken) tell(["*"]);
      broken = false;
    };
    addEventListener("pagehide", () => stream.close(), { once: true });
  };
  if (words.liveUrl && window.EventSource) listen();
  // A page taken out of the browser's memory may be old, and its stream is closed.
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    all("form[aria-busy]").forEach(release);
    if (words.liveUrl) { listen(); tell(["*"]); }
  });

  // Quantities.
  const count = (input) => {
    const value = plain(input.value).trim();
    return /^\d{1,9}$/.test(value) ? Number(value) : 0;
  };
  on("click", "[data-step]", (button) => {
    const input = button.closest("[data-stepper]").querySelector("input:not([type=hidden])");
    const least = Number(input.min || 0);
    const next = Math.max(least, count(input) + Number(button.dataset.step));
    input.value = next || (least ? least : "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // The running total: exact, in minor units.
  const minor = (text, digits) => {
    const [whole, part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(digits, "0").slice(0, digits));
  };
  const unit = (input, quantity) => {
    const breaks = JSON.parse(input.dataset.priceBreaks || "[]");
    const fits = breaks.filter(([from]) => from <= quantity).sort((a, b) => b[0] - a[0]);
    return fits.length ? fits[0][1] : null;
  };
  const amount = (units, currency, digits) => {
    const text = units.toString().padStart(digits + 1, "0");
    const value = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
    return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(value);
  };
  const piece = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const total = () => {
    const shown = all("[data-running-total]");
    if (!shown.length) return;
    const sums = new Map();
    let pieces = 0, onRequest = 0;
    all("input[data-price-breaks]").forEach((input) => {
      const quantity = count(input);
      const line = input.closest(".line");
      if (line) line.classList.toggle("chosen", quantity > 0);
      if (!quantity) return;
      pieces += quantity;
      const price = unit(input, quantity);
      if (price === null) { onRequest += 1; return; }
      const { currency, minor: digits = "2" } = input.dataset;
      const sum = sums.get(currency) || { units: 0n, digits: Number(digits) };
      sum.units += minor(price, sum.digits) * BigInt(quantity);
      sums.set(currency, sum);
    });
    const parts = [...sums].map(([currency, sum]) => amount(sum.units, currency, sum.digits));
    const asked = onRequest ? [`+ ${onRequest} × ${words.textOnRequest}`] : [];
    shown.forEach((el) => el.replaceChildren(...parts.map((t) => piece("span", t)), ...asked.map((t) => piece("small", t)), parts.length || onRequest ? "" : "—"));
    all("[data-running-count]").forEach((el) => { el.textContent = fill("{n}", pieces); });
  };
  document.addEventListener("input", (e) => { if (e.target.matches("input[data-price-breaks]")) total(); });

  // Find as one types.
  const sift = (box) => {
    const list = document.querySelector(box.dataset.filter);
    if (!list) return;
    const wanted = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    all("[data-filter-text]", list).forEach((item) => {
      const around = item.closest("[data-filter-section]");
      const text = plain(`${item.dataset.filterText} ${around ? around.dataset.filterSection : ""}`);
      item.hidden = !wanted.every((word) => text.includes(word));
      shown += item.hidden ? 0 : 1;
    });
    all("[data-filter-section]", list).forEach((section) => {
      section.hidden = !section.querySelector("[data-filter-text]:not([hidden])");
    });
    const scope = box.closest("form, main") || document;
    all("[data-filter-count]", scope).forEach((el) => { el.textContent = wanted.length ? fill(words.textShown, shown) : ""; });
    all("[data-filter-nothing]", scope).forEach((el) => { el.hidden = shown > 0; });
  };
  on("input", "input[data-filter]", sift);
  // Enter in the box looks; it does not send the order.
  on("keydown", "input[data-filter]", (box, e) => { if (e.key === "Enter") e.preventDefault(); });

  // A form is sent once; the server is the real guard.
  const release = (form) => form.removeAttribute("aria-busy");
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.hasAttribute("data-resubmit") || (form.method || "get") !== "post" || e.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") { e.preventDefault(); e.stopImmediatePropagation(); return; }
    form.setAttribute("aria-busy", "true");
    setTimeout(release, 10000, form);
  }, true);

  // What is typed in another form goes along, so that sending this one loses none of it.
  document.addEventListener("submit", (e) => all("[data-mirror]", e.target).forEach((copy) => {
    const from = document.querySelector(copy.dataset.mirror);
    if (from) copy.value = from.value;
  }), true);
  on("change", "[data-autosubmit]", (field) => field.form && field.form.requestSubmit());
  on("click", "[data-open-dialog]", (button) => document.querySelector(button.dataset.openDialog).showModal());
  on("click", "[data-close-dialog]", (button) => button.closest("dialog").close());

  // Choose many.
  const chosen = () => {
    const n = all("input[type=checkbox]:checked:not([data-check-all])").length;
    all("[data-checked-count]").forEach((el) => { el.textContent = fill(words.textChosen, n); });
  };
  on("change", "input[type=checkbox]", (box) => {
    if (box.dataset.checkAll) all(`input[name="${CSS.escape(box.dataset.checkAll)}"]`).forEach((b) => { b.checked = box.checked; });
    chosen();
  });

  // Show a part only while its box or radio is checked.
  const disclose = () => all("[data-disclose]").forEach((box) => {
    const part = document.querySelector(box.dataset.disclose);
    if (part) part.hidden = !box.checked;
  });
  document.addEventListener("change", disclose);

  // A menu closes when one looks elsewhere.
  document.addEventListener("click", (e) => all("details.menu[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; }));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // Where the log-in shows nobody is logged in: no page of the one before stays on this phone.
  if (self.caches && document.querySelector("form[action^='/account/login/']"))
    caches.keys().then((names) => names.filter((name) => name.includes("-pages-")).forEach((name) => caches.delete(name)));

  disclose();
  total();
  all("input[data-filter]").forEach((box) => box.value && sift(box));
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();
  const tab = document.querySelector("nav.portal [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - 16;
})();
