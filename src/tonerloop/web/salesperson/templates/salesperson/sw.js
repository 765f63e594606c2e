// Answers for the server where there is no reception, keeps answers until there is, shows pushes.
"use strict";
const FACTS = {{ facts|safe }};
importScripts(...FACTS.scripts);
keptPages({
  portal: "sales",
  assets: FACTS.assets,
  home: FACTS.home,
  serves: (path) => path.startsWith(FACTS.home),
  instead: [FACTS.notKept, FACTS.home],
  longest: FACTS.longest,
});

// An answer that the server does not hear, or not in time, is kept and sent later under its key.
const PATIENCE = 8000; // milliseconds
const UNHEARD = [502, 503, 504];
const ANSWER = new RegExp(`^${FACTS.home}\\d{10}/(confirm|change|ask|cancel)/$`);

const answer = async (event) => {
  const body = await event.request.clone().text();
  const given = new URLSearchParams(body);
  if (!given.get("key")) return fetch(event.request);
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    const said = await Promise.race([fetch(event.request), late]);
    if (!UNHEARD.includes(said.status)) return said;
  } catch {
    // kept below
  }
  const path = new URL(event.request.url).pathname;
  const number = path.slice(FACTS.home.length).split("/")[0], person = Number(given.get("person"));
  given.delete("csrfmiddlewaretoken"); // the one of the day on which it is sent goes along
  await salesQueue(person).put({ path, number, body: given.toString(), name: given.get("what"), state: "waiting" });
  if (registration.sync) registration.sync.register(`answers-${person}`).catch(() => {});
  return Response.redirect(FACTS.home, 303);
};
addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method === "POST" && mode === "navigate" && ANSWER.test(new URL(url).pathname)) event.respondWith(answer(event));
});

// Where the browser knows background sync, it wakes us once there is reception.
addEventListener("sync", (event) => {
  const person = /^answers-(\d+)$/.exec(event.tag);
  if (!person || !self.cookieStore) return;
  const send = async () => {
    const cookie = await cookieStore.get(FACTS.csrf);
    const how = await salesQueue(Number(person[1])).send(cookie ? cookie.value : "");
    if (how === "offline") throw new Error(how); // the browser tries again later
  };
  event.waitUntil(send());
});

// A push says which order waits and what is unusual; a tap opens it.
addEventListener("push", (event) => {
  const { title, body, url, waiting } = event.data.json();
  const shown = registration.showNotification(title, { body, tag: url, renotify: true, icon: FACTS.icon, badge: FACTS.icon, data: { url } });
  const badge = navigator.setAppBadge ? navigator.setAppBadge(waiting).catch(() => {}) : null;
  event.waitUntil(Promise.all([shown, badge]));
});
addEventListener("notificationclick", (event) => {
  const { url } = event.notification.data;
  event.notification.close();
  const open = async () => {
    const ours = (await clients.matchAll({ type: "window" })).find((client) => new URL(client.url).pathname.startsWith(FACTS.home));
    if (!ours) return clients.openWindow(url);
    await ours.navigate(url);
    return ours.focus().catch(() => {});
  };
  event.waitUntil(open());
});
