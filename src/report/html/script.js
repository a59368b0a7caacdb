"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const english = document.getElementById("in-en");
  const language = () => { root.lang = english.checked ? "en" : "vi"; };
  if (location.hash === "#en") english.checked = true;
  for (const input of document.querySelectorAll(".languages input")) input.addEventListener("change", language);
  language();

  // What a cell says in the language shown, folded so that case and marks do not matter.
  const words = cell => {
    const own = cell.querySelector(`[lang="${root.lang}"]`);
    return (own || cell).textContent;
  };
  const fold = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

  for (const grid of document.querySelectorAll(".grid")) {
    const body = grid.querySelector("tbody");
    const rows = [...body.rows];
    for (const head of grid.querySelectorAll("th")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const numbers = head.classList.contains("n");
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        for (const other of head.parentNode.cells) other.setAttribute("aria-sort", "none");
        const order = was === "none" ? (numbers ? "descending" : "ascending")
          : was === "ascending" ? "descending" : "ascending";
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const key = row => {
          const cell = row.cells[head.cellIndex];
          return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
        };
        const compare = new Intl.Collator(root.lang).compare;
        const keyed = rows.map((row, at) => [row, key(row), words(row.cells[head.cellIndex]), at]);
        // Empty cells stay at the end either way.
        keyed.sort((a, b) => (a[2] === "") - (b[2] === "")
          || sign * (a[1] !== null && b[1] !== null ? a[1] - b[1] : compare(a[2], b[2])) || a[3] - b[3]);
        body.append(...keyed.map(([row]) => row));
      });
    }
    const find = grid.querySelector("input");
    if (!find) continue;
    const texts = rows.map(row => fold(row.textContent));
    find.addEventListener("input", () => {
      const wanted = fold(find.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !wanted.every(word => texts[at].includes(word));
        shown += !row.hidden;
      });
      grid.querySelector("output").textContent = wanted.length ? `${shown} / ${rows.length}` : "";
    });
  }
})();
