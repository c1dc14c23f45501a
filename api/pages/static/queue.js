// Selecting on the queue: by box, by range with Shift, by keyboard. What is selected is decided by
// the bar's buttons; with nothing selected, their keys decide the case in focus.
"use strict";
(() => {
  const DECIDING = ["i", "n", "u"];
  const TEXT = "input:not([type=checkbox]), textarea, select";
  let last = null; // the box ticked last, from which a range begins
  let at = 0; // the row to return to when the list has changed

  const boxes = () => [...document.querySelectorAll("[data-tick]")];
  const rowOf = (element) => element && element.closest ? element.closest("#selection tbody tr") : null;
  const boxOf = (row) => row ? row.querySelector("[data-tick]") : null;

  function show() {
    const all = boxes();
    const ticked = all.filter((box) => box.checked);
    for (const box of all) box.closest("tr").classList.toggle("ticked", box.checked);
    const bar = document.querySelector(".selection-bar");
    if (!bar) return;
    bar.hidden = !ticked.length;
    document.body.classList.toggle("selecting", ticked.length > 0);
    document.querySelector("[data-ticked]").textContent = String(ticked.length);
    const whole = document.querySelector("[data-tick-all]");
    whole.checked = ticked.length === all.length;
    whole.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }

  function tick(box, on) {
    box.checked = on;
    last = box;
  }

  function tickRange(to, on) {
    const all = boxes();
    const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
    if (from >= 0) for (const box of all.slice(from, until + 1)) box.checked = on;
    tick(to, on);
  }

  function tickAll(on) {
    for (const box of boxes()) box.checked = on;
    show();
  }

  function untick() {
    const field = document.querySelector(".selection-bar [name=reason]");
    if (field) field.value = "";
    tickAll(false);
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-tick]");
    if (box) {
      if (event.shiftKey && last && last.isConnected) tickRange(box, box.checked);
      else tick(box, box.checked);
      show();
    }
    if (event.target.matches("[data-tick-all]")) tickAll(event.target.checked);
    if (event.target.closest("[data-untick]")) untick();
  });

  // Moves the focus one row on and selects both, so that J J selects three.
  function extend(step) {
    const rows = [...document.querySelectorAll("#selection tbody tr")];
    const here = rowOf(document.activeElement);
    const next = rows[rows.indexOf(here) + step] || here;
    for (const row of [here, next]) if (row) tick(boxOf(row), true);
    if (next) next.querySelector("[data-row]").focus();
    show();
  }

  function decideFocused(key) {
    const box = boxOf(rowOf(document.activeElement));
    if (!box || boxes().some((one) => one.checked)) return false;
    tick(box, true);
    show();
    document.querySelector(`.selection-bar [data-key="${key}"]`).click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!boxes().length || document.querySelector("dialog[open]")) return;
    const inField = event.target.matches(TEXT);
    if (event.key === "Escape" && !inField) untick();
    if (inField) return;
    const focused = boxOf(rowOf(document.activeElement));
    if (event.key === "x" && focused) {
      tick(focused, !focused.checked);
      show();
    } else if (event.key === "J" || event.key === "K") {
      extend(event.key === "J" ? 1 : -1);
    } else if (event.key === "a") {
      tickAll(boxes().some((box) => !box.checked));
    } else if (!DECIDING.includes(event.key) || event.repeat || !decideFocused(event.key)) {
      return;
    }
    event.stopPropagation();
  }, true);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const rows = [...document.querySelectorAll("#selection tbody tr")];
    const first = rows.findIndex((row) => row.classList.contains("ticked"));
    if (event.detail.elt.id === "selection") at = Math.max(first, 0);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id !== "queue") return;
    last = null;
    show();
    if (document.activeElement !== document.body) return;
    const links = [...document.querySelectorAll("[data-row]")];
    if (links.length) links[Math.min(at, links.length - 1)].focus();
  });
  show(); // a reload may keep boxes ticked
})();
