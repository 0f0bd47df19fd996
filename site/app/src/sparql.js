// SPARQL in the reader's own browser: an editor, the store in a worker, results as table, chart, map and files.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { bare } from "./bare.js";
import { element } from "./dom.js";
import { chart, csv, map, table } from "./results.js";

const box = document.querySelector("#bench");
const { root, base, size } = box.dataset;
const $ = (id) => document.getElementById(id);
const status = $("status");
const output = $("results");
const terms = await fetch(`${root}data/terms.json`).then((answer) => answer.json());
const context = { root, base, prefixes: terms.prefixes, names: terms.names, answers: terms.answers, world: `${root}assets/app/world.json`, codes: Object.fromEntries(Object.entries(terms.names).map(([code, name]) => [name, code])) };

// --- the editor ---------------------------------------------------------------------------------------------------

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: [tags.string, tags.literal, tags.number], class: "tok-string" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.variableName, tags.special(tags.variableName), tags.definition(tags.variableName)], class: "tok-variable" },
  { tag: [tags.atom, tags.propertyName, tags.tagName, tags.standard(tags.variableName)], class: "tok-name" },
]);

/** Prefixes, classes, properties, questions and concepts of the ontology, by name and by label. */
function complete(asked) {
  const word = asked.matchBefore(/[\w-]*:?[\w/-]*/);
  if (!word || (word.from === word.to && !asked.explicit)) return null;
  return { from: word.from, options: terms.completions, validFor: /^[\w-]*:?[\w/-]*$/ };
}

const shadow = $("editor").attachShadow({ mode: "open" }); // styles of the editor stay inside, and need no exception from the page's policy
const sheet = new CSSStyleSheet();
sheet.replaceSync($("editor-style").content.textContent);
shadow.adoptedStyleSheets = [sheet];
const runKey = Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }]));
const editor = new EditorView({
  parent: shadow,
  root: shadow,
  state: EditorState.create({
    doc: "",
    extensions: [
      runKey, lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightActiveLine(), lintGutter(),
      StreamLanguage.define(sparql), syntaxHighlighting(colours),
      autocompletion({ override: [complete], activateOnTyping: true, maxRenderedOptions: 60 }),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "SPARQL query", "aria-describedby": "" }),
    ],
  }),
});
const query = () => editor.state.doc.toString();
const write = (text) => editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });

// --- the store ----------------------------------------------------------------------------------------------------

let worker = null;
let ready = null;
let waiting = null; // settles what the running query gave

function start() {
  worker = new Worker(`${root}assets/app/worker.js`, { type: "module" });
  ready = new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not start"));
    worker.onmessage = ({ data }) => {
      if (data.kind === "progress") status.textContent = `Loading the data: ${megabytes(data.come)} of ${megabytes(data.size)} …`;
      else if (data.kind === "indexing") status.textContent = `Indexing ${megabytes(data.bytes)} …`;
      else if (data.kind === "ready") resolve(data);
      else if (data.kind === "failure" && !waiting) reject(new Error(data.message));
      else waiting?.(data);
    };
  });
  const here = (path) => new URL(path, document.baseURI).href;
  worker.postMessage({ kind: "load", wasm: here(`${root}assets/app/oxigraph.wasm`), data: here(`${root}data/palermo-atlas.trig.gz`), size: Number(size) });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function stop(reason) {
  worker?.terminate();
  worker = ready = null;
  waiting?.({ kind: "stopped" });
  status.textContent = reason;
}

function busy(on) {
  $("run").disabled = on;
  $("stop").disabled = !on;
  box.setAttribute("aria-busy", String(on));
}

/** Ask the store, loading it first where it is not there yet. */
async function ask(text) {
  const answered = new Promise((resolve) => (waiting = resolve));
  if (!ready) start();
  const loaded = await Promise.race([ready, answered]);
  if (loaded.kind === "stopped") return [loaded, loaded];
  status.textContent = "Running …";
  worker.postMessage({ kind: "run", query: text, prefixes: terms.prefixes });
  return [await answered, loaded];
}

async function run() {
  if ($("run").disabled) return;
  busy(true);
  output.replaceChildren();
  const chains = unbracketed(query());
  editor.dispatch(setDiagnostics(editor.state, chains.map((from) => ({ from, to: from + 1, severity: "warning", message: CHAIN }))));
  share();
  try {
    show(...(await ask(query())));
  } catch (error) {
    worker?.terminate();
    worker = ready = null;
    status.textContent = `This did not work: ${error.message}`;
  } finally {
    waiting = null;
    busy(false);
  }
}

/**
 * Find where a difference or a quotient is taken further without brackets. The engine's newest release for browsers (0.5.11) reads
 * a - b - c as a - (b - c), and a / b / c likewise; the standard, and the same engine elsewhere from 0.5.13 on, read from the left.
 */
function unbracketed(text) {
  const found = [];
  const open = [null];
  for (const token of bare(text).matchAll(/[(){}[\],;]|\s[-+*/]\s|&&|\|\||[=<>]|\b(?:AS|IN|BIND|FILTER|SELECT)\b/gi)) {
    const sign = token[0].trim();
    if ("({[".includes(sign)) open.push(null);
    else if (")}]".includes(sign)) open.pop();
    else if (/^[-+*/]$/.test(sign)) {
      const before = open.at(-1);
      const same = before && (/[-+]/.test(before) ? /[-+]/ : /[*/]/).test(sign);
      if (same && /[-/]/.test(before)) found.push(token.index + 1);
      open[open.length - 1] = sign;
    } else open[open.length - 1] = null;
    if (!open.length) open.push(null);
  }
  return found;
}

const CHAIN = "The engine in this page reads a - b - c as a - (b - c), against the standard: put brackets around the first two.";

// --- results ------------------------------------------------------------------------------------------------------

const seconds = (milliseconds) => (milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`);

function file(name, type, text, label) {
  return element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) }, label);
}

function mistake({ message, line, column }) {
  status.textContent = line ? `Line ${line}, column ${column}: ${message}` : message;
  if (!line || line > editor.state.doc.lines) return;
  const at = editor.state.doc.line(line);
  const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
  editor.dispatch(setDiagnostics(editor.state, [{ from: Math.min(from, Math.max(at.to - 1, at.from)), to: Math.max(at.to, from), severity: "error", message }]), { selection: { anchor: from } });
}

function show(result, loaded) {
  const asked = `over ${loaded.statements.toLocaleString("en")} statements`;
  if (result.kind === "stopped") return;
  if (result.kind === "failure") throw new Error(result.message);
  if (result.kind === "mistake") return mistake(result);
  if (result.kind === "boolean") {
    status.textContent = `Answered in ${seconds(result.milliseconds)} ${asked}.`;
    return output.replaceChildren(element("p", { class: "lead" }, result.value ? "Yes" : "No"));
  }
  if (result.kind === "graph") {
    status.textContent = `Answered in ${seconds(result.milliseconds)} ${asked}.`;
    return output.replaceChildren(element("p", {}, file("result.ttl", "text/turtle", result.text, "Download as Turtle")), element("pre", { tabindex: "0" }, result.text));
  }
  const count = result.total.toLocaleString("en");
  status.textContent = `${count} ${result.total === 1 ? "row" : "rows"} in ${seconds(result.milliseconds)} ${asked}.${result.total > result.rows.length ? ` Only the first ${result.rows.length.toLocaleString("en")} are kept: add a LIMIT.` : ""}`;
  const panel = element("div", { id: "panel" });
  const ways = element("div", { class: "ways", role: "group", "aria-label": "Show as" });
  const kinds = { Table: table, Chart: chart, Map: map };
  for (const [name, draw] of Object.entries(kinds)) {
    const button = element("button", { type: "button", "aria-pressed": "false" }, name);
    button.addEventListener("click", async () => {
      for (const other of ways.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
      panel.replaceChildren(...(await draw(result, context)));
    });
    ways.append(button);
  }
  ways.append(file("result.csv", "text/csv", csv(result), "CSV"));
  const warned = unbracketed(query()).length ? [element("p", { class: "caution" }, CHAIN)] : [];
  output.replaceChildren(...warned, ways, panel);
  ways.querySelector("button").click();
}

// --- the address and the cookbook ---------------------------------------------------------------------------------

function share() {
  const named = terms.cookbook.find((recipe) => recipe.text.trim() === query().trim());
  history_(named ? `#${named.name}` : `#query=${encodeURIComponent(query())}`);
}
function history_(hash) {
  if (location.hash !== hash) window.history.replaceState(null, "", hash);
  $("link").href = hash;
}

function open_(hash) {
  const asked = decodeURIComponent(hash.replace(/^#/, ""));
  const recipe = terms.cookbook.find((one) => one.name === asked);
  const chosen = recipe ?? (asked.startsWith("query=") ? null : terms.cookbook.find((one) => one.name === "which-laws-require-movement"));
  write(chosen ? chosen.text : asked.slice(6));
  $("recipes").value = chosen?.name ?? "";
  $("about").textContent = chosen ? `${chosen.question} ${chosen.why[0].toUpperCase()}${chosen.why.slice(1)}` : "A query from a link.";
}

for (const topic of [...new Set(terms.cookbook.map((recipe) => recipe.topic))]) {
  const group = element("optgroup", { label: topic });
  for (const recipe of terms.cookbook.filter((one) => one.topic === topic)) group.append(element("option", { value: recipe.name }, recipe.question));
  $("recipes").append(group);
}
$("recipes").addEventListener("change", () => {
  if (!$("recipes").value) return;
  open_(`#${$("recipes").value}`);
  share();
});
$("run").addEventListener("click", run);
$("stop").addEventListener("click", () => stop("Stopped. The next run loads the data again."));
$("link").addEventListener("click", async (event) => {
  event.preventDefault();
  share();
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = "The link is on the clipboard.";
  } catch {
    status.textContent = "The address bar has the link.";
  }
});
window.addEventListener("hashchange", () => open_(location.hash));
open_(location.hash);
share();
window.bench = { write, query, run, ask }; // for the tests and the curious
box.hidden = false;
status.textContent = `Nothing is loaded yet: the first run loads ${megabytes(Number(size))}.`;
