// A document as readable text, with its mentions marked.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

const SIGNS = { open: "", accepted: "✓", rejected: "✗", changed: "✎", added: "+" };
let shown = null; // the document on the page
const sentenceElements = new Map();

function shortSource(mention) { return mention.added ? "person" : mention.source; }

function describe(mention) {
  const { element, status, state: how, by } = now(mention);
  const probability = mention.probability < 1 ? `, probability ${mention.probability}` : "";
  const decision = how === "open" ? "not decided" : `${how}${by ? ` by ${by}` : ""}`;
  return `${element} ${elements.get(element)?.label ?? ""}, ${status}${probability}, ${decision}`;
}

// The mentions that are shown of a sentence.
function visibleIn(doc, at) {
  const own = mentionsOf(doc).filter((mention) => mention.at === at);
  return isLocked() ? [...own, ...doc.found.filter((mention) => mention.at === at).map((mention) => ({ ...mention, machine: true }))]
    : own;
}

function fillSentence(sentence) {
  const holder = sentenceElements.get(sentence.key);
  const { doc } = sentence;
  const mentions = visibleIn(doc, sentence.start);
  const cuts = new Set([sentence.start, sentence.end]);
  for (const mention of mentions) cuts.add(mention.start).add(Math.min(mention.end, sentence.end));
  const places = [...cuts].sort((a, b) => a - b);
  const parts = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [start, end] = [places[i], places[i + 1]];
    const over = mentions.filter((mention) => mention.start <= start && end <= mention.end);
    const top = over.find((mention) => mention.key === current?.key) ?? over[over.length - 1];
    const part = make("span", { "data-o": doc.text.unit(start), text: doc.text.cut(start, end) });
    if (top) {
      part.className = classOf(top);
      part.dataset.key = top.key;
    }
    parts.push(part);
    for (const mention of mentions.filter((one) => Math.min(one.end, sentence.end) === end && one.start < end)) parts.push(tagOf(mention));
  }
  holder.replaceChildren(...parts);
  holder.classList.toggle("done", sentence.key in state.done);
}

function classOf(mention) {
  const { element, status, state: how } = mention.machine
    ? { element: mention.found, status: mention.status, state: "open" } : now(mention);
  const dim = !mention.machine && !matches(mention) ? " dim" : "";
  const here = mention.key === current?.key && !mention.machine ? " current" : "";
  return `m ${kindOf(element)} ${status} ${how}${mention.machine ? " machine" : ""}${dim}${here}`;
}

function tagOf(mention) {
  if (mention.machine) return make("span", { class: "tag " + classOf(mention), text: mention.found, title: "found by " + mention.source });
  const { element, state: how } = now(mention);
  return make("button", {
    type: "button", tabindex: -1, class: "tag " + classOf(mention), "data-key": mention.key, "aria-label": describe(mention),
    "aria-pressed": String(mention.key === current?.key), text: element + SIGNS[how],
  });
}

// The stretch of a text, with its sentences as elements of their own.
function textParts(doc, start, end) {
  const parts = [];
  let at = start;
  const between = (to) => {
    if (to > at) parts.push(doc.text.cut(at, to));
    at = Math.max(at, to);
  };
  for (const sentence of doc.byBlock.get(start) ?? []) {
    between(sentence.start);
    const asked = isAsked(doc, sentence.start);
    const holder = make("span", { class: asked ? "sentence" : "sentence context", "data-s": asked ? sentence.number : null });
    sentenceElements.set(sentence.key, holder);
    fillSentence(sentence);
    parts.push(holder);
    at = sentence.end;
  }
  between(end);
  return parts;
}

// The sentences of each block or cell, by where it starts.
function sortSentences(doc) {
  const starts = doc.chunk.blocks.flatMap((block) => [block.start, ...(block.cells ?? []).map((cell) => cell[0])]);
  starts.sort((a, b) => a - b);
  doc.byBlock = new Map();
  let place = 0;
  for (const sentence of doc.sentences.slice().sort((a, b) => a.start - b.start)) {
    while (place + 1 < starts.length && starts[place + 1] <= sentence.start) place += 1;
    if (!doc.byBlock.has(starts[place])) doc.byBlock.set(starts[place], []);
    doc.byBlock.get(starts[place]).push(sentence);
  }
}

function tableOf(doc, block) {
  const body = make("tbody");
  const rows = [];
  for (const [start, end, row, , rowSpan, columnSpan, isHead] of block.cells) {
    while (rows.length <= row) rows.push(body.appendChild(make("tr")));
    const spans = { rowspan: rowSpan > 1 ? rowSpan : null, colspan: columnSpan > 1 ? columnSpan : null };
    rows[row].append(make(isHead ? "th" : "td", spans, ...textParts(doc, start, end)));
  }
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" }, make("table", {}, body));
}

function showDocument(doc) {
  chunkOf(doc);
  sortSentences(doc);
  sentenceElements.clear();
  shown = doc;
  const parts = [make("h2", { class: "title", text: doc.title }), make("p", { class: "quiet", text: doc.source })];
  let list = null;
  let page = 0;
  for (const block of doc.chunk.blocks) {
    if (block.page && block.page !== page) {
      page = block.page;
      parts.push(make("p", { class: "page", text: `p. ${page}` }));
      list = null;
    }
    if (block.kind !== "list_item") list = null;
    const inner = () => textParts(doc, block.start, block.end);
    if (block.kind === "title") parts.push(make("h3", { class: "doc-title" }, ...inner()));
    else if (block.kind === "heading") parts.push(make("h" + Math.min(6, 2 + Math.max(1, block.level ?? 1)), {}, ...inner()));
    else if (block.kind === "list_item") {
      if (!list) parts.push(list = make("ul"));
      list.append(make("li", {}, ...inner()));
    } else if (block.kind === "table" && block.cells) parts.push(tableOf(doc, block));
    else parts.push(make("p", { class: block.kind }, ...inner()));
  }
  byId("text").replaceChildren(make("article", { lang: doc.chunk.language || null, dir: "auto" }, ...parts));
}

// Selected words, as [sentence, start, end] in code points; null where nothing is selected in a sentence.
function selectedWords() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const holder = [...sentenceElements.values()].find((one) => one.dataset.s !== undefined && range.intersectsNode(one)
    && hasWords(range, one));
  if (!holder) return null;
  const sentence = shown.sentences[Number(holder.dataset.s)];
  let [first, last] = [Infinity, -1];
  for (const part of holder.querySelectorAll("[data-o]")) {
    if (!range.intersectsNode(part) || !part.firstChild) continue;
    const node = part.firstChild;
    const from = range.startContainer === node ? range.startOffset : range.comparePoint(node, 0) < 0 ? node.length : 0;
    const to = range.endContainer === node ? range.endOffset : range.comparePoint(node, node.length) > 0 ? 0 : node.length;
    if (from < to) {
      first = Math.min(first, Number(part.dataset.o) + from);
      last = Math.max(last, Number(part.dataset.o) + to);
    }
  }
  if (last < 0) return null;
  const words = shown.text.text.slice(first, last);
  first += words.length - words.trimStart().length;
  last -= words.length - words.trimEnd().length;
  return first < last ? [sentence, shown.text.point(first), shown.text.point(last)] : null;
}
function hasWords(range, holder) {
  const inside = document.createRange();
  inside.selectNodeContents(holder);
  const starts = range.compareBoundaryPoints(Range.END_TO_START, inside) < 0;
  return starts && range.compareBoundaryPoints(Range.START_TO_END, inside) > 0;
}

// The words of a sentence, as [start, end] in units of the text, for choosing them by keys.
function wordsOf(sentence) {
  const from = sentence.doc.text.unit(sentence.start);
  const text = sentence.doc.text.cut(sentence.start, sentence.end);
  if (typeof Intl.Segmenter === "function") {
    const segmenter = new Intl.Segmenter(sentence.doc.chunk.language || "en", { granularity: "word" });
    return [...segmenter.segment(text)].filter((part) => part.isWordLike)
      .map((part) => [from + part.index, from + part.index + part.segment.length]);
  }
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((part) => [from + part.index, from + part.index + part[0].length]);
}
function selectUnits(sentence, start, end) {
  const holder = sentenceElements.get(sentence.key);
  const nodeAt = (unit, isEnd) => {
    for (const part of holder.querySelectorAll("[data-o]")) {
      const offset = unit - Number(part.dataset.o);
      const length = part.firstChild?.length ?? 0;
      if (isEnd ? offset > 0 && offset <= length : offset >= 0 && offset < length) return [part.firstChild, offset];
    }
    return [holder, 0];
  };
  getSelection().setBaseAndExtent(...nodeAt(start, false), ...nodeAt(end, true));
}
