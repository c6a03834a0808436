// The page at work: where the person is, filters, the panel, dialogs and keys.
let current = null; // the mention that keys act on
let here = null; // the sentence that keys act on
const narrow = matchMedia("(max-width: 60rem)");
let wordRange = null; // words being chosen by keys, as [first, last] of `wordsOf(here)`

const filter = { element: "", status: "", coder: "", state: "", probability: 1 };

function matches(mention) {
  if (!isAsked(mention.doc, mention.at)) return false;
  const { element, status, state: how } = now(mention);
  const isIn = (id) => filter.element === id || filter.element === topOf(id);
  if (filter.element && !isIn(element) && !isIn(mention.found)) return false;
  if (filter.status && status !== filter.status) return false;
  if (filter.coder && coderOf(mention) !== filter.coder) return false;
  if (filter.state === "open" && how !== "open") return false;
  if (filter.state === "decided" && how === "open") return false;
  if (filter.state === "rejected" && how !== "rejected") return false;
  return doubtOf(mention) <= filter.probability;
}

// How many mentions of a document there are, and how many match the filter; those to decide, the most doubtful first.
function tallyOf(doc) {
  return derive(doc, "tally", () => {
    const asked = mentionsOf(doc).filter((mention) => isAsked(doc, mention.at));
    const matching = asked.filter(matches);
    const open = matching.filter((mention) => now(mention).state === "open");
    return {
      n: asked.length, nDecided: asked.filter((mention) => now(mention).state !== "open").length, nMatching: matching.length,
      open: open.sort((a, b) => doubtOf(a) - doubtOf(b)),
    };
  });
}

// What a screen reader says where the page shows it anyway.
function murmur(words) { byId("said").textContent = words; }
let telling = 0;
function tell(words) {
  byId("told").textContent = words;
  clearTimeout(telling);
  telling = setTimeout(() => { byId("told").textContent = ""; }, 6000);
}

// Going places.
function openDocument(doc) {
  if (shown === doc) return;
  const before = shown;
  current = null;
  here = null;
  showDocument(doc);
  byId("text").scrollTop = 0;
  listed.get(before)?.closest("button").removeAttribute("aria-current");
  listed.get(doc)?.closest("button").setAttribute("aria-current", "true");
}
function goToSentence(sentence, mention = null) {
  const before = here;
  openDocument(sentence.doc);
  const left = current;
  current = mention;
  here = sentence;
  wordRange = null;
  for (const one of new Set([before, sentence])) if (one && sentenceElements.has(one.key)) fillSentence(one);
  if (left && left.doc === shown && left.at !== sentence.start) redrawAt(left.at);
  for (const element of document.querySelectorAll(".sentence.here")) element.classList.remove("here");
  const holder = sentenceElements.get(sentence.key);
  holder.classList.add("here");
  holder.scrollIntoView({ block: narrow.matches ? "end" : "center" });
  drawPanel();
}
function redrawAt(at) {
  const sentence = shown.sentenceAt.get(at);
  if (sentence && sentenceElements.has(sentence.key)) fillSentence(sentence);
}
function goTo(mention) {
  chunkOf(mention.doc);
  const sentence = mention.doc.sentenceAt.get(mention.at);
  if (!sentence) return;
  goToSentence(sentence, mention);
  murmur(describe(mention));
}
const placeOfMention = (mention) => [mention.doc.number, mention.start, mention.end, mention.key];
const isBefore = (a, b) => {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] < b[i];
  return false;
};
function stepMention(step) {
  const from = shown?.number ?? 0;
  for (let n = 0; n <= documents.length; n += 1) {
    const doc = documents[(from + step * n + documents.length * (n + 1)) % documents.length];
    let list = mentionsOf(doc).filter(matches);
    if (n === 0 && (current || here)) {
      const at = current ? placeOfMention(current) : [doc.number, here.start, -1, ""];
      list = list.filter((one) => (step > 0 ? isBefore(at, placeOfMention(one)) : isBefore(placeOfMention(one), at)));
    }
    if (list.length) return goTo(step > 0 ? list[0] : list[list.length - 1]);
  }
  return tell(isHidden() ? "Nothing has been added yet" : "No mention matches the filter");
}
function stepSentence(step) {
  if (sheet) {
    const keys = [...sheet.keys()];
    const place = here ? keys.indexOf(here.key) : step > 0 ? -1 : 0;
    return goToKey(keys[(place + step + keys.length) % keys.length]);
  }
  if (!shown) openDocument(documents[0]);
  const place = here ? here.number + step : 0;
  if (place < 0 || place >= shown.sentences.length) return tell("The document ends here");
  return goToSentence(shown.sentences[place]);
}
function goToKey(key) {
  const [id, , at] = JSON.parse(key);
  const doc = documentOf.get(id);
  if (!doc) return;
  chunkOf(doc);
  const sentence = doc.sentenceAt.get(at);
  if (sentence) goToSentence(sentence);
}
function openSheetKeys() { return [...sheet.keys()].filter((key) => !(key in state.done)); }
function nextDoubtful() {
  if (isHidden()) return nextInSheet();
  let best = null;
  for (const doc of documents) {
    const first = tallyOf(doc).open.find((mention) => mention.key !== current?.key);
    if (first && (!best || doubtOf(first) < doubtOf(best))) best = first;
  }
  if (best) goTo(best);
  else tell("Every mention that matches the filter is decided");
}
function nextInSheet() {
  const open = openSheetKeys();
  if (!open.length) return tell("Every sentence of the sheet is done");
  const keys = [...sheet.keys()];
  const place = here ? keys.indexOf(here.key) : -1;
  return goToKey(open.find((key) => keys.indexOf(key) > place) ?? open[0]);
}

// Deciding.
function act(steps, words) {
  if (isLocked()) return tell("Coding is finished; what was coded does not change any more");
  if (!state.name.trim()) tell("Write your name at the top before you save the file");
  if (!change(steps)) return undefined;
  if (words) tell(words);
  return refresh();
}
function refresh() {
  if (current) current = mentionsOf(current.doc).find((mention) => mention.key === current.key) ?? null;
  if (here && here.doc === shown) fillSentence(here);
  drawPanel();
  drawProgress();
}
function withMention(action) {
  if (!current) return tell("Choose a mention first, with n");
  return action(current);
}
const accept = () => withMention((m) => {
  const { element, status } = now(m);
  act([decided(m, element, status)], `Accepted: ${element} ${status}`);
});
const reject = () => withMention((m) => act([rejected(m)], `Rejected: ${m.found}`));
const setStatus = (status) => withMention((m) => act([decided(m, now(m).element, status)], `${now(m).element} is ${status}`));
const changeElement = () => withMention((m) => pickElement("Which element do the words name?", (element) =>
  act([decided(m, element, now(m).status)], `Changed to ${element}`)));

function addMention() {
  const words = selectedWords();
  if (!words) return tell("Select the words first: with the mouse, or with w and the arrow keys");
  const [sentence, start, end] = words;
  if (isLocked()) return act([]);
  return pickElement("Which element do these words name?", (element) => {
    const mention = { doc: sentence.doc, start, end, found: element, at: sentence.start,
      key: keyOf(sentence.doc.id, "m", start, end, element) };
    const found = mentionsOf(sentence.doc).find((one) => one.key === mention.key);
    if (found) act([decided(found, element, found.status)], "That was found already; it is accepted");
    else act([decided({ ...mention, added: true }, element, "affirmed")], `Added: ${element}; 1 to 4 set its status`);
    getSelection().removeAllRanges();
    goTo(mentionsOf(sentence.doc).find((one) => one.key === mention.key));
  }, sentence.doc.text.cut(start, end));
}

function linkMentions() {
  return withMention((m) => {
    const isMechanism = kindOf(now(m).element) === "mechanism";
    const others = mentionsOf(m.doc).filter((other) => other.at === m.at && now(other).state !== "rejected"
      && (isMechanism ? LINKED.includes(kindOf(now(other).element)) : kindOf(now(other).element) === "mechanism"));
    if (now(m).state === "rejected" || !(isMechanism || LINKED.includes(kindOf(now(m).element))) || !others.length)
      return tell("A link needs a mechanism and an outcome or challenge in one sentence");
    const choices = others.map((other) => ({ value: other, name: now(other).element,
      label: `“${m.doc.text.cut(other.start, other.end)}”`, about: describe(other) }));
    return pick("Link it with which mention?", choices, (other) => {
      const link = isMechanism ? linkOf(m.doc, m, other) : linkOf(m.doc, other, m);
      const known = linksOf(m.doc).find((one) => one.key === link.key);
      act([decidedLink(known ?? link, known && !known.added ? "accept" : "add")],
        `Linked: ${now(link.mechanism).element} → ${now(link.target).element}`);
    });
  });
}

function finishSentence() {
  if (!here) return tell("Choose a sentence first, with j");
  if (isLocked()) return act([]);
  const open = mentionsOf(here.doc).filter((m) => m.at === here.start && now(m).state === "open");
  const links = linksOf(here.doc).filter((link) => link.at === here.start && now(link).state === "open" && standing(link));
  if (here.key in state.done) return act([["done", here.key, undefined]], "The sentence is open again");
  act([
    ...open.map((m) => decided(m, m.found, m.status)),
    ...links.map((link) => decidedLink(link, "accept")),
    ["done", here.key, 1],
  ]);
  if (sheet) nextInSheet(); else nextDoubtful();
  return tell(open.length ? `Sentence done; ${open.length} accepted` : "Sentence done");
}

function finishSheet() {
  const open = openSheetKeys().length;
  if (open) return tell(`${open} sentences of the sheet are not done`);
  state.finished = true;
  forget();
  keepState();
  if (shown) { const doc = shown; shown = null; openDocument(doc); }
  drawAll();
  return tell("Finished. Dashed tags show what was found without you; what you coded stays as it is");
}

// Choosing from a list, by typing and arrow keys.
let picking = null;
function pick(title, choices, chosen) {
  picking = { choices, chosen, shown: choices, place: 0, opener: document.activeElement };
  byId("picker-title").textContent = title;
  byId("picker-filter").value = "";
  byId("picker").showModal();
  drawPicker();
  byId("picker-filter").focus();
}
function pickElement(title, chosen, words = "") {
  const choices = index.elements.map((e) => ({ value: e.id, name: e.id, label: e.label, about: e.definition, kind: e.kind }));
  pick(words ? `${title} “${words.length > 80 ? words.slice(0, 79) + "…" : words}”` : title, choices, chosen);
}
function drawPicker() {
  const words = byId("picker-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const exact = (choice) => (choice.name.toLowerCase() === words[0] ? 0 : 1);
  picking.shown = picking.choices.filter((choice) =>
    words.every((word) => `${choice.name} ${choice.label} ${choice.kind ?? ""}`.toLowerCase().includes(word)));
  if (words.length) picking.shown.sort((a, b) => exact(a) - exact(b));
  picking.place = Math.min(picking.place, Math.max(0, picking.shown.length - 1));
  byId("picker-list").replaceChildren(...picking.shown.map((choice, n) => make("li", {
    role: "option", id: "choice-" + n, "aria-selected": String(n === picking.place),
    onclick: () => { picking.place = n; choose(); },
  }, make("b", { text: choice.name }), " " + choice.label, choice.kind ? make("span", { class: "quiet", text: " " + choice.kind }) : null)));
  const at = picking.shown[picking.place];
  byId("picker-filter").setAttribute("aria-activedescendant", at ? "choice-" + picking.place : "");
  byId("picker-about").textContent = at?.about ?? "Nothing has these letters";
  byId("choice-" + picking.place)?.scrollIntoView({ block: "nearest" });
}
function choose() {
  const at = picking?.shown[picking.place];
  if (!at) return;
  const { chosen } = picking;
  closePicker();
  chosen(at.value);
}
function closePicker() {
  const { opener } = picking;
  byId("picker").close();
  // At once, for the next key must not go to the field that is hidden now.
  (opener?.isConnected && opener !== document.body ? opener : byId("text")).focus({ preventScroll: true });
}

// Choosing words by keys.
function chooseWords(step, grow) {
  if (!here) return tell("Choose a sentence first, with j");
  const words = wordsOf(here);
  if (!words.length) return undefined;
  if (!wordRange) wordRange = [0, 0];
  else {
    const to = Math.max(0, Math.min(words.length - 1, wordRange[1] + step));
    wordRange = grow ? [wordRange[0], to] : [to, to];
  }
  const [low, high] = [...wordRange].sort((a, b) => a - b);
  selectUnits(here, words[low][0], words[high][1]);
  return tell(`${getSelection()}: arrow keys go on, Shift takes more, Enter or + adds a mention`);
}

// The file out, and in.
function saveFile() {
  if (!state.name.trim()) {
    byId("name").focus();
    return tell("Write your name first; it stands beside each decision");
  }
  const [lines, nLost] = fileLines();
  if (!lines.length) return tell("Nothing has been decided yet");
  const text = lines.map((line) => JSON.stringify(line) + "\n").join("");
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const name = state.name.trim().replace(/[^\p{L}\p{N}]+/gu, "-");
  const link = make("a", { href: url, download: `review-${name}.jsonl` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  return tell(nLost ? `Saved, but ${nLost} decisions are about sentences that this page does not have` : `Saved ${lines.length} sentences`);
}
async function openFile(file) {
  try {
    const [steps, name] = readLines(await file.text());
    if (state.name.trim() && name && name !== state.name.trim())
      return tell(`That is the file of ${name}: clear your name to go on as ${name}, or compare the files with policyloom agreement`);
    if (!state.name) state.name = byId("name").value = name;
    act(steps, `Opened: ${steps.length} decisions and sentences done`);
    if (shown) { const doc = shown; shown = null; openDocument(doc); }
    return drawAll();
  } catch (error) {
    return tell(`That file cannot be taken up: ${error.message}`);
  }
}
