// A preview tells what the fields said when it was asked for: once somebody types on, it is taken
// away, and with it the button that would save what it shows.
"use strict";
document.addEventListener("input", (event) => {
  if (!event.target.closest("#config-form") || event.target.name.startsWith("trial/")) return;
  const outcome = document.getElementById("outcome");
  if (outcome && outcome.querySelector(".preview")) outcome.replaceChildren();
});
// What was typed while a preview ran stays: then its answer tells of the form as it was sent, offers
// nothing to save, and leaves the fields alone.
const held = (form) => [...new FormData(form)].filter(([name]) => !name.startsWith("trial/")).join("\n");
let sent = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "config-form") sent = held(event.detail.elt);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, isError, serverResponse } = event.detail;
  const elt = requestConfig.elt;
  if (elt.id !== "config-form" || isError || held(elt) === sent) return;
  event.detail.shouldSwap = false;
  const told = new DOMParser().parseFromString(serverResponse, "text/html").getElementById("outcome");
  told.querySelector("#of-earlier-form").hidden = false;
  told.querySelectorAll("form").forEach((form) => form.remove());
  const outcome = document.getElementById("outcome");
  outcome.replaceChildren(...told.childNodes);
  outcome.scrollIntoView();
});
// A check on the way replaces what is said below the fields; the fields themselves keep their text.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const said = event.detail.target.id || "";
  if (!said.endsWith("/error")) return;
  const field = document.getElementById(said.slice(0, -"/error".length));
  const error = document.getElementById(said);
  if (field && error) field.toggleAttribute("aria-invalid", !error.hidden);
});
// The navigation unfolds the first section of a group where all of them are folded away.
function unfold() {
  const group = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!group || !group.matches(".group")) return;
  const folds = [...group.querySelectorAll("details.card")];
  if (folds.length && !folds.some((fold) => fold.open)) folds[0].open = true;
}
addEventListener("hashchange", unfold);
unfold();
// Enter in the words of a trial asks about the trial, not for a preview of the whole form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".trial input")) return;
  event.preventDefault();
  event.target.closest(".trial").querySelector("button").click();
});
