// The world as it is drawn at build time: one outline or dot a state, found by its code of two letters.
const SVG = "http://www.w3.org/2000/svg";
let loaded;

export async function drawMap(url, look) {
  loaded ??= fetch(url).then((answer) => answer.json());
  const world = await loaded;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", world.viewBox);
  picture.setAttribute("class", "world");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", "Map of the world; the table has the same answers");
  const add = (tag, code, attributes) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    const shown = look(code);
    made.setAttribute("class", shown ? shown.kind : "blank");
    if (shown) {
      const title = document.createElementNS(SVG, "title");
      title.textContent = shown.title;
      made.append(title);
    }
    picture.append(made);
  };
  for (const { code, d } of world.shapes) add("path", code, { d });
  for (const { code, x, y } of world.dots) add("circle", code, { cx: x, cy: y, r: 3 });
  return picture;
}
