// The salesperson's pages: answers get a key of this phone's own, so that each counts once; what
// the worker had to keep is shown and sent; the badge says how many orders wait.
(() => {
  "use strict";
  const root = document.getElementById("sales");
  // Where the browser cannot keep anything, the forms post as ever.
  if (!root || !window.indexedDB || !window.crypto.randomUUID || !window.BroadcastChannel) return;
  const words = root.dataset;
  const queue = salesQueue(Number(words.person));
  const ANSWER = new RegExp(`^${words.home}(\\d{10})/(confirm|change|ask|cancel)/$`);
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const answerOf = (form) => (form.method === "post" ? ANSWER.exec(new URL(form.action).pathname) : null);

  // Every answer carries its key, whose it is, and the words by which it is shown while it waits.
  const put = (form, name, value) => {
    const field = form.elements.namedItem(name) || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    field.value = value;
  };
  document.addEventListener("submit", (e) => {
    const answer = !e.defaultPrevented && answerOf(e.target);
    if (!answer) return;
    const kind = answer[2], number = answer[1].replace(/^(...)(...)/, "$1-$2-");
    put(e.target, "key", crypto.randomUUID());
    put(e.target, "person", words.person);
    if (!e.target.elements.namedItem("what")) put(e.target, "what", `${words[`text${kind[0].toUpperCase()}${kind.slice(1)}`]}: ${words.name}, ${number}`);
    put(e.target, "csrfmiddlewaretoken", phone.token()); // a kept page may hold that of an earlier log-in
  });

  // What was refused, and what became of the rest.
  const refusal = (report) => {
    const row = find("#refused-row").content.firstElementChild.cloneNode(true);
    find("[data-name]", row).textContent = report.name;
    find("[data-problem]", row).textContent = report.problem;
    find("[data-look]", row).href = `${words.home}${report.number}/`;
    find("[data-correct]", row).hidden = !report.correct;
    find("[data-correct]", row).addEventListener("click", async () => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: report.path, hidden: true });
      new URLSearchParams(report.body).forEach((value, name) => put(form, name, value));
      document.body.append(form);
      await queue.remove(report.seq);
      form.requestSubmit(); // the server answers with the form and says what is wrong
    });
    find("[data-discard]", row).addEventListener("click", async () => {
      if (!(await phone.sure(words.textDiscard, words.textDiscardYes))) return;
      await queue.remove(report.seq);
      phone.render();
    });
    return row;
  };
  const said = (report) => {
    const banner = Object.assign(document.createElement("div"), { className: "banner success" });
    banner.append(Object.assign(document.createElement("p"), { textContent: report.words }));
    return banner;
  };
  const rendered = (found) => {
    const waits = (number) => found.some((r) => r.state === "waiting" && r.number === number);
    find("#sent").replaceChildren(...found.filter((r) => r.state === "sent").map(said));
    all("[data-order] > [data-said]").forEach((el) => { el.hidden = !waits(el.parentElement.dataset.order); });
    const answered = waits(words.order);
    find("#answer-waits").hidden = !answered;
    all("form").filter(answerOf).forEach((form) => { form.hidden = answered; });
    const more = find("#otherwise");
    if (more) more.hidden = answered;
  };
  // What was sent is told once: on this page, or on the next.
  addEventListener("pagehide", async () => {
    (await queue.reports()).filter((r) => r.state === "sent").forEach((r) => queue.remove(r.seq));
  });

  // The list, the pages of the orders in it, and their forms.
  const wanted = () => {
    const at = (path, version) => ({ address: new URL(path, location).href, version });
    const cards = all("#queue [data-address]").slice(0, 20);
    const pages = cards.flatMap(({ dataset: { address, version } }) =>
      ["", "change/", "ask/", "cancel/"].map((more) => at(address + more, version)));
    const fixed = [words.home, words.orders, words.notKept].map((path) => at(path));
    return find("#queue") ? [...fixed, ...pages] : [];
  };
  const again = () => all("[data-live]").forEach((el) => htmx.trigger(el, "changed"));
  const phone = keptPhone(root, queue, { sync: `answers-${words.person}`, wanted, refusal, rendered, sent: again });

  // How many wait: beside the name of the list, and on the app's icon.
  const count = () => {
    const list = find("#queue"), tab = find(`nav.portal a[href="${words.home}"]`);
    if (!tab) return;
    let shown = find(".count", tab);
    if (list) {
      if (!shown) tab.append(" ", (shown = Object.assign(document.createElement("span"), { className: "count" })));
      shown.textContent = list.dataset.count;
      shown.hidden = list.dataset.count === "0";
    }
    const waiting = shown ? Number(shown.textContent) : 0;
    if (navigator.setAppBadge) navigator.setAppBadge(waiting).catch(() => {});
  };

  // Without reception the list stays as it is; the stream asks again by itself later.
  document.addEventListener("htmx:beforeRequest", (e) => { if (!navigator.onLine) e.preventDefault(); });
  document.addEventListener("htmx:afterSettle", (e) => {
    if (!(e.target instanceof Element) || !e.target.dataset.live) return;
    root.dataset.made = new Date().toISOString();
    phone.age();
    phone.render();
    count();
    if (e.target.id === "queue") phone.keepSoon();
  });

  // Telling this phone of new orders.
  const able = words.pushKey && "PushManager" in window && "Notification" in window && navigator.serviceWorker;
  const key = () => Uint8Array.from(atob(words.pushKey.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const handOver = async (device) => {
    const { endpoint, keys } = device.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch(words.add, { method: "POST", body, headers: { "X-CSRFToken": phone.token() } });
    return (await answer.json()).problem;
  };
  const state = async () => {
    if (!able) return "cannot";
    if (Notification.permission === "denied") return "blocked";
    const worker = await navigator.serviceWorker.getRegistration(words.home);
    const device = worker && (await worker.pushManager.getSubscription());
    const here = find("#push") ? find("[data-this]") : words.device;
    return device && here ? "on" : "off";
  };
  const draw = async () => {
    const now = await state();
    all("[data-push]").forEach((el) => { el.hidden = el.dataset.push !== now; });
    all("[data-push-on], [data-offer-push]").forEach((el) => { el.hidden = now !== "off"; });
  };
  const turnOn = async (button) => {
    button.setAttribute("aria-busy", "true");
    const problem = find("[data-push-problem]");
    try {
      const worker = await navigator.serviceWorker.ready;
      const device = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key() });
      problem.textContent = await handOver(device);
      if (!problem.textContent) location.reload();
    } catch {
      if (Notification.permission !== "denied") problem.textContent = words.textCannot;
    } finally {
      button.removeAttribute("aria-busy");
    }
    draw();
  };
  all("[data-push-on]").forEach((button) => button.addEventListener("click", () => turnOn(button)));
  document.addEventListener("submit", async (e) => {
    if (!e.target.matches("[data-this]")) return;
    e.preventDefault();
    const worker = able && (await navigator.serviceWorker.getRegistration(words.home));
    const device = worker && (await worker.pushManager.getSubscription());
    if (device) await device.unsubscribe().catch(() => {});
    e.target.submit();
  });
  // The same phone under a new log-in: the server learns again that it is in this hand.
  const known = async () => {
    if (!able || words.device || Notification.permission !== "granted") return;
    const worker = await navigator.serviceWorker.getRegistration(words.home);
    const device = worker && (await worker.pushManager.getSubscription());
    if (device && !(await handOver(device))) { words.device = "yes"; draw(); }
  };

  count();
  draw().then(known).catch(() => {});
  phone.render().then(phone.send);
})();
