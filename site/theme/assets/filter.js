// Narrowing a question's answers: by answer, region, legal family and treaty. The address keeps the choice.
const form = document.querySelector("#filter");
const rows = [...document.querySelectorAll("#answers tbody tr")];
const shown = document.querySelector("#shown");
const fields = ["answer", "region", "family", "treaty"];

function apply() {
  const wanted = fields.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
  let count = 0;
  for (const row of rows) {
    row.hidden = !wanted.every(([name, value]) => row.dataset[name].split(" ").includes(value));
    if (!row.hidden) count += 1;
  }
  shown.textContent = wanted.length ? `${count} of ${rows.length} jurisdictions` : "";
  const query = new URLSearchParams(wanted).toString();
  history.replaceState(null, "", query ? `?${query}${location.hash}` : location.pathname + location.hash);
}

const asked = new URLSearchParams(location.search);
for (const name of fields) {
  const select = form.elements[name];
  if ([...select.options].some((option) => option.value === asked.get(name))) select.value = asked.get(name);
}
form.addEventListener("change", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
apply();
