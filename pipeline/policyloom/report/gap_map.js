"use strict";
(() => {
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const make = (tag, about = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(about)) {
      if (value !== null) element.setAttribute(name, value);
    }
    element.append(...inside);
    return element;
  };
  document.documentElement.classList.add("js");
  const data = JSON.parse(document.getElementById("data").textContent);
  const WORDS = { A: "affirmed", P: "only planned", N: "denied" };
  let shown = new Set(data.documents.keys());

  // The row under a cell, with its sentences.
  let opened = null;
  const close = () => {
    if (!opened) return;
    opened.row.remove();
    opened.link.classList.remove("open");
    opened.link.setAttribute("aria-expanded", "false");
    opened = null;
  };

  const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  const chosen = (key) => Object.entries(data.pairs[key] ?? {}).filter(([number]) => shown.has(Number(number)));

  const sums = (key) => {
    const found = { A: 0, P: 0, N: 0 };
    for (const [, own] of chosen(key)) {
      if (own.status) found[own.status] += 1;
      if (own.denies) found.N += 1;
    }
    return Object.entries(found).filter(([, n]) => n);
  };

  const draw = (cell) => {
    const key = cell.dataset.pair;
    const bubbles = sums(key);
    if (!bubbles.length) {
      cell.replaceChildren(make("span", { class: "dot" }, "·"));
      return;
    }
    const words = bubbles.map(([letter, n]) => `${n} ${WORDS[letter]}`).join(", ");
    const link = make("a", { class: "q", href: cell.dataset.href, "data-id": key, "aria-label": `${key}: ${words}`, "aria-expanded": "false" });
    for (const [letter, n] of bubbles) {
      const size = Math.round(data.smallest + (data.largest - data.smallest) * Math.sqrt(n / data.most));
      const disc = make("i", { class: `bubble ${letter}` });
      disc.style.width = disc.style.height = `${size}px`;
      link.append(make("span", { class: "b" }, disc, String(n)));
    }
    cell.replaceChildren(link);
  };

  const open = (link) => {
    const again = opened && opened.link === link;
    close();
    if (again) return;
    const key = link.dataset.id;
    const [mechanism, outcome] = key.split(">");
    const row = link.closest("tr");
    const cell = make("td", { colspan: Array.from(row.cells).reduce((sum, one) => sum + one.colSpan, 0) });
    const own = chosen(key);
    cell.append(make("h3", {}, `${mechanism} ${data.labels[mechanism]} and ${outcome} ${data.labels[outcome]}: ${count(own.length, "document")}`));
    for (const [number, about] of own) {
      const doc = data.documents[number];
      const head = make("h4", {}, doc.name);
      if (doc.file) head.append(" ", make("code", {}, doc.file));
      cell.append(head);
      const list = make("ul", { class: "quotes" });
      for (const [start, page, what, words] of about.sentences) {
        const place = page ? `p. ${page}` : "in the text";
        const at = doc.page ? make("a", { href: `${doc.page}#s${start}` }, place) : place;
        const item = make("li");
        if (words) item.append(make("q", {}, words), " ");
        item.append(make("cite", {}, at, what ? ` · ${what}` : ""));
        list.append(item);
      }
      cell.append(list);
    }
    if (link.getAttribute("href")) cell.append(make("p", { class: "more" }, make("a", { href: link.getAttribute("href") }, "All sentences of all documents")));
    const under = make("tr", { class: "opened" }, cell);
    row.after(under);
    opened = { link, row: under };
    link.classList.add("open");
    link.setAttribute("aria-expanded", "true");
  };

  const pairs = all("td[data-pair]");
  for (const cell of pairs) {
    const link = cell.querySelector("a");
    cell.dataset.href = link ? link.getAttribute("href") : "";
    if (link) link.setAttribute("aria-expanded", "false");
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("td[data-pair] a.q");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opened) return;
    const link = opened.link;
    close();
    link.focus({ preventScroll: true });
  });

  // The filters.
  const form = document.querySelector(".filters");
  const value = (id) => document.getElementById(id)?.value ?? "";
  const filter = () => {
    const words = value("g-words").toLowerCase().split(/\s+/).filter(Boolean);
    const [from, to] = [value("g-from"), value("g-to")].map(Number);
    const columns = all("select[data-column]", form).filter((select) => select.value);
    const fits = (doc) => words.every((word) => `${doc.name} ${doc.file}`.toLowerCase().includes(word))
      && (!from || (doc.year !== null && doc.year >= from))
      && (!to || (doc.year !== null && doc.year <= to))
      && columns.every((select) => (doc.beside[select.dataset.column] ?? "") === select.value);
    shown = new Set(Array.from(data.documents.keys()).filter((number) => fits(data.documents[number])));
    close();
    for (const row of all("tr[data-number]")) row.hidden = !shown.has(Number(row.dataset.number));
    pairs.forEach(draw);
    document.getElementById("g-shown").textContent = shown.size === data.documents.length
      ? count(shown.size, "document") : `${shown.size} of ${count(data.documents.length, "document")}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));

  // The maps as they are filtered, as CSV with a byte order mark; no cell becomes a formula.
  const quoted = (text) => {
    const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
    return /[",\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rowsOf = {
    pairs: () => [["mechanism", "outcome", "documents_affirmed", "documents_planned", "documents_denied"],
      ...pairs.map((cell) => {
        const found = Object.fromEntries(sums(cell.dataset.pair));
        return [...cell.dataset.pair.split(">"), ...["A", "P", "N"].map((letter) => String(found[letter] ?? 0))];
      })],
    documents: () => {
      const heads = all(".documents thead tr:last-child th b").map((head) => head.textContent);
      const rows = all("tr[data-number]").filter((row) => !row.hidden);
      return [["document", "file", "year", ...heads], ...rows.map((row) => {
        const doc = data.documents[row.dataset.number];
        const cells = Array.from(row.cells).slice(1).map((cell) => {
          const link = cell.querySelector("a");
          return link ? link.getAttribute("aria-label").split(": ")[1] : "";
        });
        return [doc.name, doc.file || doc.name, String(doc.year ?? ""), ...cells];
      })];
    },
  };
  for (const button of all("button.save")) {
    button.addEventListener("click", () => {
      const text = rowsOf[button.dataset.table]().map((row) => row.map(quoted).join(",")).join("\n");
      const link = make("a", { download: `gap_map_${button.dataset.table}.csv`, href: URL.createObjectURL(new Blob(["\ufeff" + text + "\n"], { type: "text/csv" })) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
})();
