// The start page's map: the reader chooses what it shows, and how; the address keeps the choice, so that a view can be cited.
import { drawn, element } from "./dom.js";

const box = document.querySelector("#world");
const { root } = box.dataset;
const choice = document.querySelector("#theme");
const views = [...document.querySelectorAll("[data-view]")];
const panels = Object.fromEntries(["map", "table", "chart"].map((name) => [name, document.querySelector(`#view-${name}`)]));
const shapes = [...box.querySelectorAll("[data-code]")];
let data;

function figures(theme) {
  const order = theme.legend.length;
  return data.places.map(([code, name, scope], index) => {
    const place = theme.kinds.charCodeAt(index) - 97;
    const [kind, label] = theme.legend[place];
    return { code, name, scope, kind, text: theme.texts?.[index] ?? label, rank: theme.ranks?.[index] ?? order - place, share: theme.shares?.[index] ?? (order - place) / order };
  });
}

const sign = (kind) => element("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
const place = ({ code, name, scope }) => {
  const made = element("th", { scope: "row" }, element("a", { href: `${root}jurisdictions/${code}/` }, name));
  if (scope) made.append(" ", element("span", { class: "small" }, scope));
  return made;
};

const bar = ({ kind, share }) =>
  drawn("svg", { class: "rank", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, drawn("rect", { class: kind, width: Math.max(share * 100, 1), height: 10 }));

function draw(id) {
  const theme = data.themes[id];
  const all = figures(theme);
  const by = new Map(all.map((figure) => [figure.code, figure]));
  for (const shape of shapes) {
    const figure = by.get(shape.dataset.code);
    if (!figure) continue;
    shape.setAttribute("class", figure.kind);
    shape.querySelector("title").textContent = `${figure.name}: ${figure.text}`;
  }
  document.querySelector("#wording").textContent = theme.wording;
  document.querySelector("#more").href = root + theme.href;
  const legend = document.querySelector("#map-legend");
  legend.replaceChildren(
    ...theme.legend
      .map(([kind, label, sentence]) => ({ kind, label, sentence, count: all.filter((figure) => figure.kind === kind).length }))
      .map(({ kind, label, sentence, count }) => element("li", {}, sign(kind), element("span", {}, element("strong", {}, `${label} (${count})`), sentence ? ` ${sentence}` : ""))),
    legend.querySelector("[data-blank]"),
  );
  const ranked = [...all].sort((a, b) => b.rank - a.rank || a.code.localeCompare(b.code, "en"));
  panels.table.querySelector("tbody").replaceChildren(...all.map((figure) => element("tr", {}, place(figure), element("td", {}, sign(figure.kind), ` ${figure.text}`))));
  panels.chart.querySelector("tbody").replaceChildren(...ranked.map((figure) => {
    const cell = element("td", { class: "ranked" });
    cell.append(bar(figure), element("span", {}, figure.text));
    return element("tr", {}, place(figure), cell);
  }));
}

function state() {
  const asked = new URLSearchParams(location.search);
  const theme = data.themes[asked.get("show")] ? asked.get("show") : choice.options[0].value;
  const view = panels[asked.get("as")] ? asked.get("as") : "map";
  return { theme, view };
}

function show({ theme, view }) {
  if (choice.value !== theme) choice.value = theme;
  draw(theme);
  for (const [name, panel] of Object.entries(panels)) panel.hidden = name !== view;
  for (const button of views) button.setAttribute("aria-pressed", String(button.dataset.view === view));
}

function go(change) {
  const next = { ...state(), ...change };
  const first = choice.options[0].value;
  const asked = new URLSearchParams();
  if (next.theme !== first) asked.set("show", next.theme);
  if (next.view !== "map") asked.set("as", next.view);
  const query = asked.toString();
  history.pushState(null, "", query ? `?${query}` : location.pathname);
  show(next);
}

data = await fetch(`${root}data/themes.json`).then((answer) => answer.json());
choice.addEventListener("change", () => go({ theme: choice.value }));
for (const button of views) button.addEventListener("click", () => go({ view: button.dataset.view }));
for (const shape of shapes) {
  if (!data.places.some(([code]) => code === shape.dataset.code)) continue;
  shape.addEventListener("click", () => location.assign(`${root}jurisdictions/${shape.dataset.code}/`));
}
window.addEventListener("popstate", () => show(state()));
document.querySelector("#world-tools").hidden = false;
show(state());
box.dataset.ready = "yes";
