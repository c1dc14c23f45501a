// Keys for every page: an element with data-key is clicked, or focused when it takes text, when its
// key is pressed outside of a field. `?` opens the page's legend, Escape leaves a field.
"use strict";
(() => {
  const YEAR_SECONDS = 31536000;
  const TEXT = "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select";

  function remember(name, value) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
  }

  // The server writes times as this browser's person reads them.
  remember("zone", encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"));

  function elementOf(key) {
    const scope = document.querySelector("dialog[open]") || document;
    return [...scope.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === key && !one.closest("[hidden]") && !one.disabled);
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
    const row = document.activeElement.closest("tr");
    const at = rows.indexOf(row ? row.querySelector("[data-row]") : document.activeElement);
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
    if (event.target.closest("[data-dismiss]")) event.target.closest("[id]").replaceChildren();
    // A usual reason is filled in for the decision that follows.
    const usual = event.target.closest("[data-reason]");
    if (usual) {
      usual.form.elements.reason.value = usual.dataset.reason;
      showReason(usual.form);
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
    const density = event.target.closest("[data-density]");
    if (density) {
      const dense = document.body.classList.toggle("dense");
      density.setAttribute("aria-pressed", String(dense));
      remember("density", dense ? "dense" : "roomy");
    }
    const unfold = event.target.closest("[data-unfold]");
    if (unfold) {
      const open = unfold.form.classList.toggle("unfolded");
      unfold.setAttribute("aria-expanded", String(open));
    }
  });

  // What the button names goes to the clipboard; where there is none (no TLS) it is selected instead.
  function copyText(button) {
    const source = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(source);
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(source.textContent).then(() => {
      for (const told of document.querySelectorAll("[data-copied]")) {
        told.textContent = told.dataset.copied;
        delete told.dataset.copied;
      }
      button.dataset.copied = button.textContent;
      button.textContent = document.body.dataset.saysCopied;
    }, () => {});
  }

  function showReason(form) {
    for (const usual of form.querySelectorAll("[data-reason]")) {
      const is = usual.dataset.reason === form.elements.reason.value;
      usual.setAttribute("aria-pressed", String(is));
    }
  }
  document.addEventListener("input", (event) => {
    if (event.target.name === "reason") showReason(event.target.form);
  });
  // What is told above the page must not hide behind a dialog.
  document.addEventListener("htmx:afterSwap", (event) => {
    const open = document.querySelector("dialog[open]");
    if (event.detail.target.id === "notice" && open) open.close();
  });

  // In the search box and below it the arrows move along what was found.
  const BOX = "search-box";
  function moveFound(event) {
    const box = document.getElementById(BOX);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const panel = document.getElementById("found");
    if (!box || !step || !(event.target === box || panel.contains(event.target))) return false;
    const steps = [box, ...panel.querySelectorAll("[data-found]")];
    const next = steps[steps.indexOf(event.target) + step];
    if (next) next.focus();
    return true;
  }
  function closeFound() {
    const panel = document.getElementById("found");
    if (!panel || !panel.children.length) return;
    if (panel.contains(document.activeElement)) document.getElementById(BOX).focus();
    panel.replaceChildren();
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) closeFound();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (moveFound(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") closeFound();
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
