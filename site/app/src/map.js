// The start page's map: the reader chooses what it shows, and how; the address keeps the choice, so that a view can be cited.
const box = document.querySelector("#world");
const { root } = box.dataset;
const choice = document.querySelector("#theme");
const views = [...document.querySelectorAll("[data-view]")];
const panels = Object.fromEntries(["map", "table", "chart"].map((name) => [name, document.querySelector(`#view-${name}`)]));
const shapes = [...box.querySelectorAll("[data-code]")];
let data;

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const SVG = "http://www.w3.org/2000/svg";

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

function bar(figure) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "rank");
  picture.setAttribute("viewBox", "0 0 100 10");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ class: figure.kind, width: Math.max(figure.share * 100, 1), height: 10 })) drawn.setAttribute(name, value);
  picture.append(drawn);
  return picture;
}

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
