// A page on a phone that works without reception: what is kept is shown and sent, pages are kept.
// `sync` names the background sync, `wanted` gives the pages to keep, `refusal` draws what was
// refused, `rendered` hears of all that is kept whenever it changes.
"use strict";
self.keptPhone = (root, queue, { sync, wanted, refusal, rendered, sent }) => {
  const words = root.dataset;
  const EVERY = 20000, OLD = 120000;
  const language = document.documentElement.lang;
  const plural = new Intl.PluralRules(language);
  const find = (selector, within = document) => within.querySelector(selector);
  const many = (name, n) => {
    const text = words[`text${name}${plural.select(n) === "one" ? "One" : "Other"}`];
    return text.replace("{n}", n.toLocaleString(language));
  };

  const sure = (text, yes) =>
    new Promise((done) => {
      const dialog = find("#ask"), button = find("[data-yes]", dialog);
      find("#ask-words").textContent = text;
      button.textContent = yes;
      dialog.returnValue = "";
      button.onclick = () => dialog.close("yes");
      dialog.onclose = () => done(dialog.returnValue === "yes");
      dialog.showModal();
    });

  // What waits and what was refused.
  let how = "wait";
  const banner = (place, name, reports, row) => {
    const el = find(place);
    if (reports.length) find("[data-words]", el).textContent = many(name, reports.length);
    find("[data-list]", el).replaceChildren(...reports.map(row));
    el.hidden = !reports.length;
  };
  const line = (report) => Object.assign(document.createElement("li"), { textContent: report.name });
  const render = async () => {
    const found = await queue.reports();
    const waiting = found.filter((r) => r.state === "waiting");
    banner("#waiting", "Waiting", waiting, line);
    document.querySelectorAll("#waiting [data-how]").forEach((el) => { el.hidden = el.dataset.how !== how; });
    banner("#refused", "Refused", found.filter((r) => r.state === "refused"), refusal);
    rendered(found);
    document.body.dataset.waiting = waiting.length;
    return waiting;
  };

  // Sending, as often as there may be reception.
  const token = () => {
    const found = document.cookie.split("; ").find((c) => c.startsWith(`${words.csrf}=`));
    return found ? found.slice(words.csrf.length + 1) : find("meta[name=csrf]").content;
  };
  let sending = false;
  const send = async () => {
    if (sending || !(await queue.reports()).some((r) => r.state === "waiting")) return;
    sending = true;
    let answer;
    try {
      answer = await queue.send(token());
    } finally {
      sending = false;
    }
    if (answer !== "busy") how = answer === "offline" || answer === "done" ? "wait" : answer;
    const waiting = await render();
    if (answer === "done" && waiting.length) send();
    if (answer === "done") { keepSoon(); if (sent) sent(); }
  };
  const askForSync = async () => {
    if (!navigator.serviceWorker) return;
    const worker = await navigator.serviceWorker.getRegistration(words.home);
    if (worker && worker.sync) worker.sync.register(sync).catch(() => {});
  };
  queue.onchange(render);
  addEventListener("online", () => { age(); send(); });
  addEventListener("offline", () => age());
  addEventListener("pageshow", (e) => { if (e.persisted) render().then(send); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  setInterval(send, EVERY);

  // The worker keeps pages for where there is no reception.
  let kept = false, timer = 0;
  const age = () => {
    const made = new Date(find("[data-made]").dataset.made);
    const time = made.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    const old = !navigator.onLine || Date.now() - made > OLD;
    find("#kept").textContent = (old ? words.textOld : (kept && words.textKept) || "").replace("{time}", time);
  };
  const keep = async () => {
    const { active } = await navigator.serviceWorker.ready;
    const channel = new MessageChannel();
    channel.port1.onmessage = (e) => {
      kept = e.data;
      document.body.dataset.stored = kept ? "yes" : "no";
      age();
    };
    active.postMessage({ keep: wanted() }, [channel.port2]);
  };
  const keepSoon = () => {
    clearTimeout(timer);
    if (navigator.serviceWorker && navigator.onLine) timer = setTimeout(keep, 300);
  };
  if (navigator.serviceWorker) {
    // A copy was shown since the server was slow; now it has answered.
    navigator.serviceWorker.addEventListener("message", (e) => {
      if (e.data && e.data.fresh === location.href) document.querySelectorAll("[data-live]").forEach((el) => htmx.trigger(el, "changed"));
    });
    // The page itself comes first: the network may be slow.
    const begin = () => {
      navigator.serviceWorker.register(words.worker, { scope: words.home }).catch(() => {});
      keep();
    };
    const soon = () => (window.requestIdleCallback ? requestIdleCallback(begin, { timeout: 2000 }) : setTimeout(begin, 500));
    if (document.readyState === "complete") soon();
    else addEventListener("load", soon, { once: true });
  }

  // Who logs out takes the pages along, but never what was not sent.
  const leave = async () => {
    const names = (await caches.keys()).filter((name) => name.includes("-pages-"));
    await Promise.all(names.map((name) => caches.delete(name)));
    const worker = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration(words.home));
    if (worker && worker.getNotifications) (await worker.getNotifications()).forEach((shown) => shown.close());
    if (navigator.clearAppBadge) await navigator.clearAppBadge().catch(() => {});
    const device = worker && worker.pushManager && (await worker.pushManager.getSubscription().catch(() => null));
    if (device) await device.unsubscribe().catch(() => {});
  };
  document.addEventListener("submit", async (e) => {
    const form = e.target;
    if (!form.matches("form[action$='/logout/']")) return;
    e.preventDefault();
    const unsent = (await queue.reports().catch(() => [])).filter((r) => r.state !== "sent");
    if (unsent.length && !(await sure(words.textLeave, words.textLeaveYes))) {
      form.removeAttribute("aria-busy");
      return;
    }
    if (navigator.onLine) {
      await leave();
      if (!unsent.length) await queue.forget();
    }
    form.submit();
  });
  find(".logo").href = words.home;

  return { age, askForSync, keepSoon, many, render, send, sure, token };
};
