// What stands on the page, what a person has decided, and what follows from it. Places are in characters as Python counts
// them (code points), and become those of JavaScript only where a text is cut.
const byId = (id) => document.getElementById(id);
const STATUSES = ["affirmed", "planned", "lacking", "negated"];
const CODED = ["outcome", "challenge", "mechanism"];
const LINKED = ["outcome", "challenge"];
const index = JSON.parse(byId("index").textContent);
const elements = new Map(index.elements.map((element) => [element.id, element]));
const kindOf = (id) => elements.get(id)?.kind ?? "";
const topOf = (id) => elements.get(id)?.top ?? id;
const keyOf = (...parts) => JSON.stringify(parts);

class Text {
  constructor(text) {
    this.text = text;
    // Where no character takes two units, both ways of counting are the same.
    this.units = null;
    if (/[\ud800-\udbff]/.test(text)) {
      this.units = [];
      let unit = 0;
      for (const character of text) {
        this.units.push(unit);
        unit += character.length;
      }
      this.units.push(unit);
    }
  }

  unit(point) { return this.units ? this.units[Math.min(point, this.units.length - 1)] : point; }

  point(unit) {
    if (!this.units) return unit;
    let low = 0;
    let high = this.units.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.units[middle] < unit) low = middle + 1; else high = middle;
    }
    return low;
  }

  cut(start, end) { return this.text.slice(this.unit(start), this.unit(end)); }
}

const documents = index.documents.map((entry, number) => {
  const doc = { number, id: entry.id, title: entry.title, source: entry.source };
  doc.found = entry.mentions.map(([start, end, element, status, probability, statusProbability, source, at]) => ({
    doc, start, end, found: element, status, probability, statusProbability, source, at,
    key: keyOf(entry.id, "m", start, end, element),
  }));
  doc.foundLinks = entry.links.map(([mechanism, target, polarity, hedged]) =>
    linkOf(doc, doc.found[mechanism], doc.found[target], { polarity, hedged: Boolean(hedged) }));
  return doc;
});
const documentOf = new Map(documents.map((doc) => [doc.id, doc]));
const isFound = new Set(documents.flatMap((doc) => [...doc.found, ...doc.foundLinks].map((item) => item.key)));

function linkOf(doc, mechanism, target, more = {}) {
  const ends = [mechanism, target].flatMap((end) => [end.start, end.end, end.found]);
  return { doc, mechanism, target, key: keyOf(doc.id, "l", ...ends), at: mechanism.at, ...more };
}

// A document's text, read from the page when it is first needed.
function chunkOf(doc) {
  if (!doc.chunk) {
    const element = byId("d" + doc.number);
    doc.chunk = JSON.parse(element.textContent);
    element.textContent = "";
    doc.text = new Text(doc.chunk.text);
    doc.sentences = doc.chunk.sentences.map(([start, end, block, page], number) =>
      ({ doc, number, start, end, block, page, key: keyOf(doc.id, "s", start) }));
    doc.sentenceAt = new Map(doc.sentences.map((sentence) => [sentence.start, sentence]));
  }
  return doc.chunk;
}

// Decisions: those that the run keeps, and over them those of this browser; null takes one back.
const kept = new Map();
for (const row of index.kept) {
  const { start, end, element } = row.mention;
  const ends = row.target ? [row.target.start, row.target.end, row.target.element] : [];
  const decision = { action: row.action, at: row.at, by: row.by, quote: row.mention.quote };
  if (row.target) decision.targetQuote = row.target.quote;
  else Object.assign(decision, { element: row.element, status: row.status });
  kept.set(keyOf(row.doc, row.target ? "l" : "m", start, end, element, ...ends), decision);
}
const STORE = "policyloom-review:" + index.key;
const emptyState = () => ({ name: "", decisions: {}, done: {}, finished: false });
let state = emptyState();
let canKeep = true;

function readState() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE));
    if (found && typeof found.decisions === "object") state = { ...emptyState(), ...found };
  } catch { canKeep = false; }
  forget();
}
function keepState() {
  try {
    localStorage.setItem(STORE, JSON.stringify(state));
    canKeep = true;
  } catch { canKeep = false; }
}

// What is derived from the decisions about a document, and made anew after each change of them.
let derived = new Map();
let keysOf = new Map(); // the keys of what is decided about each document
function forget() {
  derived = new Map();
  keysOf = new Map();
  for (const key of new Set([...(index.blind ? [] : kept.keys()), ...Object.keys(state.decisions)])) noteKey(key);
}
function noteKey(key) {
  const id = JSON.parse(key)[0];
  if (!keysOf.has(id)) keysOf.set(id, new Set());
  keysOf.get(id).add(key);
  derived.delete(id);
}
function derive(doc, name, value) {
  if (!derived.has(doc.id)) derived.set(doc.id, {});
  const known = derived.get(doc.id);
  if (!(name in known)) known[name] = value();
  return known[name];
}

const isHidden = () => index.blind && !state.finished;
const isLocked = () => index.blind && state.finished;
const decisionOf = (key) => (key in state.decisions ? state.decisions[key]
  : index.blind ? null : kept.get(key) ?? null);

// The keys of decisions that hold about a document.
const decidedKeys = (doc) => [...(keysOf.get(doc.id) ?? [])].filter((key) => JSON.parse(key)[1] !== "s" && decisionOf(key));

const inOrder = (a, b) => a.start - b.start || a.end - b.end || (a.found < b.found ? -1 : 1);

// The mentions of a document: those found, and those that a person added.
function mentionsOf(doc) {
  return derive(doc, "mentions", () => {
    const added = [];
    for (const key of decidedKeys(doc)) {
      const [, kind, start, end, found] = JSON.parse(key);
      const decision = decisionOf(key);
      if (kind === "m" && !(isFound.has(key) && !index.blind) && decision.action !== "reject") {
        added.push({ doc, start, end, found, status: decision.status, at: decision.at, key, added: true });
      }
    }
    return [...(index.blind ? [] : doc.found), ...added].sort(inOrder);
  });
}

function linksOf(doc) {
  return derive(doc, "links", () => {
    const ends = new Map(mentionsOf(doc).map((mention) => [mention.key, mention]));
    const links = index.blind ? [] : [...doc.foundLinks];
    for (const key of decidedKeys(doc)) {
      const [id, kind, ...places] = JSON.parse(key);
      if (kind !== "l" || (isFound.has(key) && !index.blind) || decisionOf(key).action === "reject") continue;
      const mechanism = ends.get(keyOf(id, "m", ...places.slice(0, 3)));
      const target = ends.get(keyOf(id, "m", ...places.slice(3)));
      if (mechanism && target) links.push(linkOf(doc, mechanism, target, { polarity: "positive", hedged: false, added: true }));
    }
    return links;
  });
}

const PAST = { accept: "accepted", reject: "rejected", change: "changed", add: "added" };

// A mention or link as it stands: what it names, and what was decided.
function now(item) {
  const decision = decisionOf(item.key);
  const found = { element: item.found, status: item.status, state: "open", by: "" };
  if (!decision) return found;
  const by = item.key in state.decisions ? state.name || "you" : decision.by;
  if (decision.action === "reject") return { ...found, state: "rejected", by };
  return { element: decision.element ?? item.found, status: decision.status ?? item.status, state: PAST[decision.action], by };
}

// Whether a link's ends are still mentions between which there can be a link.
function standing(link) {
  const [first, second] = [now(link.mechanism), now(link.target)];
  return first.state !== "rejected" && second.state !== "rejected" && kindOf(first.element) === "mechanism"
    && LINKED.includes(kindOf(second.element));
}

const sheet = index.sheet && new Map(index.sheet.map((row) => [keyOf(row.doc, "s", row.at), row]));
const isAsked = (doc, at) => !sheet || sheet.has(keyOf(doc.id, "s", at));
const doubtOf = (mention) => Math.min(mention.probability ?? 1, mention.statusProbability ?? 1);
const coderOf = (mention) => (mention.added ? "person" : mention.source.split(":")[0]);

// Changes: each is a list of [part of the state, key, before, after], so that it can be undone.
const history = [];
function change(steps) {
  if (isLocked() || !steps.length) return false;
  const group = steps.map(([part, key, after]) => [part, key, state[part][key], after]);
  for (const [part, key, , after] of group) put(part, key, after);
  history.push(group);
  keepState();
  return true;
}
function put(part, key, value) {
  if (value === undefined) delete state[part][key]; else state[part][key] = value;
  noteKey(key);
}
function undo() {
  const group = isLocked() ? null : history.pop();
  if (!group) return null;
  for (const [part, key, before] of group.reverse()) put(part, key, before);
  keepState();
  return JSON.parse(group[0][1]);
}

// The decision that gives a mention an element and a status.
function decided(mention, element, status) {
  const quote = chunkOf(mention.doc) && mention.doc.text.cut(mention.start, mention.end);
  const same = element === mention.found && status === mention.status;
  const action = mention.added ? "add" : same ? "accept" : "change";
  return ["decisions", mention.key, { action, element, status, quote, at: mention.at }];
}
function rejected(mention) {
  // What a person has added is taken back, where the run does not know it yet.
  if (mention.added) return ["decisions", mention.key, kept.has(mention.key) ? null : undefined];
  chunkOf(mention.doc);
  return ["decisions", mention.key, { action: "reject", quote: mention.doc.text.cut(mention.start, mention.end), at: mention.at }];
}
function decidedLink(link, action) {
  if (action === "reject" && link.added) return ["decisions", link.key, kept.has(link.key) ? null : undefined];
  chunkOf(link.doc);
  const [quote, targetQuote] = [link.mechanism, link.target].map((end) => link.doc.text.cut(end.start, end.end));
  return ["decisions", link.key, { action, quote, targetQuote, at: link.at }];
}
