"use strict";
document.documentElement.classList.add("scripted");
const claims = [...document.querySelectorAll("details[data-topic]")];
const topics = [...document.querySelectorAll("section[data-claims]")];
const form = document.querySelector(".filters");
const status = document.getElementById("shown");
const search = (claim) => claim.textContent.toLowerCase();
const texts = new Map();
function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const claim of claims) {
    if (words.length && !texts.has(claim)) texts.set(claim, claim.id + " " + search(claim));
    const fits = ["verdict", "kind", "provenance", "binding", "topic"].every(
      (name) => !wanted[name] || claim.dataset[name].split(" ").includes(wanted[name]),
    ) && words.every((word) => texts.get(claim).includes(word));
    claim.hidden = !fits;
    shown += fits;
  }
  for (const topic of topics) topic.hidden = !topic.querySelector("details[data-topic]:not([hidden])");
  status.textContent = shown === claims.length ? "" : `${shown} of ${claims.length} claims shown`;
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
document.getElementById("expand").addEventListener("click", () => {
  const shown = claims.filter((claim) => !claim.hidden);
  const open = shown.some((claim) => !claim.open);
  for (const claim of shown) claim.open = open;
});
function reveal() {
  let target = null;
  try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
  if (!target) return;
  if (target.hidden || target.closest("[hidden]")) { form.reset(); filter(); }
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
for (const block of document.querySelectorAll("pre[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(block.textContent); button.textContent = "Copied"; }
    catch { getSelection().selectAllChildren(block); button.textContent = "Selected"; }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.before(button);
}
