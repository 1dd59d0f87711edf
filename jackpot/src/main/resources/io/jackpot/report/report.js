// Shows the values under the pointer. Without it the page lacks nothing else.
"use strict";
for (const svg of document.querySelectorAll(".chart svg")) {
  const figure = svg.closest(".chart");
  const { left, right, top, bottom, from, to } =
    Object.fromEntries(Object.entries(svg.dataset).map(([key, value]) => [key, Number(value)]));
  const lines = [...svg.querySelectorAll("[data-points]")].map((path) => ({
    path,
    points: path.dataset.points.split(" ").map((point) => point.split(",")),
  })).reverse();
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
  cursor.setAttribute("class", "cursor");
  const tip = document.createElement("div");
  tip.className = "tip";

  const hide = () => { cursor.remove(); tip.remove(); };
  const show = (event) => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const at = Math.min(right, Math.max(left, (event.clientX - box.left) * scale));
    const wanted = from + ((at - left) / (right - left)) * (to - from);
    const distance = (point) => Math.abs(point[0] - wanted);
    const shown = lines.filter((line) => getComputedStyle(line.path.parentNode).display !== "none");
    if (!shown.length) { hide(); return; }
    const found = shown.map((line) =>
      line.points.reduce((best, point) => (distance(point) < distance(best) ? point : best)));
    const step = found.reduce((best, point) => (distance(point) < distance(best) ? point : best))[0];
    const x = left + ((step - from) / (to - from)) * (right - left);
    cursor.setAttribute("d", `M${x},${top}V${bottom}`);
    svg.append(cursor);
    tip.replaceChildren();
    const head = document.createElement("b");
    head.textContent = `step ${step}`;
    tip.append(head);
    shown.forEach((line, i) => {
      const value = document.createElement("span");
      value.textContent = found[i][1];
      const row = document.createElement("div");
      row.append(line.path.dataset.name + (found[i][0] === step ? "" : ` (step ${found[i][0]})`), value);
      tip.append(row);
    });
    figure.append(tip);
    const outer = figure.getBoundingClientRect();
    const beside = box.left - outer.left + x / scale;
    const flip = beside + tip.offsetWidth + 14 > outer.width;
    tip.style.left = `${Math.max(0, flip ? beside - tip.offsetWidth - 12 : beside + 12)}px`;
    tip.style.top = `${box.top - outer.top + top / scale}px`;
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerleave", hide);
}
