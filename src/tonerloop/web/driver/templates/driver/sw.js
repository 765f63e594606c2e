// Answers for the server where there is no reception: the page, what it needs, the day's stops.
"use strict";
const FACTS = {{ facts|safe }};
importScripts(...FACTS.scripts);
keptPages({ portal: "driver", assets: FACTS.assets, home: FACTS.home, serves: (path) => path === FACTS.home, instead: [FACTS.home] });

// Where the browser knows background sync, it wakes us once there is reception.
addEventListener("sync", (event) => {
  const driver = /^reports-(\d+)$/.exec(event.tag);
  if (!driver || !self.cookieStore) return;
  const send = async () => {
    const cookie = await cookieStore.get(FACTS.csrf);
    const how = await driverQueue(Number(driver[1]), FACTS.reports).send(cookie ? cookie.value : "");
    if (how === "offline") throw new Error(how); // the browser tries again later
  };
  event.waitUntil(send());
});
