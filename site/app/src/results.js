// Showing what a query gave: a table, a chart, a map, and files to take away.
import { scaleLinear } from "d3-scale";
import { drawn, element } from "./dom.js";
import { drawMap } from "./world.js";

const SHOWN_ROWS = 500;
const SHOWN_BARS = 80;
const NUMBERS = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;

/** Write an IRI with a prefix, where one fits. */
function shorten(iri, prefixes) {
  let best = null;
  for (const [name, start] of Object.entries(prefixes)) {
    if (iri.startsWith(start) && /^[\w./()-]*$/.test(iri.slice(start.length)) && (!best || start.length > best[1].length)) best = [name, start];
  }
  return best ? `${best[0]}:${iri.slice(best[1].length)}` : iri;
}

/** Give the page of this site that shows a thing of the dataset, or null. */
function pageOf(iri, base, root) {
  if (!iri.startsWith(base)) return null;
  const rest = iri.slice(base.length);
  const [kind, code, part, name] = rest.split("/");
  if (kind === "jurisdiction" && code) return `${root}jurisdictions/${code}/${part === "answer" && name ? `#q-${name.split("--")[0]}` : ""}`;
  if (kind === "question" && code) return `${root}questions/${code}/`;
  if (kind === "treaty" && code) return `${root}treaties/#${code}`;
  if (rest.startsWith("ontology#")) return `${root}ontology/#${rest.slice(9)}`;
  return null;
}

const text = (term) => term?.value ?? "";
const numeric = (term) => term?.type === "literal" && NUMBERS.test(term.datatype ?? "");

function cell(term, context) {
  if (!term) return element("td");
  if (term.type === "uri") {
    const short = shorten(term.value, context.prefixes);
    const page = pageOf(term.value, context.base, context.root);
    return element("td", {}, page ? element("a", { href: page }, short) : element("span", { class: "iri" }, short));
  }
  const made = element("td", numeric(term) ? { class: "num" } : {}, text(term));
  if (term["xml:lang"]) {
    made.setAttribute("lang", term["xml:lang"]);
    made.setAttribute("dir", "auto");
  }
  return made;
}

export function table({ variables, rows }, context) {
  const region = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Results" });
  const head = element("tr", {}, ...variables.map((name) => element("th", { scope: "col" }, name)));
  const body = element("tbody");
  const add = (some) => some.forEach((row) => body.append(element("tr", {}, ...variables.map((name) => cell(row[name], context)))));
  add(rows.slice(0, SHOWN_ROWS));
  region.append(element("table", {}, element("thead", {}, head), body));
  if (rows.length <= SHOWN_ROWS) return [region];
  const more = element("button", { type: "button" }, `Show all ${rows.length.toLocaleString("en")} rows`);
  more.addEventListener("click", () => {
    add(rows.slice(SHOWN_ROWS));
    more.remove();
  });
  return [region, element("p", {}, more)];
}

/** Write the rows as CSV (RFC 4180). */
export function csv({ variables, rows }) {
  const quote = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return [variables, ...rows.map((row) => variables.map((name) => text(row[name])))].map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}

/** What a chart or a map shows: a label and a value a row; without a column of numbers, how often each last value comes. */
function series({ variables, rows }) {
  const number = variables.find((name) => rows.some((row) => numeric(row[name])));
  if (!number) {
    const last = variables.at(-1);
    const counts = new Map();
    for (const row of rows) counts.set(text(row[last]), (counts.get(text(row[last])) ?? 0) + 1);
    return { value: `rows with this ${last}`, points: [...counts].map(([label, value]) => ({ label, value })).sort((a, b) => b.value - a.value) };
  }
  const named = variables.find((name) => name !== number && rows.some((row) => row[name] && !numeric(row[name]))) ?? null;
  return { value: number, points: rows.filter((row) => numeric(row[number])).map((row, index) => ({ label: named ? text(row[named]) : String(index + 1), value: Number(row[number].value) })) };
}

export function chart(result, context) {
  const { value, points } = series(result);
  if (!points.length) return [element("p", {}, "There is nothing to draw.")];
  const shown = points.slice(0, SHOWN_BARS);
  const [width, left, line] = [720, 250, 24];
  const x = scaleLinear([Math.min(0, ...shown.map((p) => p.value)), Math.max(0, ...shown.map((p) => p.value)) || 1], [left, width - 60]).nice();
  const height = shown.length * line + 30;
  const picture = drawn("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Bars of ${value}; the table has the same figures` });
  for (const tick of x.ticks(5)) {
    picture.append(drawn("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 20, y2: height }), drawn("text", { class: "tick", x: x(tick), y: 12, "text-anchor": "middle" }, x.tickFormat(5)(tick)));
  }
  shown.forEach((point, index) => {
    const y = 24 + index * line;
    const [from, to] = [x(0), x(point.value)].sort((a, b) => a - b);
    const label = point.label.startsWith("http") ? shorten(point.label, context.prefixes) : point.label;
    picture.append(
      drawn("text", { x: left - 8, y: y + 14, "text-anchor": "end" }, label.length > 34 ? `${label.slice(0, 33)}…` : label),
      drawn("rect", { x: from, y: y + 3, width: Math.max(to - from, 1), height: line - 8 }, drawn("title", {}, `${label}: ${point.value}`)),
      drawn("text", { class: "value", x: to + 5, y: y + 14 }, String(point.value)),
    );
  });
  const note = points.length > shown.length ? [element("p", { class: "small" }, `The first ${SHOWN_BARS} of ${points.length}.`)] : [];
  const region = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Chart" }, picture);
  return [element("p", { class: "small" }, `Bars: ${value}`), region, ...note];
}

export async function map(result, context) {
  const { variables, rows } = result;
  const place = new Map();
  const number = variables.find((name) => rows.some((row) => numeric(row[name])));
  let where = null;
  const codeOf = (term) => {
    const value = text(term);
    const iri = value.startsWith(`${context.base}jurisdiction/`) ? value.slice(context.base.length + 13).split("/")[0] : null;
    return iri ?? (context.names[value] ? value : (context.codes[value] ?? null));
  };
  for (const name of variables) if (!where && rows.some((row) => codeOf(row[name]))) where = name;
  if (!where) return [element("p", {}, "A map needs a column of jurisdictions: their IRI, code or name.")];
  const what = number ?? variables.find((name) => name !== where && rows.some((row) => context.answers[text(row[name])] || row[name]?.value?.includes("/concept/answer/"))) ?? variables.find((name) => name !== where) ?? where;
  for (const row of rows) {
    const code = codeOf(row[where]);
    if (!code || !row[what]) continue;
    if (!place.has(code)) place.set(code, text(row[what]));
  }
  const values = [...place.values()];
  let classed;
  const legend = element("ul", { class: "legend map-legend" });
  if (number) {
    const numbers = values.map(Number).sort((a, b) => a - b);
    const cuts = [0.2, 0.4, 0.6, 0.8].map((share) => numbers[Math.floor(share * (numbers.length - 1))]);
    classed = (value) => `step-${cuts.filter((cut) => Number(value) > cut).length}`;
    const bounds = [numbers[0], ...cuts, numbers.at(-1)];
    for (let i = 0; i < 5; i++) if (i === 0 || bounds[i + 1] > bounds[i]) legend.append(element("li", {}, element("span", { class: `swatch step-${i}` }), ` ${i ? "over " : ""}${bounds[i]} to ${bounds[i + 1]}`));
  } else {
    const kinds = [...new Set(values)].sort();
    const answer = (value) => context.answers[value] ?? (value.includes("/concept/answer/") ? value.split("/").at(-1) : null);
    classed = (value) => answer(value) ?? `kind-${kinds.indexOf(value) % 8}`;
    for (const kind of kinds.slice(0, 24)) legend.append(element("li", {}, element("span", { class: `swatch ${classed(kind)}` }), ` ${kind.startsWith("http") ? shorten(kind, context.prefixes) : kind}`));
  }
  const picture = await drawMap(context.world, (code) => (place.has(code) ? { kind: classed(place.get(code)), title: `${context.names[code] ?? code}: ${place.get(code)}` } : null));
  return [element("p", { class: "small" }, `Coloured by ${what}; a state that the query does not name is left blank, and parts of states are not drawn.`), picture, legend];
}
