// Bundles what the pages run, and draws the world once: node build.mjs OUTPUT
// Everything lands in one folder that the site takes over; nothing here is fetched by a reader from another host.
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { build } = require("esbuild");
const here = import.meta.dirname;
const out = resolve(process.argv[2] ?? "out");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: ["sparql", "worker", "map"].map((name) => join(here, "src", `${name}.js`)),
  outdir: out,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  nodePaths: [join(process.cwd(), "node_modules")],
  logLevel: "warning",
});
await copyFile(require.resolve("oxigraph/web_bg.wasm"), join(out, "oxigraph.wasm"));

await copyFile(require.resolve("modern-normalize/modern-normalize.css"), join(out, "base.css"));
await mkdir(join(out, "fonts"));
for (const font of ["DejaVuSans.ttf", "DejaVuSerif-Bold.ttf"]) await copyFile(require.resolve(`dejavu-fonts-ttf/ttf/${font}`), join(out, "fonts", font));

// The world: outlines of Natural Earth at 1:110 million; a dot for every state too small to show at that scale.
const { geoEqualEarth, geoPath } = await import(require.resolve("d3-geo"));
const { feature } = await import(require.resolve("topojson-client"));
const coarse = require("world-atlas/countries-110m.json");
const fine = require("world-atlas/countries-50m.json");
const WIDTH = 960;
const shown = feature(coarse, coarse.objects.countries);
shown.features = shown.features.filter((country) => country.id !== "010"); // Antarctica has no state
const projection = geoEqualEarth().fitWidth(WIDTH, shown);
const path = geoPath(projection).digits(1);
const [[, top], [, bottom]] = path.bounds(shown).map((corner) => corner.map(Math.round));
const drawn = new Set(shown.features.map((country) => country.id));
const round = (value) => Math.round(value * 10) / 10;
const world = {
  viewBox: `0 ${top - 2} ${WIDTH} ${bottom - top + 4}`,
  shapes: shown.features.map((country) => ({ id: country.id ?? "", d: path(country) })),
  dots: feature(fine, fine.objects.countries)
    .features.filter((country) => country.id && country.id !== "010" && !drawn.has(country.id))
    .map((country) => [country.id, ...path.centroid(country).map(round)])
    .filter(([, x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .map(([id, x, y]) => ({ id, x, y })),
};
await writeFile(join(out, "world.json"), `${JSON.stringify(world)}\n`);
