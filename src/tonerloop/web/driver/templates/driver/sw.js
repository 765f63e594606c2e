// Answers for the server where there is no reception: the page, what it needs, the day's stops.
"use strict";
const FACTS = {{ facts|safe }};
importScripts(FACTS.queue);

const PAGES = "driver-pages-";
const ASSETS = `driver-assets-${FACTS.assets.join("|")}`;
const LOOSE = { ignoreVary: true };
const PATIENCE = 4000; // milliseconds for the server, where a copy is at hand
const named = async (start) => (await caches.keys()).filter((name) => name.startsWith(start));

addEventListener("install", (event) => {
  const fill = async () => (await caches.open(ASSETS)).addAll(FACTS.assets);
  event.waitUntil(fill().then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  // The version before stays too: a kept page may still ask for its files.
  const tidy = async () => {
    const old = (await named("driver-assets-")).filter((name) => name !== ASSETS).slice(0, -1);
    await Promise.all(old.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

// One driver's pages only: who logs in next on this phone does not see those of the one before.
const keep = async (address, answer) => {
  const driver = answer.headers.get("Tonerloop-Driver");
  if (!answer.ok || !driver) return;
  const others = (await named(PAGES)).filter((name) => name !== PAGES + driver);
  await Promise.all(others.map((name) => caches.delete(name)));
  await (await caches.open(PAGES + driver)).put(address, answer);
};

const kept = async (address) => {
  for (const name of await named(PAGES)) {
    const pages = await caches.open(name);
    const found = (await pages.match(address, LOOSE)) || (await pages.match(FACTS.home, LOOSE));
    if (found) return found;
  }
  return null;
};

const page = async (event) => {
  const address = event.request.url;
  const fresh = fetch(event.request).then(async (answer) => {
    await keep(address, answer.clone());
    return answer;
  });
  event.waitUntil(fresh.catch(() => {}));
  const copy = await kept(address);
  if (!copy) return fresh;
  const late = new Promise((done) => setTimeout(done, PATIENCE, copy));
  const answer = fresh.then((found) => (found.status >= 500 ? copy : found), () => copy);
  return Promise.race([answer, late]);
};

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname === FACTS.home) event.respondWith(page(event));
  else if (pathname.startsWith("/static/"))
    event.respondWith(caches.match(event.request, LOOSE).then((found) => found || fetch(event.request)));
});

// The page asks to keep other days; the answer says whether there is something to fall back on.
addEventListener("message", (event) => {
  if (!event.data || !event.data.keep) return;
  const one = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
    await keep(address, answer);
  };
  const all = Promise.allSettled(event.data.keep.map(one));
  event.waitUntil(all.then(() => kept(FACTS.home)).then((found) => event.ports[0].postMessage(!!found)));
});

// Where the browser knows background sync, it wakes us once there is reception.
addEventListener("sync", (event) => {
  const driver = /^reports-(\d+)$/.exec(event.tag);
  if (!driver || !self.cookieStore) return;
  const send = async () => {
    const cookie = await cookieStore.get(FACTS.csrf);
    const queue = driverQueue(Number(driver[1]));
    const how = await queue.send(FACTS.reports, cookie ? cookie.value : "");
    if (how === "offline") throw new Error(how); // the browser tries again later
  };
  event.waitUntil(send());
});
