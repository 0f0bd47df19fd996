// The store, off the page's own thread: a query that runs long is stopped by ending this worker.
import init, { Store } from "oxigraph/web.js";
import { bare } from "./bare.js";

const MOST_ROWS = 50_000; // more than this no page can show, and a spreadsheet hardly
let store;

function say(kind, values = {}) {
  postMessage({ kind, ...values });
}

/** Fetch one compressed file, telling how much has come, and give it unpacked. */
async function unpacked(url, size) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the data could not be loaded: ${answer.status} ${answer.statusText}`);
  let come = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      come += chunk.byteLength;
      say("progress", { come, size });
      controller.enqueue(chunk);
    },
  });
  return new Uint8Array(await new Response(answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

async function load({ wasm, data, size }) {
  const started = performance.now();
  const [bytes] = await Promise.all([unpacked(data, size), init({ module_or_path: wasm })]);
  say("indexing", { bytes: bytes.byteLength });
  store = new Store();
  store.load(bytes, { format: "application/trig", no_transaction: true, lenient: true });
  say("ready", { statements: store.size, milliseconds: performance.now() - started });
}

/** Tell SELECT and ASK from CONSTRUCT and DESCRIBE: the first of these words outside comments, IRIs and strings. */
function isGraphQuery(query) {
  return /\b(select|ask|construct|describe)\b/i.exec(bare(query))?.[1].toLowerCase().match(/construct|describe/) != null;
}

function run({ query, prefixes }) {
  // one line before the query, so that the engine's line numbers are off by one and no more
  const whole = `${Object.entries(prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}>`).join(" ")}\n${query}`;
  const started = performance.now();
  const graph = isGraphQuery(query);
  const results_format = graph ? "text/turtle" : "application/sparql-results+json";
  let text;
  try {
    text = store.query(whole, { use_default_graph_as_union: true, results_format });
  } catch (error) {
    const message = String(error.message ?? error);
    const place = /(\d+):(\d+)/.exec(message);
    say("mistake", { message: message.replace(/^error at \d+:\d+:\s*/, ""), line: place ? place[1] - 1 : null, column: place ? Number(place[2]) : null });
    return;
  }
  const milliseconds = performance.now() - started;
  if (graph) return say("graph", { text, milliseconds });
  const results = JSON.parse(text);
  if ("boolean" in results) return say("boolean", { value: results.boolean, milliseconds });
  const rows = results.results.bindings;
  say("rows", { variables: results.head.vars, rows: rows.slice(0, MOST_ROWS), total: rows.length, milliseconds });
}

onmessage = async ({ data: { kind, ...values } }) => {
  try {
    if (kind === "load") await load(values);
    else run(values);
  } catch (error) {
    say("failure", { message: String(error.message ?? error) });
  }
};
