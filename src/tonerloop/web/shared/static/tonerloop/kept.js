// What is to be sent, kept on this phone until the server has answered; for pages and workers.
// `request(report)` gives the address and the options of the request that tells the server of one.
self.keptQueue = (name, request) => {
  "use strict";
  const told = new BroadcastChannel(name);

  const open = () =>
    new Promise((done, fail) => {
      const asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("reports", { keyPath: "seq", autoIncrement: true });
        asked.result.createObjectStore("drafts", { keyPath: "number" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });

  // One transaction; done once it is on the disk.
  const run = async (store, act, mode = "readwrite") => {
    const base = await open();
    try {
      return await new Promise((done, fail) => {
        const all = base.transaction(store, mode, { durability: "strict" });
        const asked = act(all.objectStore(store));
        all.oncomplete = () => done(asked.result);
        all.onabort = all.onerror = () => fail(all.error);
      });
    } finally {
      base.close();
    }
  };
  const changed = (result) => {
    told.postMessage("changed");
    return result;
  };

  const reports = () => run("reports", (store) => store.getAll(), "readonly");
  const put = (report) => run("reports", (store) => store.put(report)).then(changed);
  const remove = (seq) => run("reports", (store) => store.delete(seq)).then(changed);

  const post = (report, token) => {
    const [address, { headers, body }] = request(report);
    return fetch(address, {
      method: "POST",
      redirect: "manual",
      credentials: "same-origin",
      headers: { ...headers, "X-CSRFToken": token },
      body,
      signal: AbortSignal.timeout(30000),
    });
  };

  // What the server made of it: a word for the whole queue, or the report with its fate.
  const settle = async (answer, report) => {
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "login";
    if (answer.status === 409) return "other";
    const said = answer.ok || answer.status === 422 ? await answer.json().catch(() => null) : null;
    if (!said) return "trouble";
    const fate = said.reports ? said.reports[0] : said;
    const state = fate.problem ? "refused" : "sent";
    await put({ ...report, ...fate, state, applied: !!fate.applied, settled: Date.now() });
    return "done";
  };

  // In order, one at a time; what the server stumbles over waits for the next round.
  const round = async (token) => {
    const tried = new Set();
    let how = "done";
    for (;;) {
      const next = (await reports()).find((r) => r.state === "waiting" && !tried.has(r.seq));
      if (!next) return how;
      tried.add(next.seq);
      let one;
      try {
        one = await settle(await post(next, token), next);
      } catch {
        return "offline";
      }
      if (one === "login" || one === "other") return one;
      if (one === "trouble") how = one;
    }
  };

  // One sender at a time, of all open pages and the worker.
  const send = (token) => {
    if (!navigator.locks) return round(token);
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? round(token) : "busy"));
  };

  return {
    reports,
    put,
    remove,
    send,
    drafts: () => run("drafts", (store) => store.getAll(), "readonly"),
    draft: (draft) => run("drafts", (store) => store.put(draft)),
    undraft: (number) => run("drafts", (store) => store.delete(number)),
    forget: () => new Promise((done) => { const asked = indexedDB.deleteDatabase(name); asked.onsuccess = asked.onerror = asked.onblocked = done; }),
    onchange: (act) => { told.onmessage = act; },
  };
};
