// A preview tells what the fields said when it was asked for: once somebody types on, it is taken
// away, and with it the button that would save what it shows.
"use strict";
document.addEventListener("input", (event) => {
  if (!event.target.closest("#config-form")) return;
  const outcome = document.getElementById("outcome");
  if (outcome && outcome.querySelector(".preview")) outcome.replaceChildren();
});
