// The file out, a sentence a line: labels as `policyloom` reads them, and the decisions from which they come.
function placeOf(start, end, element, quote) { return { start, end, element, quote }; }

function saidOf(key) {
  const [, kind, start, end, element, ...target] = JSON.parse(key);
  const decision = state.decisions[key] ?? { ...kept.get(key), action: "withdraw" };
  const said = { action: decision.action, mention: placeOf(start, end, element, decision.quote) };
  if (kind === "l") said.target = placeOf(...target, decision.targetQuote);
  else if (decision.action !== "reject") Object.assign(said, { element: decision.element, status: decision.status });
  return [said, decision.at];
}

// What a sentence names, as people and coder leave it: outermost elements, each with the first status.
function labelsOf(doc, at) {
  const statuses = new Map();
  for (const mention of mentionsOf(doc)) {
    const { element, status, state: how } = now(mention);
    if (mention.at !== at || how === "rejected" || !CODED.includes(kindOf(element))) continue;
    if (!statuses.has(topOf(element))) statuses.set(topOf(element), status);
  }
  const pairs = { outcome: new Set(), challenge: new Set() };
  for (const link of linksOf(doc)) {
    if (link.at !== at || link.polarity !== "positive" || now(link).state === "rejected" || !standing(link)) continue;
    const target = now(link.target).element;
    pairs[kindOf(target)].add(keyOf(topOf(now(link.mechanism).element), topOf(target)));
  }
  const list = (set) => [...set].sort().map((pair) => JSON.parse(pair));
  return {
    elements: [...statuses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, status]) => ({ id, status })),
    links: list(pairs.outcome),
    answers: list(pairs.challenge),
  };
}

function lineOf(doc, at, said) {
  chunkOf(doc);
  const sentence = doc.sentenceAt.get(at);
  if (!sentence) return null;
  const row = sheet?.get(sentence.key);
  const isDone = sentence.key in state.done;
  const near = (number) => {
    const other = doc.sentences[number];
    return other && other.block === sentence.block ? doc.text.cut(other.start, other.end) : "";
  };
  const line = {
    id: row ? row.id : `${doc.id}:${at}`,
    doc: doc.id,
    text: doc.text.cut(sentence.start, sentence.end),
    ...(isDone ? labelsOf(doc, at) : { elements: null, links: [], answers: [] }),
    heading: doc.chunk.blocks[sentence.block].section ?? "",
    before: near(sentence.number - 1),
    after: near(sentence.number + 1),
    page: sentence.page,
    framework: index.framework.version,
    coder: state.name.trim(),
    at,
  };
  if (row && row.inclusion !== null) line.inclusion = row.inclusion;
  if (row && row.coded_for) line.coded_for = row.coded_for;
  // Blind codings are no decisions about what was found, and are not applied to a run.
  if (said.length) line[index.blind ? "coding" : "decisions"] = said;
  return line;
}

function fileLines() {
  const bySentence = new Map();
  const at = (key) => {
    if (!bySentence.has(key)) bySentence.set(key, []);
    return bySentence.get(key);
  };
  for (const key of sheet?.keys() ?? []) at(key);
  for (const key of Object.keys(state.done)) at(key);
  for (const key of Object.keys(state.decisions)) {
    if (state.decisions[key] === null && !kept.has(key)) continue;
    const [said, start] = saidOf(key);
    at(keyOf(JSON.parse(key)[0], "s", start)).push(said);
  }
  const lines = [];
  let nLost = 0;
  for (const [key, said] of bySentence) {
    const [id, , start] = JSON.parse(key);
    const doc = documentOf.get(id);
    const line = doc && lineOf(doc, start, said);
    if (line) lines.push(line);
    else nLost += said.length;
  }
  const order = (line) => documentOf.get(line.doc).number;
  if (!sheet) lines.sort((a, b) => order(a) - order(b) || a.at - b.at);
  return [lines, nLost];
}

function readLines(text) {
  const steps = [];
  let name = "";
  for (const row of text.split("\n")) {
    if (!row.trim()) continue;
    const line = JSON.parse(row);
    if (line.framework && line.framework !== index.framework.version) throw new Error(`it is coded with framework ${line.framework}`);
    if (typeof line.doc !== "string" || !documentOf.has(line.doc)) continue;
    const at = line.at ?? Number(line.id.split(":").pop());
    name ||= line.coder ?? "";
    if (line.elements) steps.push(["done", keyOf(line.doc, "s", at), 1]);
    for (const said of line.decisions ?? line.coding ?? []) {
      const { start, end, element, quote } = said.mention;
      const ends = said.target ? [said.target.start, said.target.end, said.target.element] : [];
      const key = keyOf(line.doc, said.target ? "l" : "m", start, end, element, ...ends);
      const decision = { action: said.action, quote, at };
      if (said.target) decision.targetQuote = said.target.quote;
      else Object.assign(decision, { element: said.element || element, status: said.status });
      steps.push(["decisions", key, said.action === "withdraw" ? null : decision]);
    }
  }
  return [steps, name];
}
