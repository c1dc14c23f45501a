// The stage of a case: which photo is compared with which reference, side by side or laid over one
// another, and which part of both is shown. Both are shown at the same zoom and place, so that what
// stands at one spot of the left stands at that of the right. Drawings keep the photos' own pixels;
// their viewBox alone moves.
"use strict";
(() => {
  const root = document.getElementById("compare");
  if (!root || !root.querySelector(".stage")) return;
  const VIEWS = ["side", "slider", "blink", "difference"];
  const ZOOM_STEP = 1.5;
  const ZOOM_MAX = 12;
  const BLINK_MS = 700; // under three changes a second, which nobody's eyes or brain mind
  const SHARE_OF_MARK = 0.5; // a mark is shown with as much again around it

  const words = JSON.parse(root.dataset.words); // in the reader's language
  const find = (selector) => root.querySelector(selector);
  const all = (selector) => [...root.querySelectorAll(selector)];
  const numbers = (text) => text.split(" ").map(Number);
  const sized = (button) => ({
    src: button.dataset.src,
    width: Number(button.dataset.width),
    height: Number(button.dataset.height),
    name: button.dataset.name || "",
  });
  const photos = all("[data-photo]").map(sized);
  const references = all("[data-reference]").map(sized);
  const pairs = all("[data-pair]").map((item) => ({
    key: item.dataset.pair,
    isMatch: item.dataset.match === "yes",
    told: item.dataset.told,
    outline: item.dataset.outline ? numbers(item.dataset.outline) : null,
  }));
  const first = pairs[0];
  const [photo, reference] = first ? numbers(first.key) : [0, 0];
  const state = {
    photo, reference, view: "side", part: false, mark: null,
    beside: Boolean(first && first.isMatch), zoom: 1, x: 0.5, y: 0.5, divided: 50,
  };
  let blinking = 0;

  const pair = () => pairs.find((one) => one.key === `${state.photo} ${state.reference}`);

  function outline() {
    if (state.mark) return numbers(state.mark.dataset.outline);
    const shown = pair();
    return shown && shown.isMatch ? shown.outline : null;
  }

  function box(size, part) {
    const [x, y, width, height] = part || [0, 0, size.width, size.height];
    const [w, h] = [width / state.zoom, height / state.zoom];
    const left = x + Math.min(Math.max(state.x * width - w / 2, 0), width - w);
    const top = y + Math.min(Math.max(state.y * height - h / 2, 0), height - h);
    return `${left} ${top} ${w} ${h}`;
  }

  function place(element, x, y, width, height) {
    for (const [name, value] of Object.entries({ x, y, width, height })) {
      element.setAttribute(name, value);
    }
  }

  function draw(pane, size, part) {
    const svg = pane.querySelector("svg");
    const image = svg.querySelector("image");
    if (image.getAttribute("href") !== size.src) image.setAttribute("href", size.src);
    place(image, 0, 0, size.width, size.height);
    svg.setAttribute("viewBox", box(size, part));
    return svg;
  }

  // The reference lies where it was found in the listing's photo.
  function drawOver(size, over) {
    const svg = find("[data-pane=over] svg");
    const shown = pair();
    const part = shown && shown.isMatch ? shown.outline : null;
    const [x, y, width, height] = part || [0, 0, size.width, size.height];
    const [under, above] = [svg.querySelector("[data-under]"), svg.querySelector("[data-over]")];
    under.setAttribute("href", size.src);
    place(under, 0, 0, size.width, size.height);
    above.setAttribute("href", over.src);
    above.setAttribute("preserveAspectRatio", part ? "none" : "xMidYMid meet");
    place(above, x, y, width, height);
    const viewBox = box(size, state.part ? part : null);
    svg.setAttribute("viewBox", viewBox);
    const [left, top, w, h] = numbers(viewBox);
    const cut = left + (w * state.divided) / 100;
    const slides = state.view === "slider";
    place(svg.querySelector("clipPath rect"), cut, top, Math.max(left + w - cut, 0), h);
    if (slides) above.setAttribute("clip-path", "url(#divided)");
    else above.removeAttribute("clip-path");
    svg.querySelector(".divider").setAttribute("d", slides ? `M${cut} ${top}v${h}` : "");
  }

  function say() {
    const shown = pair();
    const over = references[state.reference];
    const found = state.beside && shown && shown.isMatch && shown.outline;
    find("[data-pane=photo] figcaption").textContent = state.mark
      ? words.mark : found ? words.outlined : words.photo;
    if (!over) return;
    const name = words.reference.replace("{}", () => over.name);
    find("[data-pane=reference] figcaption").textContent = shown && !shown.isMatch
      ? words.nearest.replace("{}", () => over.name)
      : `${name} · ${shown ? shown.told : words.apart}`;
    find("[data-pane=over] figcaption").textContent = state.view === "side" ? "" : words[state.view];
  }

  function show() {
    const size = photos[state.photo];
    const over = references[state.reference];
    const marked = outline();
    const isOver = state.view !== "side";
    const svg = draw(find("[data-pane=photo]"), size, state.part ? marked : null);
    const rect = svg.querySelector(".outline");
    if (marked) place(rect, ...marked);
    else for (const name of ["x", "y", "width", "height"]) rect.removeAttribute(name);
    svg.setAttribute("aria-label", state.mark ? words.mark : words.photo);
    find("[data-pane=photo]").hidden = isOver;
    if (over) {
      draw(find("[data-pane=reference]"), over, null);
      find("[data-pane=reference]").hidden = isOver || !state.beside;
      find("[data-pane=over]").hidden = !isOver;
      find("[data-pane=over]").dataset.shows = state.view;
      if (isOver) drawOver(size, over);
      find(".divide").hidden = state.view !== "slider";
    }
    press("[data-view]", (one) => one.dataset.view === state.view);
    press("[data-photo]", (one) => Number(one.dataset.photo) === state.photo);
    press("[data-reference]", (one) => Number(one.dataset.reference) === state.reference);
    press("[data-mark]", (one) => one === state.mark);
    press("[data-part]", () => state.part);
    for (const one of all("[data-part]")) one.disabled = !marked;
    for (const one of all("[data-view]")) {
      one.disabled = one.dataset.view !== "side" && !state.beside;
      const next = VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length];
      if (one.dataset.view === next) one.dataset.key = "c";
      else delete one.dataset.key;
    }
    find("[data-zoomed]").textContent = `${Math.round(state.zoom * 100)}%`;
    say();
    blink();
  }

  function press(selector, is) {
    for (const one of all(selector)) one.setAttribute("aria-pressed", String(is(one)));
  }

  function blink() {
    window.clearInterval(blinking);
    blinking = 0;
    const above = find("[data-over]");
    if (!above) return;
    above.classList.remove("off");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (state.view === "blink" && !still) {
      blinking = window.setInterval(() => above.classList.toggle("off"), BLINK_MS);
    }
  }

  function change(values) {
    Object.assign(state, values);
    if (state.part && !outline()) state.part = false;
    show();
  }

  const whole = { zoom: 1, x: 0.5, y: 0.5 };

  function zoomTo(zoom, x = state.x, y = state.y) {
    const bounded = Math.min(Math.max(zoom, 1), ZOOM_MAX);
    change(bounded === 1 ? whole : { zoom: bounded, x, y });
  }

  function choosePhoto(number) {
    const wanted = (number + photos.length) % photos.length;
    const with_match = pairs.find((one) => one.isMatch && numbers(one.key)[0] === wanted);
    const beside = with_match ? { reference: numbers(with_match.key)[1] } : {};
    change({ photo: wanted, mark: null, part: false, ...beside, ...whole });
  }

  function chooseMark(button) {
    const [x, y, width, height] = numbers(button.dataset.outline);
    const size = photos[Number(button.dataset.mark)];
    const zoom = Math.min(size.width / width, size.height / height) * SHARE_OF_MARK;
    const isOn = state.mark === button;
    change({
      photo: Number(button.dataset.mark), view: "side", part: false,
      mark: isOn ? null : button, ...whole,
    });
    if (!isOn) zoomTo(zoom, (x + width / 2) / size.width, (y + height / 2) / size.height);
  }

  root.addEventListener("click", (event) => {
    const one = event.target.closest("button");
    if (!one) return;
    const data = one.dataset;
    if (data.view) {
      const isOver = data.view !== "side";
      const part = isOver && state.view === "side" ? Boolean(outline()) : state.part;
      change({ view: data.view, mark: isOver ? null : state.mark, part: isOver ? part : false });
    }
    if (data.photo) choosePhoto(Number(data.photo));
    if (data.step) choosePhoto(state.photo + Number(data.step));
    if (data.reference) change({ reference: Number(data.reference), mark: null, ...whole });
    if (data.mark) chooseMark(one);
    if ("part" in data) change({ part: !state.part, ...whole });
    if ("nearest" in data) {
      change({ beside: !state.beside, view: "side", ...whole });
      one.setAttribute("aria-expanded", String(state.beside));
    }
    if (data.zoom) {
      zoomTo({ in: state.zoom * ZOOM_STEP, out: state.zoom / ZOOM_STEP, reset: 1 }[data.zoom]);
    }
    if ("large" in data) enlarge(!root.classList.contains("large"));
  });

  function enlarge(on) {
    root.classList.toggle("large", on);
    document.body.classList.toggle("enlarged", on);
    press("[data-large]", () => on);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) enlarge(false);
  });

  const divide = find("[data-divide]");
  if (divide) divide.addEventListener("input", () => change({ divided: Number(divide.value) }));

  // Dragging moves the divider of the slider, else what is shown of the photos.
  const stage = find(".stage");
  stage.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest("svg");
    if (!svg || event.button) return;
    const slides = state.view === "slider";
    if (!slides && state.zoom === 1) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    let from = event;
    const slide = (to) => {
      const inside = svg.getScreenCTM().inverse();
      const [left, , w] = numbers(svg.getAttribute("viewBox"));
      const x = new DOMPoint(to.clientX, to.clientY).matrixTransform(inside).x;
      divide.value = String(Math.round(Math.min(Math.max((x - left) / w, 0), 1) * 100));
      change({ divided: Number(divide.value) });
    };
    const move = (to) => {
      if (slides) return slide(to);
      const scale = svg.getScreenCTM().a;
      const [, , w, h] = numbers(svg.getAttribute("viewBox"));
      const within = (value, share) => Math.min(Math.max(value, share / 2), 1 - share / 2);
      const half = 1 / state.zoom;
      change({
        x: within(state.x - (to.clientX - from.clientX) / scale / (w * state.zoom), half),
        y: within(state.y - (to.clientY - from.clientY) / scale / (h * state.zoom), half),
      });
      from = to;
    };
    const stop = () => svg.removeEventListener("pointermove", move);
    if (slides) slide(event);
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", stop, { once: true });
    svg.addEventListener("pointercancel", stop, { once: true });
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !root.classList.contains("large")) return; // the page scrolls
    event.preventDefault();
    zoomTo(event.deltaY < 0 ? state.zoom * ZOOM_STEP : state.zoom / ZOOM_STEP);
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => {
    if (event.target.closest("svg")) zoomTo(state.zoom > 1 ? 1 : 2);
  });
})();
