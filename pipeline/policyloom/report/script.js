"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  root.classList.add("js");

  // Quotes open in a row of their own under that of the number, copied from where they stand in the page.
  let opened = null;
  const close = () => {
    if (!opened) return;
    opened.row.remove();
    opened.link.classList.remove("open");
    opened.link.setAttribute("aria-expanded", "false");
    opened = null;
  };
  const sourceOf = (link) => {
    const href = link.getAttribute("href");
    return href.startsWith("#") ? document.getElementById(decodeURIComponent(href.slice(1))) : null;
  };
  const open = (link) => {
    const source = sourceOf(link);
    const row = link.closest("tr");
    if (!source || !row) return false;
    if (source.tagName === "DETAILS") {
      source.open = !source.open;
      return true;
    }
    const again = opened && opened.link === link;
    close();
    if (again) return true;
    const cell = document.createElement("td");
    cell.colSpan = Array.from(row.cells).reduce((sum, one) => sum + one.colSpan, 0);
    cell.append(...Array.from(source.childNodes, (node) => node.cloneNode(true)));
    for (const part of all("[id]", cell)) part.removeAttribute("id");
    const under = document.createElement("tr");
    under.className = "opened";
    under.append(cell);
    row.after(under);
    opened = { link, row: under };
    link.classList.add("open");
    link.setAttribute("aria-expanded", "true");
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opened) return;
    const link = opened.link;
    close();
    link.focus({ preventScroll: true });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.q");
    if (link && !event.ctrlKey && !event.metaKey && open(link)) event.preventDefault();
  });

  // A link to something inside a closed <details> opens it, also in browsers that do not do so themselves.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal();
  });
  reveal();

  // Tables sort by their headings; a link's two rows stay together in their <tbody>.
  const value = (unit, column, kind) => {
    const row = unit.tagName === "TR" ? unit : unit.rows[0];
    const cell = row.cells[column];
    if (kind === "text") return cell.textContent.trim().toLowerCase();
    const number = parseFloat(cell.dataset.value ?? cell.textContent.replace(/,/g, ""));
    return Number.isNaN(number) ? null : number;
  };
  for (const head of all("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const table = head.closest("table");
      const kind = head.dataset.sort;
      const was = head.getAttribute("aria-sort");
      const first = kind === "text" ? "ascending" : "descending";
      const now = was === null ? first : was === "ascending" ? "descending" : "ascending";
      for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", now);
      close();
      const many = table.tBodies.length > 1;
      const units = many ? Array.from(table.tBodies) : Array.from(table.tBodies[0].rows);
      const sign = now === "ascending" ? 1 : -1;
      const keyed = units.map((unit) => [value(unit, head.cellIndex, kind), unit]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return sign * (kind === "text" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
      });
      (many ? table : table.tBodies[0]).append(...keyed.map(([, unit]) => unit));
    });
  }

  // In the matrix one cell is in the tab order, and arrow keys go from cell to cell.
  const matrix = document.querySelector("table.matrix");
  if (matrix) {
    const cells = all("a.q", matrix);
    cells.forEach((cell, i) => { cell.tabIndex = i ? -1 : 0; });
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    matrix.addEventListener("keydown", (event) => {
      const from = event.target.closest("a.q");
      const by = step[event.key];
      if (!from || !by) return;
      event.preventDefault();
      const rows = Array.from(matrix.tBodies[0].rows).filter((row) => !row.hidden && row.className !== "opened");
      let row = rows.indexOf(from.closest("tr"));
      let column = from.closest("td").cellIndex;
      for (;;) {
        row += by[0];
        column += by[1];
        const next = rows[row] && rows[row].cells[column];
        if (!next || column < 1) return;
        const link = next.querySelector("a.q");
        if (link) {
          from.tabIndex = -1;
          link.tabIndex = 0;
          link.focus();
          if (opened && opened.link !== link && sourceOf(link)) open(link);
          return;
        }
      }
    });
    matrix.addEventListener("mouseover", (event) => {
      const cell = event.target.closest("a.q");
      if (cell && !cell.title) cell.title = cell.getAttribute("aria-label");
    });
  }

  // The filter keeps the documents whose row in the matrix has every word.
  const filter = document.getElementById("filter");
  if (filter && matrix) {
    const rows = Array.from(matrix.tBodies[0].rows);
    const sources = new Map(all("#documents [data-doc]").map((doc) => [doc.dataset.doc, doc.querySelector(".file").textContent]));
    const texts = new Map(rows.map((row) =>
      [row.dataset.doc, (row.cells[0].textContent + " " + sources.get(row.dataset.doc)).toLowerCase()]));
    const output = document.querySelector(".filter output");
    filter.addEventListener("input", () => {
      close();
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const part of all("[data-doc]")) {
        const text = texts.get(part.dataset.doc) ?? "";
        part.hidden = !words.every((word) => text.includes(word));
      }
      const shown = rows.filter((row) => !row.hidden).length;
      output.textContent = words.length ? `${shown} of ${rows.length}` : "";
      const cells = all("a.q", matrix).filter((cell) => !cell.closest("tr").hidden);
      if (!cells.some((cell) => cell.tabIndex === 0) && cells.length) cells[0].tabIndex = 0;
    });
  }

  for (const box of all(".severities input")) {
    box.addEventListener("change", () => {
      for (const item of all(`#findings .finding[data-severity="${box.value}"]`)) item.hidden = !box.checked;
    });
  }

  // In the figure, an element's name singles out its lines.
  for (const node of all("figure .node")) {
    const side = node.dataset.from === undefined ? "to" : "from";
    const mark = (on) => {
      const svg = node.closest("svg");
      svg.classList.toggle("marking", on);
      for (const line of all("a", svg)) {
        line.classList.toggle("marked", on && line.dataset[side] === node.dataset[side]);
      }
    };
    node.addEventListener("mouseenter", () => mark(true));
    node.addEventListener("mouseleave", () => mark(false));
  }
})();
