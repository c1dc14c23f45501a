// Keeps the page of a running scan true: listens to the scan's events and asks for the changing
// part of the page again, at most four times a second. The browser connects again by itself and
// sends the number of the last event it saw; after the scan's end the server says 204, and it stops.
"use strict";
(() => {
  const PAUSE_MS = 250;
  const place = document.getElementById("runs");
  if (!place || !place.dataset.stream) return;
  let timer = 0;

  function refresh() {
    timer = 0;
    window.htmx.ajax("GET", place.dataset.part, { target: place, swap: "innerHTML" });
  }

  function somethingHappened() {
    if (!timer) timer = window.setTimeout(refresh, PAUSE_MS);
  }

  // The page has the words for both, in the reader's language.
  function tell(what) {
    const state = document.getElementById("connection");
    if (state) state.textContent = what ? state.dataset[what] : "";
  }

  const stream = new EventSource(place.dataset.stream);
  stream.addEventListener("open", () => { tell("saysLive"); somethingHappened(); });
  stream.addEventListener("error", () => {
    tell(stream.readyState === EventSource.CLOSED ? "" : "saysLost");
    if (stream.readyState === EventSource.CLOSED) somethingHappened();
  });
  for (const type of place.dataset.types.split(" ")) {
    stream.addEventListener(type, somethingHappened);
  }
  stream.addEventListener("scan.finished", () => { stream.close(); tell(""); });
})();
