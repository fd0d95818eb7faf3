"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded) {
      folded.open = true;
      folded.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();

  const form = document.getElementById("filter");
  if (!form) return;
  const findings = [...document.querySelectorAll("article.finding")];
  const words = new Map(findings.map((each) => {
    const path = each.closest("section").querySelector("h3").textContent;
    return [each, (path + " " + each.textContent).toLowerCase()];
  }));
  const narrow = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const rule = form.elements.rule.value;
    for (const each of findings) {
      each.hidden = !words.get(each).includes(text)
        || (rule !== "" && each.dataset.rule !== rule)
        || (form.elements.fixable.checked && each.dataset.fix === "none");
    }
    for (const file of document.querySelectorAll("section.file")) {
      file.hidden = !file.querySelector("article.finding:not([hidden])");
    }
    const shown = findings.filter((each) => !each.hidden).length;
    form.elements.shown.value = shown === findings.length ? "" : shown + " of " + findings.length + " shown";
  };
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  narrow();
});
