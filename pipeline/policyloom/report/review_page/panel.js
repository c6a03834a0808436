// What stands around the text: progress, the list of documents, the panel; and what keys do.
function drawProgress() {
  const nDone = Object.keys(state.done).length;
  const parts = [];
  let share = 0;
  if (sheet) {
    const done = [...sheet.keys()].filter((key) => key in state.done).length;
    share = done / sheet.size;
    parts.push(`${done} of ${sheet.size} sentences done`);
  }
  if (!index.blind) {
    const tallies = documents.map(tallyOf);
    const n = tallies.reduce((sum, tally) => sum + tally.n, 0);
    const nDecided = tallies.reduce((sum, tally) => sum + tally.nDecided, 0);
    if (!sheet) share = n ? nDecided / n : 1;
    parts.push(`${nDecided.toLocaleString("en")} of ${n.toLocaleString("en")} mentions decided`);
  }
  if (!sheet) parts.push(`${nDone} sentences done`);
  byId("bar").value = share;
  byId("progress").textContent = parts.join(", ");
  byId("kept").textContent = !canKeep ? "This browser keeps nothing for this page: save the file before you close it."
    : index.blind ? (state.finished ? "Blind coding, finished." : "Blind coding: what was found is shown when you have finished.")
      : "Kept in this browser after each change. Save the file to bring it into the run.";
  byId("kept").classList.toggle("warn", !canKeep);
  drawCounts();
}
const listed = new Map(); // the place in the list where each document's number stands
function drawCounts() {
  let n = 0;
  for (const doc of documents) {
    const tally = tallyOf(doc);
    n += tally.nMatching;
    const place = listed.get(doc);
    const words = sheet ? sheetCount(doc) : String(tally.open.length);
    if (place && place.textContent !== words) place.textContent = words;
  }
  byId("matching").textContent = `${n.toLocaleString("en")} match`;
}
function sheetCount(doc) {
  const own = index.sheet.filter((row) => row.doc === doc.id).map((row) => keyOf(row.doc, "s", row.at));
  return `${own.filter((key) => key in state.done).length}/${own.length}`;
}
function drawList() {
  const words = byId("f-document").value.toLowerCase();
  const fits = documents.filter((doc) => `${doc.title} ${doc.source}`.toLowerCase().includes(words));
  listed.clear();
  byId("documents").replaceChildren(...fits.map((doc) => {
    const place = make("span", { class: "n" });
    listed.set(doc, place);
    return make("li", {}, make("button", {
      type: "button", "aria-current": doc === shown ? "true" : null, title: doc.source, onclick: () => openDocument(doc),
    }, make("span", {}, make("span", { class: "name", text: doc.title }), doc.source !== doc.title && make("span", { class: "source", text: doc.source })), " ", place));
  }));
  drawCounts();
}
function drawAll() { drawList(); drawProgress(); drawPanel(); }

function keyed(words, key, action, more = {}) {
  return make("button", { type: "button", onclick: action, "data-act": words, ...more }, words, " ", make("kbd", { text: key }));
}
function drawPanel() {
  const focused = document.activeElement?.closest?.("#panel") ? document.activeElement.dataset.act : null;
  const parts = isHidden() && !here ? [make("p", { text: "Go to the first sentence with j or d. Select words and press + to code them; s when the sentence is done." })]
    : !here ? [make("p", { text: "Press d for the most doubtful mention, or n for the next one in the text." })] : sentenceParts();
  const tools = make("p", { class: "tools go" },
    keyed(isHidden() ? "Next to code" : "Next doubtful", "d", nextDoubtful), keyed("Next mention", "n", () => stepMention(1)),
    keyed("Undo", "u", undoLast, { disabled: !history.length }),
    index.blind && !state.finished ? keyed("Finish", "F", finishSheet) : null);
  byId("panel").replaceChildren(...parts.filter(Boolean), tools);
  if (focused) byId("panel").querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
}
function sentenceParts() {
  const { doc } = here;
  const page = here.page ? `p. ${here.page}` : "";
  const mentions = mentionsOf(doc).filter((mention) => mention.at === here.start);
  const links = linksOf(doc).filter((link) => link.at === here.start && standing(link));
  return [
    make("h2", { text: current ? "Mention" : "Sentence" }), make("p", { class: "quiet", text: [doc.title, page].filter(Boolean).join(", ") }),
    ...(current ? mentionParts() : []),
    make("h3", { text: "In this sentence" }),
    mentions.length ? make("ul", { class: "plain" }, ...mentions.map((m) => make("li", {}, make("button", {
      type: "button", class: "row " + now(m).state, "data-act": m.key, "aria-current": m.key === current?.key ? "true" : null, onclick: () => goTo(m),
    }, make("b", { text: now(m).element + SIGNS[now(m).state] }), ` “${doc.text.cut(m.start, m.end)}” `, make("span", { class: "quiet", text: now(m).status })))))
      : make("p", { class: "quiet", text: isHidden() ? "Nothing coded yet." : "No mention." }),
    links.length ? make("ul", { class: "plain links", "aria-label": "Links" }, ...links.map(linkRow)) : null,
    make("p", { class: "tools" },
      keyed("Add mention", "+", addMention), keyed("Choose words", "w", () => chooseWords(1, false)),
      keyed(here.key in state.done ? "Open again" : "Sentence done", "s", finishSentence)),
  ];
}
function linkRow(link) {
  const { state: how } = now(link);
  const name = `${now(link.mechanism).element} → ${now(link.target).element}`;
  const said = link.polarity === "negative" ? " (denied)" : link.hedged ? " (hedged)" : "";
  const button = (words, action) => make("button", {
    type: "button", "data-act": words + link.key, "aria-label": `${words} link ${name}`, "aria-pressed": String(how === (words === "Keep" ? "accepted" : "rejected")), text: words,
    onclick: () => act([decidedLink(link, link.added && action === "accept" ? "add" : action)], `Link ${name}: ${action}ed`),
  });
  return make("li", { class: how }, `${name}${said} ${SIGNS[how]} `, button("Keep", "accept"), " ", button("Remove", "reject"));
}
function mentionParts() {
  const { element, status, state: how, by } = now(current);
  const entry = elements.get(element);
  const probability = current.probability < 1 ? `, probability ${current.probability}` : "";
  const facts = current.added ? "added by a person" : `found by ${current.source || "a coder"}${probability}`;
  return [
    make("p", { class: "element" }, make("b", { class: "tag " + kindOf(element), text: element }), " " + (entry?.label ?? "")),
    make("p", { class: "quiet definition", text: entry?.definition ?? "" }),
    make("p", {}, make("b", { text: how === "open" ? "Not decided" : how[0].toUpperCase() + how.slice(1) }), by ? ` by ${by}` : "", make("span", { class: "quiet", text: ` · ${facts}` })),
    make("p", { class: "tools" }, keyed("Accept", "a", accept, { "aria-pressed": String(how === "accepted") }),
      keyed("Reject", "x", reject, { "aria-pressed": String(how === "rejected") }),
      keyed("Element", "e", changeElement), keyed("Link", "l", linkMentions)),
    make("p", { class: "tools", role: "group", "aria-label": "Status" }, ...STATUSES.map((word, n) =>
      keyed(word, String(n + 1), () => setStatus(word), { "aria-pressed": String(word === status) }))),
  ];
}
function undoLast() {
  const what = undo();
  if (!what) return tell("There is nothing to undo");
  const doc = documentOf.get(what[0]);
  if (doc) {
    chunkOf(doc);
    const at = what[1] === "s" ? what[2] : mentionsOf(doc).find((m) => what.slice(2, 4).join() === [m.start, m.end].join())?.at;
    const sentence = doc.sentenceAt.get(at) ?? doc.sentences.find((s) => s.start <= what[2] && what[2] < s.end);
    if (sentence) goToSentence(sentence, mentionsOf(doc).find((m) => m.key === JSON.stringify(what)) ?? null);
  }
  refresh();
  return tell("Undone");
}

const KEYS = [
  ["d", "the most doubtful mention not yet decided", nextDoubtful],
  ["n", "next mention", () => stepMention(1)], ["p", "mention before", () => stepMention(-1)],
  ["j", "next sentence", () => stepSentence(1)], ["k", "sentence before", () => stepSentence(-1)],
  ["]", "next document", () => stepDocument(1)], ["[", "document before", () => stepDocument(-1)],
  ["a", "accept", accept], ["x", "reject", reject], ["e", "another element", changeElement],
  ["1", "affirmed", () => setStatus("affirmed")], ["2", "planned", () => setStatus("planned")],
  ["3", "lacking", () => setStatus("lacking")], ["4", "negated", () => setStatus("negated")],
  ["l", "link with another mention of the sentence", linkMentions],
  ["w", "choose words; then arrow keys, with Shift for more, and Enter", () => chooseWords(1, false)],
  ["+", "add a mention of the selected words", addMention],
  ["s", "sentence done: accept what is left, and go on", finishSentence],
  ["u", "undo", undoLast], ["/", "filter", () => { byId("filters").open = true; byId("f-element").focus(); }],
  ["f", "save the file", saveFile], ["F", "finish blind coding", () => (index.blind && !state.finished ? finishSheet() : undefined)],
  ["?", "these keys", () => byId("help").showModal()],
];
function stepDocument(step) {
  if (documents.length) openDocument(documents[((shown?.number ?? 0) + step + documents.length) % documents.length]);
  drawPanel();
}
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (byId("picker").open) return void pickerKey(event);
  if (byId("help").open || event.isComposing || target.closest("input, select, textarea")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); undoLast(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || !byId("use-keys").checked) return;
  if (wordRange && (event.key === "ArrowRight" || event.key === "ArrowLeft")) chooseWords(event.key === "ArrowRight" ? 1 : -1, event.shiftKey);
  else if (wordRange && event.key === "Enter") { wordRange = null; addMention(); } else if (wordRange && event.key === "Escape") {
    wordRange = null;
    getSelection().removeAllRanges();
  } else {
    const found = KEYS.find(([key]) => key === event.key);
    if (!found) return;
    found[2]();
  }
  event.preventDefault();
});
function pickerKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && picking.shown.length) picking.place = (picking.place + step + picking.shown.length) % picking.shown.length;
  else if (event.key === "Enter" && event.target.id === "picker-filter") choose();
  else return;
  event.preventDefault();
  if (byId("picker").open) drawPicker();
}

byId("picker-filter").addEventListener("input", () => { picking.place = 0; drawPicker(); });
byId("picker-close").addEventListener("click", closePicker);
byId("picker").addEventListener("cancel", (event) => { event.preventDefault(); closePicker(); });
byId("help-close").addEventListener("click", () => byId("help").close());
byId("keys").addEventListener("click", () => byId("help").showModal());
byId("help-keys").append(...KEYS.flatMap(([key, words]) => [make("dt", {}, make("kbd", { text: key })), make("dd", { text: words })]));
byId("save").addEventListener("click", saveFile);
byId("load").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", (event) => { if (event.target.files[0]) openFile(event.target.files[0]); });
byId("name").addEventListener("input", (event) => { state.name = event.target.value; keepState(); });
byId("text").addEventListener("click", (event) => {
  const marked = event.target.closest("[data-key]");
  const sentence = event.target.closest("[data-s]");
  if (!getSelection().isCollapsed || !sentence) return;
  if (marked) {
    const all = mentionsOf(shown);
    const mention = all.find((one) => one.key === marked.dataset.key);
    if (mention) return void goTo(mention);
  }
  goToSentence(shown.sentences[Number(sentence.dataset.s)]);
});

const kinds = [...new Set(index.elements.map((e) => e.kind))];
byId("f-element").append(make("option", { value: "", text: "any" }), ...kinds.map((kind) => make("optgroup", { label: kind },
  ...index.elements.filter((e) => e.kind === kind).map((e) => make("option", { value: e.id, text: `${e.id} ${e.label}` })))));
const coders = [...new Set(documents.flatMap((doc) => (index.blind ? [] : doc.found.map(coderOf))))].sort();
byId("f-coder").append(make("option", { value: "", text: "any" }), ...[...coders, "person"].map((name) => make("option", { value: name, text: name })));
for (const name of Object.keys(filter)) {
  byId("f-" + name).addEventListener("input", (event) => {
    filter[name] = name === "probability" ? Number(event.target.value) : event.target.value;
    refilter();
  });
}
byId("clear").addEventListener("click", () => {
  for (const name of Object.keys(filter)) { filter[name] = name === "probability" ? 1 : ""; byId("f-" + name).value = filter[name]; }
  refilter();
});
function refilter() {
  derived = new Map();
  if (shown) for (const sentence of shown.sentences) if (sentenceElements.has(sentence.key)) fillSentence(sentence);
  drawCounts();
}
byId("f-document").addEventListener("input", drawList);
addEventListener("storage", (event) => {
  if (event.key !== STORE) return;
  readState();
  refresh();
});

readState();
byId("name").value = state.name;
if (narrow.matches) byId("filters").open = byId("list").open = false;
if (documents.length) openDocument(documents[0]);
drawAll();
