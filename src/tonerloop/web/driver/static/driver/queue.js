// A driver's reports, kept on this phone until the server has answered; for the page and the worker.
self.driverQueue = (person, address) =>
  self.keptQueue(`tonerloop-driver-${person}`, ({ key, number, outcome, at, scans, count, note }) => [
    address,
    {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ driver: person, reports: [{ key, number, outcome, at, scans, count, note }] }),
    },
  ]);
