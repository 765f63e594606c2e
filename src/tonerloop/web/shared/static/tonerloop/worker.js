// What a portal's worker does where there is no reception: its pages, and what they need.
// `serves(path)` says which pages are ours; `instead` are addresses to show for one not kept;
// `longest` is for how many seconds a kept page may be shown.
"use strict";
self.keptPages = ({ portal, assets, home, serves, instead, longest = Infinity }) => {
  const PAGES = `${portal}-pages-`;
  const ASSETS = `${portal}-assets-${assets.join("|")}`;
  const LOOSE = { ignoreVary: true };
  const KEPT_AT = "Tonerloop-Kept-At", WHOSE = "Tonerloop-Person", VERSION = "Tonerloop-Version";
  const PATIENCE = 4000; // milliseconds for the server, where a copy is at hand
  const AT_ONCE = 3; // pages fetched at the same time: the network may be slow
  const named = async (start) => (await caches.keys()).filter((name) => name.startsWith(start));
  const forget = async (but) => {
    const others = (await named(PAGES)).filter((name) => name !== but);
    await Promise.all(others.map((name) => caches.delete(name)));
  };

  addEventListener("install", (event) => {
    const fill = async () => (await caches.open(ASSETS)).addAll(assets);
    event.waitUntil(fill().then(() => skipWaiting()));
  });

  addEventListener("activate", (event) => {
    // The version before stays too: a kept page may still ask for its files.
    const tidy = async () => {
      const old = (await named(`${portal}-assets-`)).filter((name) => name !== ASSETS).slice(0, -1);
      await Promise.all(old.map((name) => caches.delete(name)));
      await clients.claim();
    };
    event.waitUntil(tidy());
  });

  // One person's pages only: who logs in next on this phone does not see those of the one before.
  const keep = async (address, answer) => {
    const whose = answer.headers.get(WHOSE);
    if (answer.type === "opaqueredirect") await forget(""); // to the log-in: nobody is there now
    if (!answer.ok || !whose) return;
    await forget(PAGES + whose);
    const headers = new Headers(answer.headers);
    headers.set(KEPT_AT, Date.now());
    const copy = new Response(await answer.blob(), { headers });
    await (await caches.open(PAGES + whose)).put(address, copy);
  };

  const found = async (address) => {
    for (const name of await named(PAGES)) {
      const copy = await (await caches.open(name)).match(address, LOOSE);
      if (copy && Date.now() - copy.headers.get(KEPT_AT) < longest * 1000) return copy;
    }
    return null;
  };
  const kept = async (address) => {
    for (const each of [address, ...instead]) {
      const copy = await found(each);
      if (copy) return copy;
    }
    return null;
  };

  const page = async (event) => {
    const address = event.request.url;
    let late = false;
    const fresh = fetch(event.request).then(async (answer) => {
      await keep(address, answer.clone());
      if (late) (await clients.matchAll()).forEach((client) => client.postMessage({ fresh: address }));
      return answer;
    });
    event.waitUntil(fresh.catch(() => {}));
    const copy = await kept(address);
    if (!copy) return fresh;
    const patience = new Promise((done) => setTimeout(done, PATIENCE)).then(() => {
      late = true;
      return copy;
    });
    const answer = fresh.then((got) => (got.status >= 500 ? copy : got), () => copy);
    return Promise.race([answer, patience]);
  };

  addEventListener("fetch", (event) => {
    const { method, mode, url } = event.request;
    const { origin, pathname } = new URL(url);
    if (method !== "GET" || origin !== location.origin) return;
    if (mode === "navigate" && serves(pathname)) event.respondWith(page(event));
    else if (pathname.startsWith("/static/"))
      event.respondWith(caches.match(event.request, LOOSE).then((copy) => copy || fetch(event.request)));
  });

  // The page says what to keep; what is kept at the same version already is not fetched again.
  const fetchOne = async ({ address, version }) => {
    const copy = version && (await found(address));
    if (copy && copy.headers.get(VERSION) === version) return;
    await keep(address, await fetch(address, { credentials: "same-origin", redirect: "manual" }));
  };
  const keepAll = async (wanted) => {
    const left = [...wanted];
    const turn = async () => { for (let one; (one = left.shift()); ) await fetchOne(one).catch(() => {}); };
    await Promise.all(Array.from({ length: AT_ONCE }, turn));
    if (!wanted.length) return;
    const addresses = new Set(wanted.map(({ address }) => address));
    for (const name of await named(PAGES)) {
      const pages = await caches.open(name);
      const old = (await pages.keys()).filter((request) => !addresses.has(request.url));
      await Promise.all(old.map((request) => pages.delete(request)));
    }
  };
  addEventListener("message", (event) => {
    if (!event.data || !event.data.keep) return;
    const all = keepAll(event.data.keep).then(() => found(home));
    event.waitUntil(all.then((copy) => event.ports[0].postMessage(!!copy)));
  });
};
