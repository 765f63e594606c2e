// A salesperson's answers, kept on this phone until the server has heard; for pages and the worker.
self.salesQueue = (person) =>
  self.keptQueue(`tonerloop-sales-${person}`, ({ path, body }) => [
    path,
    { headers: { "Content-Type": "application/x-www-form-urlencoded", "Tonerloop-Replay": String(person) }, body },
  ]);
