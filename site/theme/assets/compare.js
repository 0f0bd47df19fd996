// Side by side: two to six jurisdictions, differences first. The address bar keeps the choice, so a view can be cited.
const MOST = 6;
const box = document.querySelector("#compare");
const form = document.querySelector("#choice");
const status = document.querySelector("#status");
const near = document.querySelector("#near");
const signs = JSON.parse(document.querySelector("#signs").textContent);
const questions = JSON.parse(document.querySelector("#questions").textContent);
const loaded = new Map();

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const badge = (value) => element("span", { class: `answer ${value}` }, element("span", { "aria-hidden": "true" }, signs[value].sign), ` ${signs[value].label}`);

async function load(code) {
  if (!loaded.has(code)) {
    const answer = await fetch(`${box.dataset.root}data/jurisdiction/${code}.json`);
    if (!answer.ok) throw new Error(`${code}: there is no record`);
    loaded.set(code, await answer.json());
  }
  return loaded.get(code);
}

function cell(answer) {
  const made = element("td", {}, badge(answer.value));
  if (answer.says) made.append(element("br"), answer.says);
  for (const claim of answer.claims.slice(0, 2)) {
    made.append(element("br"), element("q", { class: "words", lang: claim.language, dir: "auto" }, claim.words), element("span", { class: "small" }, ` ${claim.pinpoint}`));
  }
  return made;
}

function table(records, asked, name) {
  const head = element("tr", {}, element("th", { scope: "col" }, "Question"));
  for (const record of records) head.append(element("th", { scope: "col" }, element("a", { href: `${box.dataset.root}jurisdictions/${record.code}/` }, record.name)));
  const body = element("tbody");
  for (const question of asked) {
    const link = element("a", { href: `${box.dataset.root}questions/${question.id}/` }, question.label);
    body.append(element("tr", {}, element("th", { scope: "row" }, link), ...records.map((record) => cell(record.answers[question.id]))));
  }
  const region = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name });
  region.append(element("table", {}, element("thead", {}, head), body));
  return region;
}

function csv(records) {
  const quote = (text) => `"${String(text ?? "").replaceAll('"', '""')}"`;
  const rows = [["question", ...records.map((record) => record.name)], ...questions.map((question) => [question.id, ...records.map((record) => record.answers[question.id].value)])];
  return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}

/** Name the laws most like those chosen, each a click away. */
function suggest(records, codes) {
  near.replaceChildren();
  if (codes.length >= MOST) return;
  for (const record of records) {
    const others = record.near.filter(([code]) => !codes.includes(code));
    if (!others.length) continue;
    const line = element("p", { class: "ways" }, `Laws most like ${record.name}: `);
    for (const [code, name] of others) {
      const button = element("button", { type: "button" }, `+ ${name}`);
      button.addEventListener("click", () => {
        const free = [...form.querySelectorAll("select")].find((select) => !select.value);
        free.value = code;
        form.dispatchEvent(new Event("change"));
      });
      line.append(button);
    }
    near.append(line);
  }
}

async function show(codes) {
  box.replaceChildren();
  near.replaceChildren();
  if (codes.length < 2) {
    status.textContent = `Choose two to ${MOST} jurisdictions.`;
    if (codes.length) suggest(await Promise.all(codes.map(load)), codes);
    return;
  }
  status.textContent = "Loading …";
  let records;
  try {
    records = await Promise.all(codes.map(load));
  } catch (error) {
    status.textContent = error.message;
    return;
  }
  suggest(records, codes);
  const different = questions.filter((question) => new Set(records.map((record) => record.answers[question.id].value)).size > 1);
  const alike = questions.filter((question) => !different.includes(question));
  const open_ = different.filter((question) => records.some((record) => record.answers[question.id].value === "unknown"));
  const known = different.filter((question) => !open_.includes(question));
  status.textContent = `${known.length} questions are answered differently, ${open_.length} are unknown for some, ${alike.length} are answered alike.`;
  const file = element("a", { download: `compare-${codes.join("-")}.csv`, href: URL.createObjectURL(new Blob([csv(records)], { type: "text/csv" })) }, "Download as CSV");
  const folded = element("details", {}, element("summary", {}, `${alike.length} questions answered alike`), table(records, alike, "Answered alike"));
  const partly = element("details", {}, element("summary", {}, `${open_.length} questions that are unknown for at least one`), table(records, open_, "Unknown for some"));
  box.append(element("p", {}, file), element("h2", {}, "Differences"), table(records, known, "Differences"), element("h2", {}, "Unknown for some"), partly, element("h2", {}, "Alike"), folded);
}

function chosen() {
  return [...form.querySelectorAll("select")].map((select) => select.value).filter((value, index, all) => value && all.indexOf(value) === index);
}

form.addEventListener("change", () => {
  const codes = chosen();
  history.replaceState(null, "", codes.length ? `?j=${codes.join(",")}` : location.pathname);
  show(codes);
});

const asked = (new URLSearchParams(location.search).get("j") ?? "").split(",").filter(Boolean).slice(0, MOST);
form.querySelectorAll("select").forEach((select, index) => {
  if (asked[index]) select.value = asked[index];
});
show(chosen());
