// Keys for every page: an element with data-key is clicked, or focused when it takes text, when its
// key is pressed outside of a field. `?` opens the page's legend, Escape leaves a field.
"use strict";
(() => {
  const TEXT = "input:not([type=checkbox]):not([type=radio]), textarea, select";

  function elementOf(key) {
    const scope = document.querySelector("dialog[open]") || document;
    return [...scope.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  }

  function press(element) {
    if (element.matches(TEXT)) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  }

  // On lists, j and k move along the rows' links.
  function moveRow(step) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    rows[Math.min(Math.max(next, 0), rows.length - 1)].focus();
    return true;
  }

  // A dialog that arrives as a part of the page opens by itself and closes by its own buttons.
  document.addEventListener("htmx:load", (event) => {
    const dialog = event.detail.elt.matches("dialog[data-open]") ? event.detail.elt : null;
    if (dialog) dialog.showModal();
    // A link to hand on is whole: the page knows under which address the installation is reached.
    for (const link of document.querySelectorAll("[data-absolute]")) {
      link.value = new URL(link.value, location.origin).href;
      link.select();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-close]")) event.target.closest("dialog").close();
    // A usual reason is filled in for the decision that follows.
    const usual = event.target.closest("[data-reason]");
    if (usual) usual.form.elements.reason.value = usual.dataset.reason;
  });
  // What is told above the page must not hide behind a dialog.
  document.addEventListener("htmx:afterSwap", (event) => {
    const open = document.querySelector("dialog[open]");
    if (event.detail.target.id === "notice" && open) open.close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches(TEXT)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const legend = document.getElementById("legend");
    if (event.key === "?" && legend) {
      event.preventDefault();
      if (legend.open) legend.close();
      else legend.showModal();
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (step && !document.querySelector("dialog[open]") && moveRow(step)) return;
    const element = elementOf(event.key);
    if (element && !event.repeat) {
      event.preventDefault();
      press(element);
    }
  });
})();
