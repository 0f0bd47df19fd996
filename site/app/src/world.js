// The world as it is drawn at build time: one outline or dot a state, found by its code of two letters.
import { drawn } from "./dom.js";

let loaded;

export async function drawMap(url, look) {
  loaded ??= fetch(url).then((answer) => answer.json());
  const world = await loaded;
  const picture = drawn("svg", { viewBox: world.viewBox, class: "world", role: "img", "aria-label": "Map of the world; the table has the same answers" });
  const add = (tag, code, attributes) => {
    const shown = look(code);
    picture.append(drawn(tag, { ...attributes, class: shown?.kind ?? "blank" }, ...(shown ? [drawn("title", {}, shown.title)] : [])));
  };
  for (const { code, d } of world.shapes) add("path", code, { d });
  for (const { code, x, y } of world.dots) add("circle", code, { cx: x, cy: y, r: 3 });
  return picture;
}
